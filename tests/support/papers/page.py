"""Draws a CAFE as a letter-size page: issuer and receiver side by side, a table, sums, QR."""

import io
from dataclasses import dataclass
from random import Random

from reportlab.lib.pagesizes import letter
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from tests.support.papers.goods import PROVIDER
from tests.support.papers.invoice import RATES, ZERO, Invoice, Line, Paper, shows_cufe
from tests.support.papers.qr import draw_qr

WIDTH, HEIGHT = letter
LEFT, RIGHT = 48.0, WIDTH - 48.0
QR_SIDE = 104.0
COLUMNS = (
    ("No.", 66.0), ("Código", 104.0), ("Descripción", 0.0), ("Cant.", 326.0), ("Unidad", 362.0),
    ("Valor Unit.", 412.0), ("Desc.", 446.0), ("ITBMS", 486.0), ("Valor Item", RIGHT - 6),
)  # fmt: skip
"""Heading and right edge of each column; the description stands at the left of its own."""
NAME_LEFT = 112.0
NAME_WIDTH = 150.0


@dataclass
class Pen:
    """Writes on the page and remembers how far down it is, in points from the bottom."""

    canvas: Canvas
    y: float = HEIGHT - 54

    def text(self, x: float, words: str, *, bold: bool = False, size: float = 8.5) -> None:
        """Words starting at x."""
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        self.canvas.drawString(x, self.y, words)

    def right(self, x: float, words: str, *, bold: bool = False, size: float = 8.5) -> None:
        """Words ending at x."""
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        self.canvas.drawRightString(x, self.y, words)

    def centre(self, words: str, *, bold: bool = False, size: float = 8.5) -> None:
        """Words in the middle of the page."""
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        self.canvas.drawCentredString(WIDTH / 2, self.y, words)

    def rule(self) -> None:
        """A line across the page."""
        self.canvas.line(LEFT, self.y, RIGHT, self.y)

    def down(self, points: float) -> None:
        """Go down."""
        self.y -= points


def draw_page(invoice: Invoice, paper: Paper) -> bytes:
    """The page as a PDF with a text layer."""
    out = io.BytesIO()
    pen = Pen(Canvas(out, pagesize=letter, invariant=1))
    pen.canvas.setLineWidth(0.6)
    rng = Random(f"page-{paper.seed}")
    _title(pen, invoice, paper, long_date=rng.random() < 0.3)
    _parties(pen, invoice, paper)
    _access(pen, invoice, paper)
    if "products" not in paper.omitted:
        _table(pen, invoice)
    if "total" not in paper.omitted:
        _sums(pen, invoice, rng.choice(("Valor Total", "Total a Pagar", "TOTAL")))
    name, ruc = PROVIDER
    pen.y = 60
    pen.centre(f"Documento validado por {name} con RUC {ruc}, es Proveedor Autorizado Calificado", size=7)
    pen.down(11)
    pen.centre("Muestra sin valor fiscal", size=7)
    pen.canvas.save()
    return out.getvalue()


MONTHS = (
    "Enero", "Febrero", "Marzo", "Abril", "Mayo", "Junio", "Julio", "Agosto", "Septiembre", "Octubre",
    "Noviembre", "Diciembre",
)  # fmt: skip


def _title(pen: Pen, invoice: Invoice, paper: Paper, *, long_date: bool) -> None:
    pen.text(LEFT, invoice.issuer.name, bold=True, size=14)
    pen.right(RIGHT, "DGI", bold=True, size=14)
    pen.down(22)
    pen.text(LEFT, "Comprobante Auxiliar de Factura Electrónica", bold=True, size=10.5)
    pen.down(13)
    pen.text(LEFT, "Factura de Operación Interna")
    day = f"{invoice.issued:%d/%m/%Y}"
    if long_date:
        day = f"{invoice.issued:%d} de {MONTHS[invoice.issued.month - 1]} de {invoice.issued:%Y}"
    facts = [
        ("Número:", None if "invoice_number" in paper.omitted else invoice.number),
        ("Fecha de Emisión:", None if "date" in paper.omitted else day),
        ("Punto de Facturación:", invoice.till.point),
        ("Sucursal:", invoice.till.branch),
    ]
    pen.y += 13
    for label, value in facts:
        if value is not None:
            pen.right(RIGHT - 110, label, bold=True)
            pen.text(RIGHT - 104, value)
            pen.down(11.5)
    pen.y = HEIGHT - 132


def _parties(pen: Pen, invoice: Invoice, paper: Paper) -> None:
    middle, top = WIDTH / 2 + 10, pen.y
    till, issuer = invoice.till, invoice.issuer
    hidden = set(paper.omitted)
    receiver, identity = invoice.customer
    left = [
        ("Emisor", issuer.name),
        ("RUC", None if "ruc" in hidden else till.ruc),
        ("DV", None if {"dv", "ruc"} & hidden else till.dv),
        ("Dirección", issuer.address),
        ("Teléfono", issuer.phone),
    ]
    right = [
        ("Tipo de Receptor", "Contribuyente" if identity else "Consumidor final"),
        ("Receptor", receiver.title() if not identity else receiver),
        ("RUC/Cédula/Pasaporte", identity or "-"),
    ]
    for x, indent, pairs in ((LEFT + 6, 52, left), (middle + 6, 104, right)):
        pen.y = top - 14
        for label, value in pairs:
            if value is not None:
                pen.text(x, f"{label}:", bold=True)
                pen.text(x + indent, value)
                pen.down(13)
    pen.canvas.rect(LEFT, top - 74, middle - LEFT - 8, 74)
    pen.canvas.rect(middle, top - 74, RIGHT - middle, 74)
    pen.y = top - 90


def _access(pen: Pen, invoice: Invoice, paper: Paper) -> None:
    if not (invoice.cufe and shows_cufe(invoice, paper.omitted)):
        return
    top = pen.y
    draw_qr(pen.canvas, invoice.qr or "", left=RIGHT - QR_SIDE, bottom=top - QR_SIDE + 6, side=QR_SIDE)
    pen.down(8)
    pen.text(LEFT, "Consulte por la clave de acceso en https://dgi-fep.mef.gob.pa/Consultas/FacturasPorCUFE")
    pen.down(12)
    pen.text(LEFT, "usando el CUFE:")
    pen.down(13)
    pen.text(LEFT, invoice.cufe, size=8)
    pen.down(20)
    pen.text(LEFT, f"Protocolo de autorización: {invoice.cufe[-10:]}{paper.seed:06}")
    pen.y = top - QR_SIDE - 14


def _table(pen: Pen, invoice: Invoice) -> None:
    pen.rule()
    pen.down(11)
    for heading, edge in COLUMNS:
        if edge:
            pen.right(edge, heading, bold=True, size=8)
        else:
            pen.text(NAME_LEFT, heading, bold=True, size=8)
    pen.down(5)
    pen.rule()
    for place, line in enumerate(invoice.lines, start=1):
        pen.down(13)
        _table_row(pen, place, line)
    pen.down(6)
    pen.rule()
    pen.down(18)


def _table_row(pen: Pen, place: int, line: Line) -> None:
    cells = {
        "No.": str(place),
        "Código": f"{1000 + len(line.name) * 37 + place}",
        "Cant.": f"{line.quantity:.2f}",
        "Unidad": "und",
        "Valor Unit.": f"{line.unit_price:,.2f}",
        "Desc.": f"{line.discount:,.2f}",
        "ITBMS": f"{line.itbms:,.2f}",
        "Valor Item": f"{line.amount:,.2f}",
    }
    for heading, edge in COLUMNS:
        if edge:
            pen.right(edge, cells[heading], size=8)
    first, *more = _wrapped(line.name)
    pen.text(NAME_LEFT, first, size=8)
    for words in more:
        pen.down(10)
        pen.text(NAME_LEFT, words, size=8)


def _wrapped(name: str) -> list[str]:
    rows = [""]
    for word in name.split():
        longer = f"{rows[-1]} {word}".strip()
        if stringWidth(longer, "Helvetica", 8) > NAME_WIDTH:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows


def _sums(pen: Pen, invoice: Invoice, total: str) -> None:
    top = pen.y
    pen.text(LEFT, "Desglose ITBMS", bold=True)
    for rate in RATES:
        if invoice.base(rate):
            pen.down(13)
            pen.text(LEFT, "Exento" if rate == 0 else f"{rate}%")
            pen.right(LEFT + 120, f"{invoice.base(rate):,.2f}")
            pen.right(LEFT + 180, f"{invoice.itbms(rate):,.2f}")
    pen.y = top
    rows = [("Total Neto", invoice.subtotal)]
    if invoice.discount:
        rows.append(("Descuento", -invoice.discount))
    rows += [("Monto Exento", invoice.base(0))] if invoice.base(0) else []
    rows += [("Monto Gravado", sum((invoice.base(rate) for rate in RATES[1:]), ZERO))]
    rows += [
        ("ITBMS", invoice.tot_itbms),
        (total, invoice.total),
        (f"Forma de Pago: {invoice.payment}", invoice.tendered),
    ]
    rows.append(("Vuelto", invoice.tendered - invoice.total))
    for label, amount in rows:
        pen.text(RIGHT - 190, label, bold=label == total)
        pen.right(RIGHT - 6, f"{amount:,.2f}", bold=label == total)
        pen.down(13)
