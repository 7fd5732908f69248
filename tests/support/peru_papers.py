"""Peruvian comprobantes in print forms of several emitters, drawn with their truth. Every party is invented."""

from collections.abc import Callable, Mapping, Sequence

from tests.support.drawn_invoices import DrawnInvoice, Sheet


def _pairs(sheet: Sheet, x: float, y: float, right: float, pairs: Sequence[tuple[str, str]]) -> float:
    """Labels with their values at the right edge; the height after them."""
    for label, value in pairs:
        sheet.text(x, y, label)
        sheet.text(right, y, value, right=True)
        y += 14
    return y


def portal() -> DrawnInvoice:
    """As the tax office's own portal prints: colons in a column, unit values without amounts, every sum named."""
    sheet = Sheet()
    sheet.block(40, 50, "SERVICIOS INTEGRALES QUILCA E.I.R.L.", size=11)
    sheet.block(40, 66, "JR. LAS MAGNOLIAS 455 URB. SAN JOSE", "AREQUIPA - AREQUIPA - CAYMA")
    sheet.block(400, 50, "FACTURA ELECTRONICA", "RUC: 20601234565", "E001-247", size=11)
    y = 120.0
    for label, value in (
        ("Fecha de Emisión", "18/06/2024"),
        ("Señor(es)", "AGROINDUSTRIAS DEL VALLE S.A."),
        ("RUC", "20509876542"),
        ("Dirección del Cliente", "CAR. PANAMERICANA SUR KM 12 ICA"),
        ("Tipo de Moneda", "SOLES"),
        ("Forma de pago", "Contado"),
    ):
        sheet.row(y, (40, 150, 160), (label, ":", value))
        y += 14
    columns = (-80, 100, 190, 260, -540)
    y = sheet.row(y + 20, columns, ("Cantidad", "Unidad Medida", "Código", "Descripción", "Valor Unitario"))
    y = sheet.row(y + 4, columns, ("4.00", "UNIDAD", "SV-01", "Mantenimiento de bomba de agua", "150.00"))
    y = sheet.row(y, columns, ("2.00", "UNIDAD", "SV-07", "Cambio de sello mecánico", "80.00"))
    _pairs(
        sheet,
        330,
        y + 20,
        540,
        (
            ("Sub Total Ventas :", "S/ 760.00"),
            ("Anticipos :", "S/ 0.00"),
            ("Descuentos :", "S/ 0.00"),
            ("Valor Venta :", "S/ 760.00"),
            ("ISC :", "S/ 0.00"),
            ("IGV :", "S/ 136.80"),
            ("ICBPER :", "S/ 0.00"),
            ("Otros Cargos :", "S/ 0.00"),
            ("Otros Tributos :", "S/ 0.00"),
            ("Monto de redondeo :", "S/ 0.00"),
            ("Importe Total :", "S/ 896.80"),
        ),
    )
    sheet.text(40, y + 26, "SON: OCHOCIENTOS NOVENTA Y SEIS Y 80/100 SOLES")
    return DrawnInvoice(
        sheet.pdf(),
        {
            "type": "invoice",
            "supplier": "SERVICIOS INTEGRALES QUILCA E.I.R.L.",
            "supplier_vat": "20601234565",
            "supplier_country": "PE",
            "client": "AGROINDUSTRIAS DEL VALLE S.A.",
            "client_vat": "20509876542",
            "invoice_id": "E001-247",
            "date": "2024-06-18",
            "currency": "PEN",
            "subtotal": "760.00",
            "total_tax_amount": "136.80",
            "total": "896.80",
        },
        (("Mantenimiento de bomba de agua", "600.00"), ("Cambio de sello mecánico", "160.00")),
    )


def dollars() -> DrawnInvoice:
    """In dollars and on credit, with a detraction, a delivery note's number, values and prices side by side."""
    sheet = Sheet()
    sheet.text(40, 50, "Ferroandes", size=20)
    sheet.block(
        40, 72, "FERRETERIA INDUSTRIAL LOS ANDES S.A.C.", "Av. Argentina 2090, Cercado de Lima", "www.ferroandes.pe"
    )
    sheet.block(400, 45, "R.U.C. N° 20102030401", "FACTURA ELECTRÓNICA", "F012 - N° 00004581", size=12)
    sheet.block(
        40, 130, "Razón Social: CONSTRUCTORA MIRADOR S.R.L.", "R.U.C.: 20488776658", "Dirección: Calle Los Pinos 300"
    )
    sheet.block(330, 130, "F. Emisión: 05/11/2024", "F. Vencimiento: 05/12/2024", "Moneda: DÓLARES AMERICANOS")
    sheet.block(330, 168, "Guía de remisión: T001-8842", "O/C: 4500012377")
    columns = (40, 90, 130, 170, -340, -400, -460, -545)
    y = sheet.row(
        210, columns, ("Código", "Cant.", "Und", "Descripción", "V. Unit.", "P. Unit.", "Dscto.", "Valor Venta")
    )
    y = sheet.row(y + 4, columns, ("AC-12", "20", "NIU", "Varilla corrugada 1/2", "9.50", "11.21", "0.00", "190.00"))
    y = sheet.row(y, columns, ("CEM-3", "15", "BLS", "Cemento tipo V 42.5 kg", "8.00", "9.44", "0.00", "120.00"))
    y = sheet.row(y, columns, ("LIB-9", "2", "NIU", "Manual de obra", "25.00", "25.00", "0.00", "50.00"))
    sheet.text(40, y + 20, "SON CUATROCIENTOS QUINCE CON 80/100 DÓLARES AMERICANOS")
    _pairs(
        sheet,
        360,
        y + 20,
        545,
        (
            ("OP. GRAVADA", "US$ 310.00"),
            ("OP. EXONERADA", "US$ 50.00"),
            ("OP. INAFECTA", "US$ 0.00"),
            ("OP. GRATUITA", "US$ 12.00"),
            ("IGV (18%)", "US$ 55.80"),
            ("IMPORTE TOTAL", "US$ 415.80"),
        ),
    )
    sheet.block(
        40, y + 120, "Operación sujeta a detracción (10%)", "Monto detracción: S/ 157.00", "Cuenta 00-000-123456"
    )
    return DrawnInvoice(
        sheet.pdf(),
        {
            "type": "invoice",
            "supplier": "FERRETERIA INDUSTRIAL LOS ANDES S.A.C.",
            "supplier_vat": "20102030401",
            "client": "CONSTRUCTORA MIRADOR S.R.L.",
            "client_vat": "20488776658",
            "invoice_id": "F012-00004581",
            "date": "2024-11-05",
            "due_date": "2024-12-05",
            "currency": "USD",
            "subtotal": "360.00",
            "total_tax_amount": "55.80",
            "total": "415.80",
        },
        (("Varilla corrugada 1/2", "190.00"), ("Cemento tipo V 42.5 kg", "120.00"), ("Manual de obra", "50.00")),
        {"prices": ["9.50", "8.00", "25.00"]},
    )


def note() -> DrawnInvoice:
    """A credit note: what it changes stands in a box of its own, under its heading, above the lines."""
    sheet = Sheet()
    sheet.block(40, 50, "TEXTILES HUALLAGA S.A.", size=14)
    sheet.block(40, 70, "Jr. Gamarra 980 - La Victoria - Lima", "Telf. 01 555-0133")
    sheet.block(390, 45, "RUC 20555111224", "NOTA DE CRÉDITO", "ELECTRÓNICA", "FC02-00000091", size=12)
    sheet.row(130, (40, 140, 330, 430), ("CLIENTE:", "BOUTIQUE SOLANGE E.I.R.L.", "FECHA EMISIÓN:", "2024-02-09"))
    sheet.row(146, (40, 140, 330, 430), ("RUC:", "20601234565", "MONEDA:", "SOLES"))
    sheet.row(180, (40, 220, 380), ("DOCUMENTO QUE MODIFICA", "FECHA DOC.", "MOTIVO"))
    sheet.row(194, (40, 220, 380), ("F002-00017730", "2024-01-29", "Devolución por ítem"))
    columns = (-70, 90, 140, -440, -540)
    y = sheet.row(230, columns, ("CANT", "UM", "DESCRIPCIÓN", "P.UNIT", "IMPORTE"))
    y = sheet.row(y + 4, columns, ("5.00", "NIU", "Blusa de algodón pima talla M", "59.00", "295.00"))
    y = sheet.row(y, columns, ("1.00", "NIU", "Chompa de alpaca", "118.00", "118.00"))
    _pairs(
        sheet,
        380,
        y + 10,
        540,
        (
            ("Total Op. Gravadas S/", "350.00"),
            ("Total Op. Gratuitas S/", "0.00"),
            ("I.G.V. 18% S/", "63.00"),
            ("TOTAL A PAGAR S/", "413.00"),
        ),
    )
    sheet.text(40, y + 80, "Son: CUATROCIENTOS TRECE Y 00/100 SOLES")
    return DrawnInvoice(
        sheet.pdf(),
        {
            "type": "refund",
            "supplier": "TEXTILES HUALLAGA S.A.",
            "supplier_vat": "20555111224",
            "client": "BOUTIQUE SOLANGE E.I.R.L.",
            "client_vat": "20601234565",
            "invoice_id": "FC02-00000091",
            "date": "2024-02-09",
            "currency": "PEN",
            "subtotal": "350.00",
            "total_tax_amount": "63.00",
            "total": "413.00",
        },
        (("Blusa de algodón pima talla M", "250.00"), ("Chompa de alpaca", "100.00")),
    )


def market() -> DrawnInvoice:
    """A supermarket's boleta on a tape: how many at what price below each name, a plastic bag's tax, change."""
    sheet = Sheet()
    y = 40.0
    for text in (
        "BODEGAS UNIDAS DEL SUR S.A.C.",
        "RUC: 20509876542",
        "Av. El Sol 410 - Cusco",
        "BOLETA DE VENTA ELECTRONICA",
    ):
        sheet.text(30, y, text)
        y += 12
    sheet.text(30, y, "B014-00098712")
    y = sheet.block(30, y + 12, "Fecha: 21/08/2024 19:42", "DNI: 45678912", "Cliente: ROSA QUISPE MAMANI")
    for name, counted, amount in (
        ("ARROZ EXTRA 5 KG", "2 UND x 22.50", "45.00"),
        ("ACEITE VEGETAL 1 L", "3 UND x 8.90", "26.70"),
        ("DETERGENTE LIMON", "1 UND x 11.80", "11.80"),
    ):
        sheet.text(30, y, name)
        sheet.text(40, y + 11, counted)
        sheet.text(230, y + 11, amount, right=True)
        y += 22
    y = _pairs(
        sheet,
        30,
        y + 4,
        230,
        (
            ("OP. GRAVADAS", "S/ 70.76"),
            ("IGV 18%", "S/ 12.74"),
            ("ICBPER", "S/ 0.50"),
            ("TOTAL", "S/ 84.00"),
            ("EFECTIVO", "S/ 100.00"),
            ("VUELTO", "S/ 16.00"),
        ),
    )
    sheet.text(30, y, "SON: OCHENTA Y CUATRO CON 00/100 SOLES")
    return DrawnInvoice(
        sheet.pdf(),
        {
            "type": "invoice",
            "supplier": "BODEGAS UNIDAS DEL SUR S.A.C.",
            "supplier_vat": "20509876542",
            "client": "ROSA QUISPE MAMANI",
            "client_vat": "45678912",
            "invoice_id": "B014-00098712",
            "date": "2024-08-21",
            "currency": "PEN",
            "subtotal": "70.76",
            "total_tax_amount": "13.24",
            "total": "84.00",
        },
        (),
        {
            "counted": [
                ("ARROZ EXTRA 5 KG", "2", "22.50"),
                ("ACEITE VEGETAL 1 L", "3", "8.90"),
                ("DETERGENTE LIMON", "1", "11.80"),
            ]
        },
    )


def eatery() -> DrawnInvoice:
    """A restaurant's factura on a tape: quantity, name, price and amount under headings, the client's RUC last."""
    sheet = Sheet()
    y = sheet.block(
        30,
        40,
        "EL FOGON NORTEÑO",
        "INVERSIONES GASTRONOMICAS PIURA S.A.C.",
        "R.U.C. 20488776658",
        "Calle Tacna 120 - Piura",
    )
    y = sheet.block(30, y, "FACTURA ELECTRONICA F001-4471", "Emisión: 30/09/2024 14:05", "Mesa: 7  Mozo: Luis")
    columns = (30, 55, -180, -230)
    y = sheet.row(y + 4, columns, ("Cant", "Descripción", "P.Unit", "Importe"))
    y = sheet.row(y, columns, ("2", "Seco de chabelo", "35.40", "70.80"))
    y = sheet.row(y, columns, ("1", "Jarra de chicha", "17.70", "17.70"))
    y = sheet.row(y, columns, ("3", "Natilla", "9.44", "28.32"))
    y = _pairs(sheet, 30, y, 230, (("Op. Gravada S/", "99.00"), ("IGV S/", "17.82"), ("Importe Total S/", "116.82")))
    sheet.block(30, y, "Señores: CONSULTORA ALGARROBO S.A.C.", "RUC: 20102030401")
    return DrawnInvoice(
        sheet.pdf(),
        {
            "type": "invoice",
            "supplier": "INVERSIONES GASTRONOMICAS PIURA S.A.C.",
            "supplier_vat": "20488776658",
            "client": "CONSULTORA ALGARROBO S.A.C.",
            "client_vat": "20102030401",
            "invoice_id": "F001-4471",
            "date": "2024-09-30",
            "currency": "PEN",
            "subtotal": "99.00",
            "total_tax_amount": "17.82",
            "total": "116.82",
        },
        (),
        {"counted": [("Seco de chabelo", "2", "35.40"), ("Jarra de chicha", "1", "17.70"), ("Natilla", "3", "9.44")]},
    )


PERUVIAN: Mapping[str, Callable[[], DrawnInvoice]] = {
    each.__name__: each for each in (portal, dollars, note, market, eatery)
}
"""Name → drawing."""
