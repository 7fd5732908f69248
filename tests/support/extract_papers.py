"""Papers for the Extract API's checks: two parties with VAT numbers, a QR-bill, many pages, blank pictures."""

import io

import qrcode
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.support.drawn_invoices import DrawnInvoice, Sheet

SUPPLIER_VAT, CLIENT_VAT = "NL803441526B01", "BE0403170701"

_PAYEE = ("CH4431999123000889012", "S", "Robert Schneider AG", "Rue du Lac", "1268", "2501", "Biel", "CH")
_PAYER = ("S", "Pia Rutschmann", "Marktgasse", "28", "9400", "Rorschach", "CH")
QR_REFERENCE = "210000000003139471430009017"
_QR_BILL = "\r\n".join(
    ("SPC", "0200", "1", *_PAYEE, *("",) * 7, "1949.75", "CHF", *_PAYER, "QRR", QR_REFERENCE, "", "EPD")
)


def two_parties() -> DrawnInvoice:
    """An invoice on which both parties show their VAT number, with an order of Odoo's form and one of another."""
    sheet = Sheet()
    sheet.block(50, 60, "Tulip Parts B.V.", size=14)
    sheet.block(50, 80, "Kade 7, 1011 AB Amsterdam", f"VAT number: {SUPPLIER_VAT}", "Website: www.tulipparts.nl")
    sheet.block(330, 60, "Bill to:", "Brussels Bikes NV", "Nieuwstraat 5, 1000 Brussel", f"VAT number: {CLIENT_VAT}")
    sheet.block(50, 160, "Invoice number: TP-2024-31", "Invoice date: 2024-05-17", "Due date: 2024-06-16")
    sheet.block(330, 160, "Your order: P00417", "Project: ZX-99-1234")
    columns = (50, -330, -400, -460, -545)
    y = sheet.row(230, columns, ("Description", "Quantity", "Unit price", "VAT", "Amount"))
    y = sheet.row(y, columns, ("Saddle, leather", "4", "30.00", "21%", "120.00"))
    y = sheet.row(y, columns, ("Bell, brass", "10", "8.00", "21%", "80.00"))
    for label, amount in (("Subtotal", "200.00"), ("VAT 21%", "42.00"), ("Total EUR", "242.00")):
        sheet.text(380, y + 20, label)
        sheet.text(545, y + 20, amount, right=True)
        y += 14
    return DrawnInvoice(sheet.pdf(), {"total": "242.00", "invoice_id": "TP-2024-31"}, ())


def qr_bill() -> bytes:
    """An invoice with the payment part of a Swiss QR-bill; PDF."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for y, text in ((780, "Robert Schneider AG"), (760, "Invoice number: QB-7"), (740, "Total CHF 1949.75")):
        canvas.drawString(50, y, text)
    code = qrcode.make(_QR_BILL).convert("RGB")
    canvas.drawImage(ImageReader(code), 60, 300, 180, 180)
    canvas.save()
    return out.getvalue()


def many_pages(count: int) -> bytes:
    """A PDF of so many pages with a line each."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for number in range(count):
        canvas.drawString(50, 700, f"Page {number + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def picture(form: str, size: tuple[int, int] = (400, 300)) -> bytes:
    """A blank picture as `PNG`, `JPEG`, `BMP` or `GIF`."""
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, form)
    return out.getvalue()


def resume() -> bytes:
    """A résumé of one page; PDF."""
    sheet = Sheet()
    sheet.text(50, 60, "Alexandra Meyer", size=20)
    sheet.block(50, 90, "Email: alexandra.meyer@example.com", "Phone: +32 2 555 12 34", "Mobile: +32 470 12 34 56")
    sheet.block(50, 160, "Work experience", "2019 - 2024 Warehouse manager, Harbour Logistics")
    return sheet.pdf()


def receipt() -> bytes:
    """A slip of a shop; PDF."""
    sheet = Sheet()
    sheet.block(
        50,
        60,
        "FRUTERIA LA HUERTA S.L.",
        "CIF: B12345674",
        "C/ Mayor, 14 28013 Madrid",
        "FACTURA SIMPLIFICADA",
        "N. Factura: T-2024/00871",
        "Fecha: 03/02/2024 Hora: 11:42",
        "2 Manzana Golden 1,20 2,40",
        "1 Pan integral 1,85 1,85",
        "3 Agua 1,5L 0,60 1,80",
        "TOTAL EUR 6,05",
    )
    return sheet.pdf()
