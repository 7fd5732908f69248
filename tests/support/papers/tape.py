"""Draws an invoice as a thermal tape of 80 mm: a fiscal printer's, or a CAFE with its QR."""

import io
import textwrap
from dataclasses import dataclass
from random import Random

from reportlab.pdfgen.canvas import Canvas

from tests.support.papers.invoice import RATES, Invoice, Line, Paper, shows_cufe
from tests.support.papers.qr import draw_qr

COLUMNS = 40
SIZE = 9.0
ADVANCE = SIZE * 0.6
"""A Courier character is 0.6 of its size wide."""
LEADING = 12.0
MARGIN = 12.0
WIDTH = COLUMNS * ADVANCE + 2 * MARGIN
QR_SIDE = 140.0


@dataclass(frozen=True)
class Row:
    """One printed row: text at the left (or centred) and at the right."""

    left: str = ""
    right: str = ""
    centred: bool = False
    bold: bool = False
    qr: str = ""

    @property
    def height(self) -> float:
        """Points that the row takes."""
        return QR_SIDE + LEADING if self.qr else LEADING


@dataclass(frozen=True)
class Habit:
    """How one maker's tape words and writes things; drawn from the paper's seed."""

    rule: str
    upper: bool
    ruc: str
    number: str
    date: str
    date_format: str
    total: str
    change: str
    marks: bool
    ruc_and_dv: bool

    @staticmethod
    def of(paper: Paper) -> "Habit":
        """The habit of a paper's seed."""
        rng = Random(f"habit-{paper.kind}-{paper.seed}")
        fiscal = paper.kind == "fiscal"
        return Habit(
            rule=rng.choice("-=*."),
            upper=fiscal,
            ruc=rng.choice(("RUC: ", "R.U.C. ", "RUC ")),
            number=rng.choice(("FACTURA NO.", "FACT. Nº", "FACTURA:") if fiscal else ("Número:", "Factura No.")),
            date=rng.choice(("Fecha:", "Fecha Emisión:") if fiscal else ("Fecha de Emisión:", "Fecha:")),
            date_format=rng.choice(("%d/%m/%Y", "%d-%m-%Y")),
            total=rng.choice(("Total B/.", "Total a Pagar", "Total")),
            change=rng.choice(("Vuelto", "Cambio")),
            marks=rng.random() < 0.7,
            ruc_and_dv=rng.random() < 0.6,
        )


def draw_tape(invoice: Invoice, paper: Paper) -> bytes:
    """The tape as a one-page PDF of its own length, in points."""
    rows = tape_rows(invoice, paper)
    height = sum(row.height for row in rows) + 4 * MARGIN
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, height), invariant=1)
    top = height - 2 * MARGIN
    for row in rows:
        _draw_row(canvas, row, top)
        top -= row.height
    canvas.save()
    return out.getvalue()


def tape_rows(invoice: Invoice, paper: Paper) -> list[Row]:
    """All rows of the tape, top to bottom."""
    habit = Habit.of(paper)
    rule = Row(habit.rule * COLUMNS)
    rows = [*_heading(invoice, paper, habit), rule, *_facts(invoice, paper, habit), rule]
    if "products" not in paper.omitted:
        rows += [*_columns(paper), *(row for line in invoice.lines for row in _line_rows(line, paper, habit)), rule]
    if "total" not in paper.omitted:
        rows += [*_sums(invoice, habit), rule]
    rows += _foot(invoice, paper)
    if not habit.upper:
        return rows
    return [Row(row.left.upper(), row.right.upper(), centred=row.centred, bold=row.bold, qr=row.qr) for row in rows]


def _draw_row(canvas: Canvas, row: Row, top: float) -> None:
    if row.qr:
        draw_qr(canvas, row.qr, left=(WIDTH - QR_SIDE) / 2, bottom=top - QR_SIDE, side=QR_SIDE)
        return
    left = MARGIN + (COLUMNS - len(row.left)) * ADVANCE / 2 if row.centred else MARGIN
    _text(canvas, left, top, row.left, bold=row.bold)
    _text(canvas, WIDTH - MARGIN - len(row.right) * ADVANCE, top, row.right, bold=row.bold)


def _text(canvas: Canvas, left: float, top: float, words: str, *, bold: bool) -> None:
    # Outlined as well as filled: bare Courier is thinner than any thermal printer's dots.
    canvas.setLineWidth(0.7 if bold else 0.28)
    text = canvas.beginText(left, top - SIZE)
    text.setFont("Courier", SIZE)
    text.setTextRenderMode(2)
    text.textOut(words)
    canvas.drawText(text)


def _centred(words: str, *, bold: bool = False) -> list[Row]:
    return [Row(part, centred=True, bold=bold) for part in textwrap.wrap(words, COLUMNS)]


def _heading(invoice: Invoice, paper: Paper, habit: Habit) -> list[Row]:
    rows: list[Row] = []
    if invoice.kind == "tape":
        rows += _centred("DGI", bold=True) + _centred("Comprobante Auxiliar de Factura Electrónica")
        rows += [*_centred("Factura de Operación Interna"), Row()]
    rows += _centred(invoice.issuer.name, bold=True)
    ruc = [] if "ruc" in paper.omitted else [f"{habit.ruc}{invoice.till.ruc}"]
    dv = [] if {"dv", "ruc"} & set(paper.omitted) else [f"{'D.V.' if '.U.' in habit.ruc else 'DV'} {invoice.till.dv}"]
    for words in [" ".join(ruc + dv)] if habit.ruc_and_dv else ruc + dv:
        rows += _centred(words)
    return rows + _centred(invoice.issuer.address) + _centred(f"Tel. {invoice.issuer.phone}")


def _facts(invoice: Invoice, paper: Paper, habit: Habit) -> list[Row]:
    rows = [] if invoice.kind == "tape" else [*_centred("Factura", bold=True)]
    if "invoice_number" not in paper.omitted:
        rows.append(Row(habit.number, invoice.number))
    if "date" not in paper.omitted:
        rows.append(Row(habit.date, invoice.issued.strftime(habit.date_format)))
    rows.append(Row("Hora:", f"{invoice.issued:%H:%M}"))
    if invoice.kind == "tape":
        rows.append(Row(f"Suc.: {invoice.till.branch}", f"Pto. Fact.: {invoice.till.point}"))
    name, ruc = invoice.customer
    rows.append(Row(f"Cliente: {name}"))
    return [*rows, Row(f"RUC/Céd.: {ruc}")] if ruc else rows


def _columns(paper: Paper) -> list[Row]:
    return [Row("Descripción", "Importe") if paper.two_line else Row("Cant Descripción", "Monto")]


def _line_rows(line: Line, paper: Paper, habit: Habit) -> list[Row]:
    mark = "" if not habit.marks else (" (E)" if line.rate == 0 else f" ({line.rate}%)")
    amount = f"{line.amount:,.2f}"
    room = COLUMNS - len(amount) - (1 if paper.two_line else 6)
    first, *more = textwrap.wrap(line.name + mark, room)
    if paper.two_line:
        rows = [Row(f"{line.quantity} x {line.unit_price:.2f}"), Row(first, amount), *(Row(words) for words in more)]
    else:
        rows = [Row(f"{line.quantity:<5}{first}", amount), *(Row(f"     {words}") for words in more)]
    if line.discount:
        rows.append(Row("     Descuento", f"-{line.discount:,.2f}"))
    return rows


def _sums(invoice: Invoice, habit: Habit) -> list[Row]:
    rows = [Row("Subtotal", f"{invoice.subtotal - invoice.discount:,.2f}")]
    for rate in RATES:
        if not invoice.base(rate):
            continue
        if rate == 0:
            rows.append(Row("Exento", f"{invoice.base(0):,.2f}"))
            continue
        rows.append(Row(f"Gravado {rate}%", f"{invoice.base(rate):,.2f}"))
        rows.append(Row(f"ITBMS {rate}%", f"{invoice.itbms(rate):,.2f}"))
    if invoice.kind == "tape":
        rows.append(Row("Total ITBMS", f"{invoice.tot_itbms:,.2f}"))
    return [
        *rows,
        Row(habit.total, f"{invoice.total:,.2f}", bold=True),
        Row(invoice.payment, f"{invoice.tendered:,.2f}"),
        Row(habit.change, f"{invoice.tendered - invoice.total:,.2f}"),
    ]


def _foot(invoice: Invoice, paper: Paper) -> list[Row]:
    rows: list[Row] = []
    if invoice.cufe and shows_cufe(invoice, paper.omitted):
        rows += _centred("Consulte por la clave de acceso en:") + _centred("https://dgi-fep.mef.gob.pa/")
        rows += _centred("Consultas/FacturasPorCUFE") + _centred("CUFE:") + _centred(invoice.cufe[:33])
        rows += [*_centred(invoice.cufe[33:]), Row(), Row(qr=invoice.qr or "")]
    elif invoice.kind == "fiscal":
        rows += _centred(f"DGI    EQ. FISCAL DT{paper.seed % 100000:05}PA")
    return [*rows, *_centred("Muestra sin valor fiscal")]
