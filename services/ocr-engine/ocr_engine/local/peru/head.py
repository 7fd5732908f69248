"""The head of a Peruvian comprobante: whose RUC is whose, its own number against those it refers to, and the names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.invoice.context import after, same_column
from ocr_engine.local.invoice.labels import POSTAL
from ocr_engine.local.paper import Cell, Paper, part_of
from ocr_engine.local.peru.code import is_ruc, may_be_ruc

_TITLE = re.compile(r"\b(?:factura|boleta(?: de venta)?|nota de (?:credito|debito)|ticket)\b")
_ELECTRONIC = re.compile(r"\belectr[oó]nic[ao]\b")
_RUC_LABEL = re.compile(r"\br\.?\s?u\.?\s?c\b\.?")
_ELEVEN = re.compile(r"(?<![\w.,-])\d{11}(?![\w,-]|\.\d)")
_DNI = re.compile(r"\bd\.?\s?n\.?\s?i\b\.?(?:\s*n\W{0,2})?\s*[:.#]*")
_EIGHT = re.compile(r"\d{8}(?!\d)")
_NUMBER = re.compile(r"(?<![\w-])([FBE][A-Z0-9]{2}\d)\s?[-–]\s?(?:N\s?[°ºo]\.?\s?)?(\d{1,8})(?![\w-])")
_REFERRED = re.compile(
    r"modifica|referencia|\bref\b|afecta|relacionad|anticipo|guia|sustent|origen|aplica|reemplaza|anula\w* el"
)
_CLIENT = re.compile(
    r"^\W*(?:datos del )?(?:cliente|se[nñ]or(?:\(?es\)?|a)?|sr(?:es|\(es\))?|sra|adquirente|adquiriente|usuario"
    r"|comprador|receptor)\b\.?\W*"
)
_NAMED = re.compile(
    r"^\W*(?:(?:nombres?|apellidos y nombres|nombres y apellidos)(?:\s?(?:o|y|/|,)\s?(?:razon social|denominacion))?"
    r"|razon social(?:\s?(?:o|y|/)\s?nombres?)?|denominacion)(?: del cliente)?\s*(?::\s*|$)"
)
_TRADE_NAME = re.compile(r"^\W*nombre comercial\b")
_COMPANY = re.compile(
    r"(?<!\w)(?:s\.?\s?a\.?\s?[ac]\.?|s\.?\s?a\.?|e\.?\s?i\.?\s?r\.?\s?l\.?|s\.?\s?r\.?\s?l\.?(?:tda\.?)?"
    r"|s\.?\s?c\.?\s?r\.?\s?l\.?|sociedad anonima(?: cerrada| abierta)?)\W*$"
)
_ADDRESS = re.compile(r"^(?:av|jr|jiron|calle|ca|psje|pasaje|urb|mz|direccion|domicilio|tel\w*|fono|cel\w*|correo)\b")
_LABEL_WORD = re.compile(
    r"^\W*(?:ruc|r\.u\.c|dni|d\.n\.i|direccion|fecha|emision|moneda|forma|tipo|doc\w*|cliente|telefono|nro|codigo)\b\W*"
)
_NEAR = 5
"""Lines between a box's title and what belongs to it."""
_HEAD_LINES = 40


@dataclass(frozen=True)
class Head:
    """Candidates of the head's fields."""

    seller_rucs: list[Found]
    buyer_ids: list[Found]
    numbers: list[Found]
    sellers: list[Found]
    buyers: list[Found]


def read_head(paper: Paper) -> Head:
    """Everything that the print says of the parties and of the comprobante's number."""
    title = _title(paper)
    client = _client_line(paper, title)
    sellers, buyers = _rucs(paper, title, client)
    return Head(
        sellers, [*buyers, *_dnis(paper)], _numbers(paper, title), _sellers(paper, client), _buyers(paper, title)
    )


def is_comprobante(paper: Paper) -> bool:
    """Whether the print is a comprobante's: a RUC that holds with a serie or a title, or one named so with both."""
    titled, numbered = _title(paper) is not None, any(True for _ in _series(paper))
    rucs = list(_labelled_rucs(paper)) if titled or numbered else []
    return any(named and (is_ruc(digits) or (titled and numbered)) for _, digits, named in rucs)


def _title(paper: Paper) -> Cell | None:
    """The cell that says what the paper is; one that says `electrónica` before others."""
    found = [cell for cell in _top(paper) if (hit := _TITLE.search(cell.folded)) and hit.start() < 12]  # noqa: PLR2004 - a title, no sentence
    found = [cell for cell in found if not _is_referred(cell, 0, paper)]
    return next((cell for cell in found if _ELECTRONIC.search(cell.folded)), found[0] if found else None)


def _top(paper: Paper) -> Iterator[Cell]:
    return (cell for cell in paper.cells() if cell.line < _HEAD_LINES)


def _client_line(paper: Paper, title: Cell | None) -> int:
    """The line on which what is said of the client begins."""
    for cell in _top(paper):
        if _CLIENT.match(cell.folded) or (title and cell.line > title.line + 1 and _NAMED.match(cell.folded)):
            return cell.line
    return len(paper.lines)


def _labelled_rucs(paper: Paper) -> Iterator[tuple[Cell, str, bool]]:
    """Every number of a RUC's form, and whether it is named so beside it or above."""
    for cell in paper.cells():
        for hit in _ELEVEN.finditer(cell.span.text):
            digits = hit[0]
            before = " ".join(each.folded for each in paper.rows[cell.line][: cell.order])
            words = f"{before[-40:]} {cell.folded[: hit.start()]}"
            above = (
                [each for each in paper.rows[cell.line - 1] if same_column(each.span, cell.span)] if cell.line else []
            )
            named = _RUC_LABEL.search(words) or any(_RUC_LABEL.search(each.folded[-8:]) for each in above)
            if may_be_ruc(digits) and (named or is_ruc(digits)) and (named or cell.line < _HEAD_LINES):
                yield cell, digits, bool(named)


def _rucs(paper: Paper, title: Cell | None, client: int) -> tuple[list[Found], list[Found]]:
    """The issuer's RUC (in the box of the title, else before the client's words) and the client's."""
    sellers: list[Found] = []
    buyers: list[Found] = []
    for cell, digits, named in _labelled_rucs(paper):
        sure = (0.95 if is_ruc(digits) else 0.6) - (0.0 if named else 0.15) - 0.001 * cell.line
        found = Found(digits, cell.span.text, sure, cell.span, source_of(paper.lines[cell.line]), cell.line)
        boxed = title is not None and abs(cell.line - title.line) <= _NEAR and same_column(cell.span, title.span)
        own = any(_CLIENT.match(each.folded) for each in paper.rows[cell.line][: cell.order + 1])
        (sellers if not own and (cell.line < client or (boxed and not sellers)) else buyers).append(found)
    if not sellers and len(buyers) > 1:
        sellers.append(buyers.pop(0))
    taken = {each.value for each in sellers[:1]}
    return sellers, [each for each in buyers if each.value not in taken]


def _dnis(paper: Paper) -> Iterator[Found]:
    for cell in paper.cells():
        label = _DNI.search(cell.folded)
        for value in after(cell, label.end(), paper) if label else ():
            hit = _EIGHT.match(value.text)
            if hit:
                span = part_of(value.span, 0, 8)
                yield Found(hit[0], hit[0], 0.7, span, source_of(paper.lines[value.line]), value.line)
                break


def _series(paper: Paper) -> Iterator[tuple[Cell, re.Match[str]]]:
    for cell in paper.cells():
        for hit in _NUMBER.finditer(cell.span.text.upper()):
            yield cell, hit


def _numbers(paper: Paper, title: Cell | None) -> list[Found]:
    found = []
    for cell, hit in _series(paper):
        weight = 0.75
        if _is_referred(cell, hit.start(), paper):
            weight = 0.3
        elif title is not None and abs(cell.line - title.line) <= _NEAR and _in_box(cell, title):
            weight = 0.96
        span = part_of(cell.span, *hit.span())
        sure = (weight - 0.0015 * min(cell.line, 80)) * (0.5 + 0.5 * span.score)
        value = f"{hit[1]}-{hit[2]}"
        found.append(Found(value, hit[0], sure, span, source_of(paper.lines[cell.line]), cell.line))
    return found


def _in_box(cell: Cell, title: Cell) -> bool:
    return cell.line == title.line or same_column(cell.span, title.span)


def _is_referred(cell: Cell, start: int, paper: Paper) -> bool:
    """Whether the words before the number, or above it, say that it is another paper's."""
    row = paper.rows[cell.line]
    own = " ".join([*(each.folded for each in row[: cell.order]), cell.folded[:start]])
    if _REFERRED.search(own):
        return True
    above = paper.rows[cell.line - 1] if cell.line else []
    return any(_REFERRED.search(each.folded) and same_column(each.span, cell.span) for each in above)


def _sellers(paper: Paper, client: int) -> list[Found]:
    """The issuer's registered name: named so, or what ends in a company's form above the client's words."""
    found = []
    for cell in _top(paper):
        if cell.line >= client:
            break
        label = _NAMED.match(cell.folded)
        if label and "razon social" in label[0]:
            found += [each for each in [_value(cell, label.end(), 0.9, paper)] if each]
        elif _COMPANY.search(cell.folded) and not _ADDRESS.match(cell.folded) and not _TRADE_NAME.match(cell.folded):
            found.append(_found(cell, cell.span.text, 0.85 - 0.005 * cell.line, paper))
    return found


def _buyers(paper: Paper, title: Cell | None) -> list[Found]:
    """The client's name: beside or below one of its labels."""
    found = []
    for cell in _top(paper):
        label = _CLIENT.match(cell.folded)
        named = _NAMED.match(cell.folded) if title is not None and cell.line > title.line else None
        hit = label or named
        if hit is not None:
            rest = _NAMED.match(cell.folded[hit.end() :]) if label else None
            found += [each for each in [_value(cell, hit.end() + (rest.end() if rest else 0), 0.9, paper)] if each]
    return found


def _value(cell: Cell, end: int, weight: float, paper: Paper) -> Found | None:
    for value in after(cell, end, paper):
        folded = value.text.lower()
        if sum(map(str.isalpha, folded)) < 3 or _LABEL_WORD.match(folded) or POSTAL.search(folded):  # noqa: PLR2004 - a name has letters
            continue
        text = value.text.strip(" :-")
        sure = (weight * value.near - 0.001 * value.line) * (0.5 + 0.5 * value.span.score)
        return Found(text, value.text, sure, value.span, source_of(paper.lines[value.line]), value.line)
    return None


def _found(cell: Cell, text: str, weight: float, paper: Paper) -> Found:
    sure = weight * (0.5 + 0.5 * cell.span.score)
    return Found(text.strip(), cell.span.text, sure, cell.span, source_of(paper.lines[cell.line]), cell.line)
