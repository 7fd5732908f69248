"""Invoices in English: letterheads of America and Britain."""

from tests.support.drawn_invoices.sheet import DrawnInvoice, Sheet


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
