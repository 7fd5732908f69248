"""The issuer's name and address: labelled, or the lines around the RUC at the head of the paper."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from ocr_engine.local.dates import find_dates
from ocr_engine.local.found import Found, source_of
from ocr_engine.local.lumis.place import after_label, customers, names_customer
from ocr_engine.local.page import Line, Span
from ocr_engine.local.paper import Cell, Paper
from ocr_engine.local.spelling import fold, repair_letters

_NAME_LABEL = re.compile(
    r"^(?:(?:vendedor/)?emisor|razon social|nombre comercial|nombre del emisor|nombre o razon social|nombre|empresa)\b"
    r"(?: del emisor)?\s*[:.]?\s*"
)
_ADDRESS_LABEL = re.compile(r"^(?:direccion|dir|domicilio|ubicacion)\b\.?(?: del emisor| fiscal)?\s*[:.]?\s*")
_BOILERPLATE = re.compile(
    r"^(?:dgi\b.*|direccion general de ingresos.*|republica de panama.*|comprobante\b.*|electronica|auxiliar.*"
    r"|de factura.*|electronico|factura(?: (?:de|electronica|fiscal|comercial)\b.*)?|documento\b.*"
    r"|original|copia|duplicado|bienvenidos?.*|emisor:?|"
    r"datos del emisor:?|tiquete.*|ticket|recibo|nota de .*|pagina .*|\W+)$"
)
_ENDS_HEAD = re.compile(
    r"^(?:no|nro|numero|fact|fecha|hora|cliente|receptor|tipo de receptor|caja|cajero|pto|punto)\b[\s.:]"
)
_ENDS_ADDRESS = re.compile(
    r"^(?:n|no|nro|num|numero|fact|factura|doc|documento|comprobante|ticket|tiquete|recibo)\b[\s.:°#]*"
    r"(?:(?:doc|documento|factura|fiscal|no|nro)\b[\s.:°#]*)*[a-z]{0,4}-?\d{3}|^(?:mesa|bomba|caja|orden)\b"
)
_CONTACT = re.compile(r"\b(?:tel|telefono|telefax|fax|cel|celular|whatsapp|email|e-mail|correo|www|http)\b|@|\btel[.:]")
_RUC_OR_DV = re.compile(r"\br\.?\s?u\.?\s?c(?![a-z])|\bd\.?\s?v(?![a-z])\.?[\s:]*\d|^\d[\d-]+$")
_ADDRESS_WORD = re.compile(
    r"\b(?:calle|ave|avenida|av|via|boulevard|blvd|plaza|edificio|edif|local|piso|planta|urb|urbanizacion|barriada|"
    r"corregimiento|provincia|distrito|ciudad|centro comercial|c\.?c|panama|colon|chiriqui|cocle|veraguas|herrera"
    r"|los santos|darien|bocas|carretera"
    r"|sector|torre|casa|lote|km|mall|zona libre|chorrera|david|santiago|chitre)\b"
)
_TOWN = re.compile(
    r"\b(?:arraijan|penonome|aguadulce|boquete|bugaba|volcan|changuinola|las tablas|san miguelito|tocumen|pacora|capira"
    r"|juan diaz|rio abajo|betania|bella vista|coronado|chame|vacamonte|vista alegre|el dorado|costa del este)\b"
)
"""Places that companies are named after too, so that they prove no address at the very top."""
_SUFFIX = re.compile(
    r"(?:s\.?\s?a\.?|s\.? de r\.?\s?l\.?|inc\.?|corp\.?|ltda\.?|y (?:hermanos|asociados|cia\.?|hijos))$"
)
_HEAD_LINES = 14
_SAME_NAME = 90
_MAX_ADDRESS_LINES = 3


def find_issuer(lines: Sequence[Line]) -> tuple[list[Found], list[Found]]:
    """Candidates of the issuer's name and of the address."""
    paper = Paper.of(lines)
    names = _labelled(_NAME_LABEL, paper)
    addresses = _labelled(_ADDRESS_LABEL, paper)
    names = [_larger_copy(each, paper) for each in names]
    if names and addresses:
        return names, addresses
    head = _head(paper)
    lines = [_own(row, line) for row, line in zip(paper.rows, lines, strict=True)]
    if not names:
        names = _head_name(head, lines)
    if not addresses:
        named = {line for each in names for line in range(each.line, each.line + 1 + each.raw.count("\n"))}
        addresses = _head_address([index for index in head if index not in named], lines)
    return names, addresses


def _labelled(label: re.Pattern[str], paper: Paper) -> list[Found]:
    found: list[Found] = []
    for cell in paper.cells():
        hit = label.match(cell.folded)
        if hit is None or customers(cell, paper):
            continue
        if hit.end() < len(cell.folded) and cell.folded[hit.end() - 1] not in ": .":
            continue
        for span, text, line, near in after_label(cell, hit.end(), paper):
            if sum(map(str.isalpha, text)) > 2:  # noqa: PLR2004 - shorter is no name
                weight = (0.9 - 0.01 * len(found)) * near * (0.5 + 0.5 * span.score)
                found.append(
                    Found(repair_letters(text.strip()), text, weight, span, source_of(paper.lines[line]), line)
                )
                break
    return found


def _larger_copy(name: Found, paper: Paper) -> Found:
    """The same name where the head shows it in larger letters, which are read more surely."""
    if name.span is None:
        return name
    height = _letters(name.span)
    for cell in paper.cells():
        if cell.line >= _HEAD_LINES:
            break
        if _letters(cell.span) > height and fuzz.ratio(cell.folded, fold(name.value)) >= _SAME_NAME:
            height = _letters(cell.span)
            name = replace(name, value=repair_letters(cell.span.text), raw=cell.span.text, span=cell.span)
    return name


def _letters(span: Span) -> float:
    return sorted(token.height for token in span.tokens)[len(span.tokens) // 2]


def _head(paper: Paper) -> list[int]:
    """The lines at the top that speak of the issuer."""
    head: list[int] = []
    for index in range(min(len(paper.lines), _HEAD_LINES)):
        text = fold(paper.lines[index].text).strip()
        if _ENDS_HEAD.match(text) and head:
            break
        if customers(paper.rows[index][0], paper):
            break
        if not _BOILERPLATE.match(text) and sum(map(str.isalnum, text)) > 1:
            head.append(index)
    return head


def _own(row: Sequence[Cell], line: Line) -> Line:
    """A line of the head without what stands in a block to the right: the customer, the paper's title or number."""
    for cell in row[1:]:
        folded = cell.folded.strip()
        if any(pattern.search(folded) for pattern in (_BOILERPLATE, _ENDS_HEAD, _RUC_OR_DV)) or names_customer(cell):
            left = cell.span.left
            return replace(line, tokens=tuple(token for token in line.tokens if token.left < left))
    return line


def _head_name(head: Sequence[int], lines: Sequence[Line]) -> list[Found]:
    """The first line of words; it goes on where it ends in a comma or only the company's form follows."""
    words = [
        index
        for index in head
        if not _RUC_OR_DV.search(fold(lines[index].text)) and not _CONTACT.search(fold(lines[index].text))
    ]
    if not words or _ADDRESS_WORD.match(fold(lines[words[0]].text)):
        return []
    first = words[0]
    taken = [first]
    text = lines[first].text.strip()
    if first + 1 in head and (text.endswith(",") or _SUFFIX.fullmatch(fold(lines[first + 1].text).strip())):
        taken.append(first + 1)
        text = f"{text} {lines[first + 1].text.strip()}"
    span = Span(
        tuple(token for index in taken for token in lines[index].tokens), lines[first].page, lines[first].aspect
    )
    raw = "\n".join(lines[index].text for index in taken)
    return [Found(repair_letters(text), raw, 0.8 * (0.5 + 0.5 * span.score), span, source_of(lines[first]), first)]


def _head_address(head: Sequence[int], lines: Sequence[Line]) -> list[Found]:
    taken: list[int] = []
    for index in head:
        text = fold(lines[index].text)
        if _RUC_OR_DV.search(text) or _CONTACT.search(text) or _ENDS_ADDRESS.search(text) or any(find_dates(text)):
            if taken:
                break
            continue
        if taken and index != taken[-1] + 1:
            break
        if taken or _ADDRESS_WORD.search(text) or (index > head[0] and _TOWN.search(text)):
            taken.append(index)
    taken = taken[:_MAX_ADDRESS_LINES]
    if not taken:
        return []
    first = taken[0]
    span = Span(
        tuple(token for index in taken for token in lines[index].tokens), lines[first].page, lines[first].aspect
    )
    text = " ".join(lines[index].text.strip() for index in taken)
    return [Found(repair_letters(text), text, 0.75 * (0.5 + 0.5 * span.score), span, source_of(lines[first]), first)]
