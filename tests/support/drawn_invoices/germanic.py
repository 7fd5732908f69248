"""Invoices in Dutch and German."""

from tests.support.drawn_invoices.sheet import DrawnInvoice, Sheet


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
