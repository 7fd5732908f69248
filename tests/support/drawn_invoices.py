"""Invoices of several countries and layouts with a text layer, drawn with their truth. Every party is invented."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

Cell = str | tuple[str, ...]
"""A cell of one line, or of several below one another."""


class Sheet:
    """A page to write on: points from the top left corner."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._canvas = Canvas(self._bytes, pagesize=A4, invariant=True)

    def text(self, x: float, y: float, text: str, *, size: float = 9, right: bool = False) -> None:
        """Text with its baseline at `y`; `x` is its left edge, or its right one."""
        self._canvas.setFont("Helvetica", size)
        draw = self._canvas.drawRightString if right else self._canvas.drawString
        draw(x, A4[1] - y, text)

    def block(self, x: float, y: float, *lines: str, size: float = 9) -> float:
        """Lines below one another; the height after them."""
        for line in lines:
            self.text(x, y, line, size=size)
            y += 1.35 * size
        return y

    def rule(self, x: float, y: float, right: float) -> None:
        """A horizontal line."""
        self._canvas.line(x, A4[1] - y, right, A4[1] - y)

    def row(self, y: float, columns: Sequence[float], cells: Sequence[Cell], *, size: float = 9) -> float:
        """Cells at their columns (negative: right-aligned at that place); the height after the tallest."""
        deepest = 1
        for place, cell in zip(columns, cells, strict=True):
            parts = (cell,) if isinstance(cell, str) else cell
            deepest = max(deepest, len(parts))
            for index, part in enumerate(parts):
                self.text(abs(place), y + index * 1.25 * size, part, size=size, right=place < 0)
        return y + deepest * 1.25 * size + 5

    def turned(self, x: float, y: float, text: str, size: float = 6) -> None:
        """Text that runs up the margin."""
        self._canvas.saveState()
        self._canvas.translate(x, A4[1] - y)
        self._canvas.rotate(90)
        self._canvas.setFont("Helvetica", size)
        self._canvas.drawString(0, 0, text)
        self._canvas.restoreState()

    def page(self) -> None:
        """Go on on a new page."""
        self._canvas.showPage()

    def pdf(self) -> bytes:
        """The document."""
        self._canvas.save()
        return self._bytes.getvalue()


@dataclass(frozen=True)
class DrawnInvoice:
    """A drawn invoice: its bytes, header fields by the schema's keys, and (description, subtotal) of every line."""

    content: bytes
    fields: Mapping[str, str]
    items: Sequence[tuple[str, str]]
    more: Mapping[str, Any] = field(default_factory=dict)


def american() -> DrawnInvoice:
    """Letterhead, a row of labels above their values, month before day, paid in part."""
    sheet = Sheet()
    sheet.block(50, 50, "Cedar Creek Hardware Inc.", size=15)
    sheet.block(50, 75, "4410 Mill Road", "Boise, ID 83702", "Phone (208) 555-0144", "billing@cedarcreekhardware.com")
    sheet.text(545, 55, "INVOICE", size=22, right=True)
    sheet.block(50, 150, "Bill To", "Harbor View Apartments LLC", "99 Quay Street", "Seattle, WA 98101")
    sheet.block(300, 150, "Ship To", "Harbor View Apartments", "Loading Dock B", "Seattle, WA 98101")
    sheet.row(230, (50, 170, 290, 410), ("Invoice #", "Invoice Date", "Due Date", "P.O. Number"))
    sheet.row(246, (50, 170, 290, 410), ("10482", "03/05/2024", "04/24/2024", "PO-7781"))
    columns = (50, 100, -380, -460, -545)
    y = sheet.row(290, columns, ("Qty", "Description", "Unit Price", "Tax", "Amount"))
    sheet.rule(50, y - 8, 545)
    y = sheet.row(y + 4, columns, ("12", ("Galvanized hinge,", "4 inch, pair"), "$6.25", "8.25%", "$75.00"))
    y = sheet.row(y, columns, ("3", "Exterior latch set", "$41.90", "8.25%", "$125.70"))
    y = sheet.row(y, columns, ("1", "Delivery within county", "$18.00", "8.25%", "$18.00"))
    for label, amount in (
        ("Subtotal", "$218.70"),
        ("Sales Tax (8.25%)", "$18.04"),
        ("Total", "$236.74"),
        ("Amount Paid", "-$100.00"),
        ("Balance Due", "$136.74"),
    ):
        sheet.text(360, y + 10, label)
        sheet.text(545, y + 10, amount, right=True)
        y += 16
    sheet.text(
        50, y + 40, "Wire to First Gem Bank, routing number 021000021, account 4455667788. Thank you for your business!"
    )
    return DrawnInvoice(
        sheet.pdf(),
        {
            "supplier": "Cedar Creek Hardware Inc.",
            "client": "Harbor View Apartments LLC",
            "invoice_id": "10482",
            "date": "2024-03-05",
            "due_date": "2024-04-24",
            "currency": "USD",
            "subtotal": "218.70",
            "total_tax_amount": "18.04",
            "total": "236.74",
            "aba": "021000021",
            "email": "billing@cedarcreekhardware.com",
            "type": "invoice",
        },
        (
            ("Galvanized hinge, 4 inch, pair", "75.00"),
            ("Exterior latch set", "125.70"),
            ("Delivery within county", "18.00"),
        ),
        {"purchase_orders": ["PO-7781"]},
    )


def british() -> DrawnInvoice:
    """Labels left of their values, VAT per line, the company's register in the foot."""
    sheet = Sheet()
    sheet.text(50, 60, "Tax Invoice", size=18)
    y = 100.0
    for label, value in (
        ("Invoice No:", "SI-004417"),
        ("Invoice Date:", "7 June 2023"),
        ("Tax Point:", "2 June 2023"),
        ("Account No:", "HAR002"),
        ("Your Order No:", "88213"),
        ("Due Date:", "7 July 2023"),
    ):
        sheet.text(350, y, label)
        sheet.text(460, y, value)
        y += 13
    sheet.block(50, 100, "Invoice To:", "Harlow & Sons Ltd", "Unit 4, Riverside Park", "Leeds", "LS10 1AB")
    columns = (50, 110, -330, -400, -450, -545)
    y = sheet.row(220, columns, ("Code", "Details", "Quantity", "Unit Price", "VAT %", "Net Amount"))
    y = sheet.row(y, columns, ("WX-20", "Oak worktop 3m oiled", "2.00", "189.50", "20.00", "379.00"))
    y = sheet.row(y, columns, ("FIT", "Fitting, half day", "1.50", "140.00", "20.00", "210.00"))
    for label, amount in (
        ("Total Net Amount", "589.00"),
        ("Carriage Net", "0.00"),
        ("Total VAT Amount", "117.80"),
        ("Invoice Total", "706.80"),
    ):
        sheet.text(380, y + 30, label)
        sheet.text(545, y + 30, "£" + amount, right=True)
        y += 14
    sheet.block(
        50,
        770,
        "Pennine Joinery Supplies Limited, 12 Foundry Lane, Sheffield S3 8AA. Registered in England No. 05512345."
        " VAT Reg No. GB 980 7806 84",
        "Bank: Northern Bank, IBAN GB29 NWBK 6016 1331 9268 19, BIC NWBKGB2L, web www.penninejoinery.co.uk",
        size=7,
    )
    return DrawnInvoice(
        sheet.pdf(),
        {
            "supplier": "Pennine Joinery Supplies Limited",
            "supplier_vat": "GB980780684",
            "supplier_country": "GB",
            "client": "Harlow & Sons Ltd",
            "invoice_id": "SI-004417",
            "date": "2023-06-07",
            "due_date": "2023-07-07",
            "currency": "GBP",
            "subtotal": "589.00",
            "total_tax_amount": "117.80",
            "total": "706.80",
            "iban": "GB29NWBK60161331926819",
            "swift_code": "NWBKGB2L",
            "website": "www.penninejoinery.co.uk",
        },
        (("Oak worktop 3m oiled", "379.00"), ("Fitting, half day", "210.00")),
        {"purchase_orders": ["88213"]},
    )


def spanish() -> DrawnInvoice:
    """Totals in a row of headings, discounts per line, tax numbers without a country's letters."""
    sheet = Sheet()
    sheet.block(
        50,
        50,
        "Talleres Ruiz Montalvo, S.L.",
        "C/ Herreros 14, Pol. Ind. El Prado",
        "28905 Getafe (Madrid)",
        "CIF: B83417232",
    )
    sheet.text(400, 55, "FACTURA", size=16)
    sheet.row(80, (400, 480), ("Número:", "A/2023-0187"))
    sheet.row(94, (400, 480), ("Fecha:", "15/11/2023"))
    sheet.row(108, (400, 480), ("Vencimiento:", "15/12/2023"))
    sheet.block(
        300,
        150,
        "Cliente:",
        "Transportes Vega Alta, S.A.",
        "Avda. de la Industria 3",
        "45200 Illescas (Toledo)",
        "NIF: A45011232",
    )
    columns = (50, 110, -340, -400, -450, -545)
    y = sheet.row(250, columns, ("Ref.", "Concepto", "Cant.", "Precio", "% Dto.", "Importe"))
    y = sheet.row(
        y, columns, ("FR-210", ("Juego de pastillas de freno", "eje delantero"), "4", "62,50", "10,00", "225,00")
    )
    y = sheet.row(y, columns, ("MO", "Mano de obra, hora", "6,5", "38,00", "", "247,00"))
    y = sheet.row(y, columns, ("RS-1", "Gestión de residuos", "1", "12,40", "", "12,40"))
    sheet.row(700, (60, 180, 280, 400), ("Base imponible", "% IVA", "Cuota IVA", "Total factura"))
    sheet.row(716, (60, 180, 280, 400), ("484,40", "21,00", "101,72", "586,12 €"))
    sheet.text(50, 760, "Forma de pago: transferencia a ES91 2100 0418 4502 0005 1332")
    sheet.turned(
        20,
        700,
        "Inscrita en el Registro Mercantil de Madrid, tomo 1234, folio 56, hoja M-78901. Talleres Ruiz Montalvo, S.L.",
    )
    return DrawnInvoice(
        sheet.pdf(),
        {
            "supplier": "Talleres Ruiz Montalvo, S.L.",
            "client": "Transportes Vega Alta, S.A.",
            "invoice_id": "A/2023-0187",
            "date": "2023-11-15",
            "due_date": "2023-12-15",
            "currency": "EUR",
            "subtotal": "484.40",
            "total_tax_amount": "101.72",
            "total": "586.12",
            "iban": "ES9121000418450200051332",
        },
        (
            ("Juego de pastillas de freno eje delantero", "225.00"),
            ("Mano de obra, hora", "247.00"),
            ("Gestión de residuos", "12.40"),
        ),
        {"taxes": [("21.00", "484.40", "101.72")]},
    )


def italian() -> DrawnInvoice:
    """Number and date in one sentence, VAT by two rates in a table of its own."""
    sheet = Sheet()
    sheet.block(
        50,
        50,
        "Vetreria Lagunare S.r.l.",
        "Fondamenta Nove 22",
        "30121 Venezia (VE)",
        "P.IVA 00743110157",
        "www.vetrerialagunare.it",
    )
    sheet.block(330, 110, "Spett.le", "Hotel Bellariva S.p.A.", "Viale del Mare 8", "30126 Lido di Venezia")
    sheet.text(50, 190, "Fattura n. 312/A del 09/02/2024", size=13)
    columns = (50, 300, -390, -460, -500, -545)
    y = sheet.row(225, columns, ("Descrizione", "U.M.", "Quantità", "Prezzo unitario", "IVA", "Importo"))
    y = sheet.row(y, columns, ("Vetro temperato 8 mm", "mq", "14,50", "96,00", "22", "1.392,00"))
    y = sheet.row(y, columns, ("Manuale di cura del vetro", "pz", "3", "12,00", "4", "36,00"))
    sheet.row(500, (50, 150, 250), ("Imponibile", "Aliquota IVA", "Imposta"))
    sheet.row(514, (50, 150, 250), ("1.392,00", "22%", "306,24"))
    sheet.row(528, (50, 150, 250), ("36,00", "4%", "1,44"))
    for place, (label, amount) in enumerate(
        (("Totale imponibile", "1.428,00"), ("Totale IVA", "307,68"), ("Totale documento EUR", "1.735,68"))
    ):
        sheet.text(380, 570 + 15 * place, label)
        sheet.text(545, 570 + 15 * place, amount, right=True)
    sheet.text(50, 650, "Scadenza: 10/03/2024 - IBAN IT60X0542811101000000123456")
    return DrawnInvoice(
        sheet.pdf(),
        {
            "supplier": "Vetreria Lagunare S.r.l.",
            "client": "Hotel Bellariva S.p.A.",
            "invoice_id": "312/A",
            "date": "2024-02-09",
            "due_date": "2024-03-10",
            "currency": "EUR",
            "subtotal": "1428.00",
            "total_tax_amount": "307.68",
            "total": "1735.68",
            "iban": "IT60X0542811101000000123456",
        },
        (("Vetro temperato 8 mm", "1392.00"), ("Manuale di cura del vetro", "36.00")),
        {"taxes": [("22", "1392.00", "306.24"), ("4", "36.00", "1.44")]},
    )


def dutch() -> DrawnInvoice:
    """A logo of words, the buyer first, totals including and excluding the tax."""
    sheet = Sheet()
    sheet.block(50, 60, "Aan:", "Bakkerij De Korenaar", "Molenweg 5", "7411 AB Deventer")
    sheet.block(
        380,
        60,
        "Drukkerij Van Esch B.V.",
        "Kanaalstraat 101",
        "5611 CD Eindhoven",
        "KvK 17098765",
        "btw NL004495445B01",
    )
    sheet.text(50, 160, "FACTUUR", size=16)
    sheet.row(185, (50, 160), ("Factuurnummer:", "20240077"))
    sheet.row(199, (50, 160), ("Factuurdatum:", "28-03-2024"))
    sheet.row(213, (50, 160), ("Vervaldatum:", "11-04-2024"))
    columns = (50, 100, -420, -545)
    y = sheet.row(250, columns, ("Aantal", "Omschrijving", "Prijs", "Bedrag"))
    y = sheet.row(y, columns, ("500", "Menukaart A5 dubbelzijdig", "€ 0,24", "€ 120,00"))
    y = sheet.row(y, columns, ("1", "Ontwerp en opmaak", "€ 85,00", "€ 85,00"))
    for label, amount in (("Totaal excl. btw", "€ 205,00"), ("BTW 21%", "€ 43,05"), ("Totaal incl. btw", "€ 248,05")):
        sheet.text(330, y + 20, label)
        sheet.text(545, y + 20, amount, right=True)
        y += 14
    sheet.text(
        50, 700, "Gelieve het bedrag over te maken op NL91 ABNA 0417 1643 00 onder vermelding van het factuurnummer."
    )
    return DrawnInvoice(
        sheet.pdf(),
        {
            "supplier": "Drukkerij Van Esch B.V.",
            "supplier_vat": "NL004495445B01",
            "supplier_country": "NL",
            "client": "Bakkerij De Korenaar",
            "invoice_id": "20240077",
            "date": "2024-03-28",
            "due_date": "2024-04-11",
            "subtotal": "205.00",
            "total_tax_amount": "43.05",
            "total": "248.05",
            "iban": "NL91ABNA0417164300",
        },
        (("Menukaart A5 dubbelzijdig", "120.00"), ("Ontwerp en opmaak", "85.00")),
    )


def french() -> DrawnInvoice:
    """A down payment taken off, notes under the goods, thousands set apart by spaces."""
    sheet = Sheet()
    sheet.block(
        50,
        50,
        "Menuiserie Delaunay SARL",
        "18 rue des Tilleuls",
        "44000 Nantes",
        "SIRET 732 829 320 00074",
        "TVA FR40303265045",
    )
    sheet.block(350, 110, "Mairie de Sainte-Luce", "Place de l'Église", "44980 Sainte-Luce-sur-Loire")
    sheet.text(50, 200, "Facture N° F2024-118", size=14)
    sheet.text(50, 218, "Date de facturation : 4 avril 2024")
    sheet.text(50, 232, "Échéance : 4 mai 2024")
    columns = (50, -330, -410, -460, -545)
    y = sheet.row(265, columns, ("Désignation", "Qté", "P.U. HT", "TVA", "Total HT"))
    y = sheet.row(
        y, columns, (("Porte d'entrée chêne massif", "Garantie : 10 ans"), "2", "1 840,00", "20 %", "3 680,00")
    )
    y = sheet.row(y, columns, ("Pose et réglage", "8", "52,50", "20 %", "420,00"))
    for label, amount in (
        ("Total HT", "4 100,00 €"),
        ("TVA 20 %", "820,00 €"),
        ("Total TTC", "4 920,00 €"),
        ("Acompte versé", "1 500,00 €"),
        ("Net à payer", "3 420,00 €"),
    ):
        sheet.text(370, y + 20, label)
        sheet.text(545, y + 20, amount, right=True)
        y += 14
    sheet.text(50, 760, "IBAN FR14 2004 1010 0505 0001 3M02 606 - BIC PSSTFRPPXXX", size=8)
    return DrawnInvoice(
        sheet.pdf(),
        {
            "supplier": "Menuiserie Delaunay SARL",
            "supplier_vat": "FR40303265045",
            "supplier_country": "FR",
            "client": "Mairie de Sainte-Luce",
            "invoice_id": "F2024-118",
            "date": "2024-04-04",
            "due_date": "2024-05-04",
            "currency": "EUR",
            "subtotal": "4100.00",
            "total_tax_amount": "820.00",
            "total": "4920.00",
            "iban": "FR1420041010050500013M02606",
            "swift_code": "PSSTFRPPXXX",
        },
        (("Porte d'entrée chêne massif", "3680.00"), ("Pose et réglage", "420.00")),
    )


def german_long() -> DrawnInvoice:
    """Thirty lines over two pages with sums carried over, a window for the envelope, a foot in three columns."""
    sheet = Sheet()
    items: list[tuple[str, str]] = []
    columns = (50, 85, -360, -400, -470, -545)

    def head(y: float) -> float:
        return sheet.row(y, columns, ("Pos.", "Bezeichnung", "Menge", "Einh.", "E-Preis", "G-Preis")) + 3

    def foot(page: int) -> None:
        sheet.block(50, 790, "Elektro Hartwig GmbH", "Gewerbering 7", "91052 Erlangen", size=7)
        sheet.block(
            220, 790, "Amtsgericht Fürth HRB 4711", "Geschäftsführer: Uwe Hartwig", "USt-IdNr. DE136695976", size=7
        )
        sheet.block(400, 790, "Sparkasse Erlangen", "IBAN DE89 3704 0044 0532 0130 00", f"Seite {page} von 2", size=7)

    sheet.text(50, 120, "Elektro Hartwig GmbH · Gewerbering 7 · 91052 Erlangen", size=6.5)
    sheet.block(50, 138, "Frau", "Dr. Sabine Lohmann", "Am Weinberg 3", "91054 Erlangen", size=10)
    for place, (label, value) in enumerate(
        (
            ("Rechnungsnummer", "RE-2024/0815"),
            ("Rechnungsdatum", "02.05.2024"),
            ("Kundennummer", "10233"),
            ("Leistungsdatum", "29.04.2024"),
        )
    ):
        sheet.text(360, 138 + 14 * place, label)
        sheet.text(470, 138 + 14 * place, value)
    sheet.text(50, 230, "Rechnung", size=15)
    y, sum_so_far = head(260), 0
    for number in range(1, 31):
        if number == 19:
            sheet.text(85, y, "Übertrag")
            sheet.text(545, y, _german(sum_so_far), right=True)
            foot(1)
            sheet.page()
            sheet.text(85, 60, "Übertrag")
            sheet.text(545, 60, _german(sum_so_far), right=True)
            y = head(85)
        price = 1000 + 37 * number
        quantity = 1 + number % 4
        name = f"Steckdose Reihe {number:02d} reinweiß"
        sum_so_far += price * quantity
        y = sheet.row(y, columns, (str(number), name, str(quantity), "Stk", _german(price), _german(price * quantity)))
        items.append((name, f"{price * quantity / 100:.2f}"))
    tax = round(sum_so_far * 19 / 100)
    for label, amount in (
        ("Nettobetrag", sum_so_far),
        ("zzgl. 19 % MwSt.", tax),
        ("Rechnungsbetrag", sum_so_far + tax),
    ):
        sheet.text(380, y + 15, label)
        sheet.text(545, y + 15, _german(amount) + " €", right=True)
        y += 15
    sheet.text(50, y + 40, "Zahlbar bis 16.05.2024 ohne Abzug.")
    foot(2)
    return DrawnInvoice(
        sheet.pdf(),
        {
            "supplier": "Elektro Hartwig GmbH",
            "supplier_vat": "DE136695976",
            "client": "Dr. Sabine Lohmann",
            "invoice_id": "RE-2024/0815",
            "date": "2024-05-02",
            "due_date": "2024-05-16",
            "currency": "EUR",
            "subtotal": f"{sum_so_far / 100:.2f}",
            "total_tax_amount": f"{tax / 100:.2f}",
            "total": f"{(sum_so_far + tax) / 100:.2f}",
            "iban": "DE89370400440532013000",
        },
        tuple(items),
    )


def german_credit() -> DrawnInvoice:
    """A credit note with negative amounts; names stand above their figures."""
    sheet = Sheet()
    sheet.block(50, 50, "Naturkost Ahrens e.K.", "Deichstraße 9", "20459 Hamburg")
    sheet.block(50, 120, "Empfänger:", "Café Möwe GbR", "Hafenstraße 2", "20359 Hamburg")
    sheet.text(50, 200, "Gutschrift Nr. G-77 vom 3. Januar 2024", size=13)
    sheet.text(50, 216, "zu Rechnung Nr. R-1200 vom 12.12.2023")
    columns = (50, -300, -400, -545)
    y = sheet.row(250, columns, ("Artikel", "Anzahl", "Einzelpreis", "Gesamt"))
    for name, quantity, price, amount in (
        ("Haferdrink 1 l", "-6", "1,89", "-11,34"),
        ("Dinkelmehl 25 kg", "-1", "32,00", "-32,00"),
    ):
        sheet.text(50, y, name)
        y = sheet.row(y + 11, columns, ("", quantity, price, amount)) + 6
    for label, amount in (("Summe netto", "-43,34"), ("USt. 7 %", "-3,03"), ("Gesamtbetrag", "-46,37")):
        sheet.text(380, y + 15, label)
        sheet.text(545, y + 15, amount + " EUR", right=True)
        y += 15
    return DrawnInvoice(
        sheet.pdf(),
        {
            "type": "refund",
            "supplier": "Naturkost Ahrens e.K.",
            "client": "Café Möwe GbR",
            "invoice_id": "G-77",
            "date": "2024-01-03",
            "currency": "EUR",
            "subtotal": "-43.34",
            "total_tax_amount": "-3.03",
            "total": "-46.37",
        },
        (("Haferdrink 1 l", "-11.34"), ("Dinkelmehl 25 kg", "-32.00")),
    )


def portuguese() -> DrawnInvoice:
    """A number of letters and figures apart, a reference for the payment."""
    sheet = Sheet()
    sheet.block(50, 50, "Cortiças do Sado, Lda.", "Rua do Porto 45", "2900-300 Setúbal", "NIF: PT501964843")
    sheet.block(
        330,
        50,
        "Exmo. Sr.",
        "Adega Monte Novo, S.A.",
        "Estrada Nacional 4",
        "7100 Estremoz",
        "Contribuinte: PT500273170",
    )
    sheet.text(50, 150, "Fatura nº FT 2024/331", size=13)
    sheet.row(175, (50, 200, 350), ("Data de emissão", "Data de vencimento", "Encomenda"))
    sheet.row(189, (50, 200, 350), ("2024-06-18", "2024-07-18", "EN-5521"))
    columns = (50, 110, -360, -430, -480, -545)
    y = sheet.row(220, columns, ("Código", "Descrição", "Qtd.", "Preço unit.", "IVA", "Total"))
    y = sheet.row(y, columns, ("RN45", "Rolha natural 45x24", "2.000", "0,185", "23%", "370,00"))
    y = sheet.row(y, columns, ("CX", "Caixa de transporte", "4", "6,50", "23%", "26,00"))
    for label, amount in (("Total ilíquido", "396,00"), ("Total IVA", "91,08"), ("Total a pagar", "487,08 €")):
        sheet.text(380, y + 15, label)
        sheet.text(545, y + 15, amount, right=True)
        y += 15
    return DrawnInvoice(
        sheet.pdf(),
        {
            "supplier": "Cortiças do Sado, Lda.",
            "supplier_vat": "PT501964843",
            "client": "Adega Monte Novo, S.A.",
            "client_vat": "PT500273170",
            "invoice_id": "FT 2024/331",
            "date": "2024-06-18",
            "due_date": "2024-07-18",
            "subtotal": "396.00",
            "total_tax_amount": "91.08",
            "total": "487.08",
        },
        (("Rolha natural 45x24", "370.00"), ("Caixa de transporte", "26.00")),
        {"purchase_orders": ["EN-5521"]},
    )


def swiss() -> DrawnInvoice:
    """Francs with apostrophes, a discount of the whole, rounding to five centimes, stacked headings."""
    sheet = Sheet()
    sheet.block(
        50,
        50,
        "Bergbahn Technik AG",
        "Talstrasse 88",
        "7270 Davos Platz",
        "CHE-116.281.710 MWST",
        "info@bergbahn-technik.ch",
    )
    sheet.block(330, 120, "Rechnungsadresse:", "Gemeinde Klosters", "Rathausgasse 2", "7250 Klosters")
    sheet.row(210, (50, 150), ("Rechnung Nr.", "2024-1190"))
    sheet.row(224, (50, 150), ("Datum", "30.01.2024"))
    columns = (50, 110, -370, -450, -545)
    y = sheet.row(260, columns, (("Artikel-", "Nr."), "Bezeichnung", "Menge", ("Preis", "CHF"), ("Betrag", "CHF")))
    y = sheet.row(y, columns, ("S-100", "Seilprüfung magnetinduktiv", "1", "2'450.00", "2'450.00"))
    y = sheet.row(y, columns, ("R-7", "Rollenbatterie revidiert", "3", "416.50", "1'249.50"))
    for label, amount in (
        ("Zwischensumme", "3'699.50"),
        ("Rabatt 5 %", "-184.98"),
        ("MwSt. 8.1 %", "284.68"),
        ("Rundung", "0.00"),
        ("Total CHF", "3'799.20"),
    ):
        sheet.text(380, y + 15, label)
        sheet.text(545, y + 15, amount, right=True)
        y += 15
    sheet.text(50, y + 50, "Zahlbar innert 30 Tagen auf CH93 0076 2011 6238 5295 7")
    return DrawnInvoice(
        sheet.pdf(),
        {
            "supplier": "Bergbahn Technik AG",
            "client": "Gemeinde Klosters",
            "invoice_id": "2024-1190",
            "date": "2024-01-30",
            "currency": "CHF",
            "total_tax_amount": "284.68",
            "total": "3799.20",
            "iban": "CH9300762011623852957",
        },
        (("Seilprüfung magnetinduktiv", "2450.00"), ("Rollenbatterie revidiert", "1249.50")),
    )


def _german(cents: int) -> str:
    return f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))


DRAWN: Mapping[str, Callable[[], DrawnInvoice]] = {
    each.__name__: each
    for each in (
        american,
        british,
        spanish,
        italian,
        dutch,
        french,
        german_long,
        german_credit,
        portuguese,
        swiss,
    )
}
