"""The goods of a drawn invoice under their headings, and the tax summary."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tests.support.gst_papers.invoice import Goods, Invoice, cents
from tests.support.gst_papers.sheet import Column, Sheet
from tests.support.gst_papers.wording import HEADINGS, WITH_TAX
from tests.support.gst_papers.words import grouped

_PER = Decimal(100)


def draw_goods(sheet: Sheet, invoice: Invoice) -> None:
    """The table, over a page break where the style has one."""
    style = invoice.style
    columns = list(_columns(invoice))
    size = 8.5 if len(columns) <= 8 else 7.5 if len(columns) <= 10 else 6.6
    sheet.heading(columns, size=size, ruled=style.ruled)
    carried = Decimal(0)
    for nth, goods in enumerate(invoice.goods, start=1):
        if style.breaks_after and nth == style.breaks_after + 1:
            _carry(sheet, "Carried Forward", carried)
            sheet.new_page()
            sheet.heading(columns, size=size, ruled=style.ruled)
            _carry(sheet, "Brought Forward", carried)
        sheet.row(columns, list(_cells(invoice, goods, nth)), size=size)
        carried += goods.taxable
    if style.ruled:
        sheet.rule(up=6)
    sheet.y -= 8


def _carry(sheet: Sheet, words: str, value: Decimal) -> None:
    sheet.text(300, words, bold=True)
    sheet.right(560, grouped(value), bold=True)
    sheet.y -= 14


def _columns(invoice: Invoice) -> Iterator[Column]:
    style = invoice.style
    words = HEADINGS[style.words]
    yield Column(words["serial"], 5 if style.words == 3 else 3.5, right=False)
    yield Column(words["name"], 17, right=False)
    yield Column(words["hsn"], 7, right=False)
    yield Column(words["qty"], 7 if style.words == 1 else 6)
    if style.words == 1:
        # As a popular accounting program has it: rate, then what it is per.
        yield Column(words["rate"], 6)
        yield Column(words["unit"], 4, right=False)
    else:
        yield Column(words["unit"], 5, right=False)
        yield Column(
            (WITH_TAX[style.words],) if style.prices_with_tax else words["rate"], 9 if style.prices_with_tax else 7
        )
    if style.discounts in {"percent", "plus"}:
        yield Column(words["discount"], 6)
    elif style.discounts == "two":
        yield Column(words["discount"], 6)
        yield Column(words["discount2"], 8)
    elif style.discounts == "amount":
        yield Column(words["off"], 9)
    yield from _tax_columns(invoice, words)


def _tax_columns(invoice: Invoice, words: dict[str, tuple[str, ...]]) -> Iterator[Column]:
    kind = invoice.style.columns
    if kind == "none":
        yield Column(words["amount"], 8)
        return
    if kind == "rate":
        yield Column(words["gst"], 5)
        yield Column(words["amount"], 8)
        return
    yield Column(words["taxable"], 10)
    names = ("IGST",) if invoice.style.inter else ("CGST", "SGST")
    if kind == "rate_amount":
        yield Column(words["gst"], 5)
        yield Column(words["gst_amount"], 8)
    else:
        for name in names:
            if kind in {"pairs", "igst_pair"}:
                yield Column((name,), 10, subs=("Rate", "Amt") if invoice.style.words else ("%", "Amt"))
            else:
                yield Column((name,), 10 if kind == "cells" else 7)
    yield Column(words["total"], 8)


def _cells(invoice: Invoice, goods: Goods, nth: int) -> Iterator[object]:
    style = invoice.style
    qty = f"{goods.qty.normalize():f}" if style.words != 3 else f"{goods.qty:.2f}"
    yield str(nth)
    yield goods.name
    yield goods.hsn
    if style.words == 1:
        yield f"{qty} {goods.unit}"
        yield grouped(goods.rate)
        yield goods.unit
    else:
        yield qty
        yield goods.unit
        yield grouped(goods.rate)
    mark = "" if style.words == 0 else "%"
    if style.discounts == "percent":
        yield f"{goods.d1.normalize():f}{mark}"
    elif style.discounts == "two":
        yield f"{goods.d1.normalize():f}{mark}"
        yield f"{goods.d2.normalize():f}{mark}"
    elif style.discounts == "plus":
        yield f"{goods.d1.normalize():f}+{goods.d2.normalize():f}%"
    elif style.discounts == "amount":
        yield grouped(goods.gross - goods.taxable)
    yield from _tax_cells(invoice, goods)


def _tax_cells(invoice: Invoice, goods: Goods) -> Iterator[object]:
    style = invoice.style
    kind = style.columns
    value = goods.taxable
    if kind in {"none", "rate"}:
        if kind == "rate":
            yield f"{goods.gst.normalize():f}%"
        shown = cents(goods.qty * goods.rate) if style.prices_with_tax and goods.d1 == 0 else value
        yield grouped(shown)
        return
    yield grouped(value)
    tax = goods.tax if style.inter else goods.half
    rate = goods.gst if style.inter else goods.gst / 2
    times = 1 if style.inter else 2
    if kind == "rate_amount":
        yield f"{goods.gst.normalize():f}%"
        yield grouped(tax * times)
    for _ in range(0 if kind == "rate_amount" else times):
        if kind in {"pairs", "igst_pair"}:
            yield (f"{rate.normalize():f}%", grouped(tax))
        elif kind == "cells":
            yield f"{rate.normalize():f}% {grouped(tax)}"
        else:
            yield grouped(tax)
    yield grouped(value + tax * times)


def draw_summary(sheet: Sheet, invoice: Invoice) -> None:
    """The tax summary by HSN."""
    inter = invoice.style.inter
    names: Sequence[str] = ("Integrated Tax",) if inter else ("Central Tax", "State Tax")
    columns = [
        Column(("HSN/SAC",), 10, right=False),
        Column(("Taxable", "Value"), 10),
        *(Column((name,), 14, subs=("Rate", "Amount")) for name in names),
        Column(("Total", "Tax Amount"), 10),
    ]
    sheet.heading(columns, size=8, ruled=invoice.style.ruled)
    whole = Decimal(0)
    for (hsn, rate), value in invoice.by_hsn().items():
        tax = cents(value * rate / (1 if inter else 2) / _PER)
        shown = rate if inter else rate / 2
        pair = (f"{shown.normalize():f}%", grouped(tax))
        whole += tax * len(names)
        sheet.row(columns, [hsn, grouped(value), *([pair] * len(names)), grouped(tax * len(names))], size=8)
    blanks = [("", "")] * len(names)
    sheet.row(columns, ["Total", grouped(invoice.lines_total), *blanks, grouped(whole)], size=8, bold=True)
    sheet.y -= 6
