"""Invoices in Spanish, Italian, French and Portuguese."""

from tests.support.drawn_invoices.sheet import DrawnInvoice, Sheet


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
