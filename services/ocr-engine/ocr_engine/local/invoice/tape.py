"""Invoices printed on a tape: read by the rules for receipts, which know no columns."""

import datetime as dt
from collections.abc import Sequence
from statistics import median

from ocr_engine.local.found import Found
from ocr_engine.local.invoice.items import Item, Items
from ocr_engine.local.lumis.items import read_items as read_tape_items
from ocr_engine.local.lumis.table import Figure as TapeFigure
from ocr_engine.local.page import Document, Line
from ocr_engine.local.receipt.reader import read_receipt
from ocr_engine.local.table.figure import Figure

_WIDEST_TAPE = 57
"""Letters on a line; printers of tapes set 32 to 56, the smallest page of an invoice holds 60."""
_SHORTEST_WORD = 3
_FEWEST_WORDS = 10


def is_tape(lines: Sequence[Line]) -> bool:
    """Whether the paper is as narrow as a tape, measured in its own letters."""
    words = [token for line in lines for token in line.tokens if len(token.text) >= _SHORTEST_WORD]
    if len(words) < _FEWEST_WORDS:
        return False
    letter = median((token.right - token.left) / len(token.text) for token in words)
    width = max(token.right for token in words) - min(token.left for token in words)
    return letter > 0 and width / letter <= _WIDEST_TAPE


def read_tape(document: Document) -> dict[str, list[Found]]:
    """Candidates of the invoice's fields that a tape shows."""
    receipt = read_receipt(document, dt.datetime.now(dt.UTC).date())
    return {
        "total": receipt.total,
        "date": receipt.date,
        "supplier": receipt.supplier,
        "currency": receipt.currency,
        "supplier_country": receipt.country,
        "invoice_id": receipt.bill_reference,
    }


def tape_items(lines: Sequence[Line], decimal: str) -> Items:
    """The tape's lines: `2 x 1.50` beside or around their names."""
    read = read_tape_items(lines, decimal)
    items = []
    for item in read.items:
        token = item.name_spans[0].tokens[0]
        at = next((index for index, line in enumerate(lines) if token in line.tokens), 0)
        items.append(
            Item(
                name=item.name,
                spans=item.name_spans,
                line=at,
                amount=_figure(item.amount),
                quantity=_figure(item.quantity),
                unit_price=_figure(item.unit_price),
            )
        )
    spread = ((items[0].line, items[-1].line),) if items else ()
    return Items(tuple(items), spread)


def _figure(figure: TapeFigure | None) -> Figure | None:
    return Figure(figure.value, figure.span) if figure is not None else None
