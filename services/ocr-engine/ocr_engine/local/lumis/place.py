"""Where on the paper a value stands: after which label, in whose block (issuer, customer, authorised provider)."""

import re
from collections.abc import Iterator

from ocr_engine.local.page import Span
from ocr_engine.local.paper import Cell, Paper, part_of

_CUSTOMER = re.compile(
    r"\b(?:clientes?|receptor|comprador|adquir[ie]+nte|senor(?:es)?|sr\(?es\)?|facturar a|vendido a|consumidor final"
    r"|cedula|pasaporte|datos del cliente|nombre del cliente|cliente/receptor)\b"
)
_ISSUER = re.compile(r"\b(?:emisor|datos del emisor|vendedor/emisor|emitid[oa] por|proveedor emisor)\b")
_PROVIDER = re.compile(
    r"proveedor(?:es)? autorizado|autorizado calificado|\bp\.?a\.?c\b|validado por|certificado por|impreso por|imprenta"
)
_BLOCK_LINES = 7
"""A customer's block is not longer than this."""
_FEWEST_COLUMNS = 3
"""So many labels over as many values belong together in order, even where they do not stand straight below."""


def names_customer(cell: Cell) -> bool:
    """True for a cell that itself names or heads the customer."""
    return _CUSTOMER.search(cell.folded) is not None


def customers(cell: Cell, paper: Paper) -> bool:
    """True for a cell in the customer's block: named so on its own line before it, or headed so above it."""
    rows, height = paper.rows, paper.lines[cell.line].height
    own = [other for other in rows[cell.line] if other.order <= cell.order]
    if any(_ISSUER.search(other.folded) for other in own[-2:]):
        return False
    if any(_CUSTOMER.search(other.folded) for other in own[-2:]):
        return True
    best: tuple[bool, float, int] | None = None
    for index in range(max(0, cell.line - _BLOCK_LINES), cell.line):
        for other in rows[index]:
            customer = bool(_CUSTOMER.search(other.folded))
            if not customer and not _ISSUER.search(other.folded):
                continue
            if other.span.left > cell.span.left + height:
                continue
            key = (customer, other.span.left // (5 * height), index)
            if best is None or key[1:] >= best[1:]:
                best = key
    return best is not None and best[0]


def providers(cell: Cell, paper: Paper) -> bool:
    """True near words that name the authorised provider (PAC) or the printer's shop."""
    near = [other.folded for row in paper.rows[max(0, cell.line - 2) : cell.line + 2] for other in row]
    return bool(_PROVIDER.search(" ".join(near)))


def after_label(cell: Cell, end: int, paper: Paper) -> Iterator[tuple[Span, str, int, float]]:
    """Where a label's value may stand, likeliest first: span, text, line and how likely (1 = beside it)."""
    rest = cell.span.text[end:].lstrip(" :.#°º-")
    if rest:
        yield part_of(cell.span, len(cell.span.text) - len(rest), len(cell.span.text)), rest, cell.line, 1.0
    rows = paper.rows
    row = rows[cell.line]
    if cell.order + 1 < len(row):
        right = row[cell.order + 1]
        yield right.span, right.span.text, right.line, 0.95 if not rest else 0.5
    if cell.line + 1 < len(rows) and not rest:
        beneath = [
            below
            for below in rows[cell.line + 1]
            if min(below.span.right, cell.span.right) > max(below.span.left, cell.span.left)
        ]
        if not beneath and _FEWEST_COLUMNS <= len(row) == len(rows[cell.line + 1]):
            beneath = [rows[cell.line + 1][cell.order]]
        for below in beneath:
            yield below.span, below.span.text, below.line, 0.75
