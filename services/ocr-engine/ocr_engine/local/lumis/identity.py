"""Who issued the invoice and which one it is: RUC, DV, number, date, CUFE."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ocr_engine.local.dates import find_dates
from ocr_engine.local.found import Found, source_of
from ocr_engine.local.lumis.place import after_label, customers, providers
from ocr_engine.local.page import Line
from ocr_engine.local.paper import Cell, Paper, part_of
from ocr_engine.local.spelling import repair_digits
from shared.panama import dv_fits, is_ruc, possible_dvs

_RUC_LABEL = re.compile(r"\br\.?\s?u\.?\s?[cg](?![a-z])\.?[\s:]*")
_RUC = re.compile(
    r"(?<![\w-])((?:(?:[1-9]|1[0-3])?(?:PE|PI|AV|E|N)|(?:[1-9]|1[0-3])\s?-\s?NT|\d{1,10})\s?-\s?\d{1,4}\s?-\s?\d{1,6})"
    r"(?:\s?-\s{0,8}(\d{2}))?(?![\w-])",
    re.IGNORECASE,
)
_DV_LABEL = re.compile(
    r"(?:(?<![a-z])d\s?\.?\s?v(?![a-z])\.?|digito verificador|\bdig\.? ?verif\w*\.?)"
    r"(?:\s*n(?:ro|o)?\s?[.:o]+(?=\s*\d))?\s*[:.\-]?\s*"
)
_DV_VALUE = re.compile(r"\d{1,2}(?![\d/.,:-])")
_DV_LINES = 3
"""How many lines below the RUC its DV may stand."""

_NUMBER_WORD = r"(?:n(?:ro|um|umero|o)?\s?[.:°#]*|#)"
_PAPER = r"(?:factura|fact|fac|comprobante|documento|doc|recibo|invoice|ticket|nota de (?:credito|debito))"
_NUMBER_LABELS: tuple[tuple[float, re.Pattern[str]], ...] = (
    (
        0.9,
        re.compile(
            rf"\b{_NUMBER_WORD}\s?(?:de(?: la)?\s)?{_PAPER}\b\.?(?: fiscal| electronica)?\s*{_NUMBER_WORD}?[\s:]*"
        ),
    ),
    (0.9, re.compile(rf"\b{_PAPER}(?:\b|(?=n[or]))\.?(?: fiscal| electronica)?\s*{_NUMBER_WORD}(?![a-z])[\s:]*")),
    (0.85, re.compile(r"\bnumero\b[\s:]*")),
    (0.75, re.compile(rf"\b{_PAPER}\b\.?(?: fiscal| electronica)?\s*[:#]\s*")),
    (0.6, re.compile(r"^(?:no|nro|n)\s?[.:°#]+\s*")),
    (0.55, re.compile(r"^(?:no|nro|num)\s+(?=\d{3})")),
    (0.7, re.compile(r"^fact?\.\s?(?=\d{3})")),
    (0.6, re.compile(r"^factura(?: fiscal)?\s*$")),
    (0.6, re.compile(r"^factura(?: fiscal)?\s+(?=\S*\d{3})")),
)
_OTHER_NUMBER = re.compile(
    r"autorizacion|protocolo|telefono|\btel\b|cliente|orden|pedido|sucursal|punto|caja|\bruc\b|transac|equipo|serie"
    r"|registro|cuenta|referencia|\bref\b|\bmesa\b|\bcontrol\b|lote|cheque|placa|licencia|aprobacion|cotizacion"
)
_NUMBER = re.compile(r"(?:[A-Z]{1,6}[-/]?)?\d[\dA-Z]*(?:\s?[-/]\s?[\dA-Z]{1,12}){0,4}", re.IGNORECASE)
_SERIES = re.compile(r"[A-HJ-NP-Z](?=-\d)")
_TELEPHONE = re.compile(r"[2-9]\d{2}-\d{4}|6\d{3}-\d{4}")
"""As written in Panama; below the title `FACTURA` it is as likely as a number."""
_MAX_NUMBER = 24
_USUAL_DIGITS = 3
"""A number of one or two digits is rare."""
_LONG_NUMBER = 4
_BESIDE = 0.9
_LONE_DV = 0.6

_DATE_LABELS: tuple[tuple[float, re.Pattern[str]], ...] = (
    (
        0.95,
        re.compile(
            r"\bfecha (?:y hora )?(?:de )?(?:la )?(?:emis\w*|factura\w*|venta|documento|compra)\b|\bemitid[oa]\b"
        ),
    ),
    (
        0.2,
        re.compile(
            r"venc|vigencia|valid[oa] hasta|autorizacion|resolucion|nacimiento|entrega|certificacion|desde|hasta"
            r"|proxim|imprenta|\bafectad[ao]|\breferenci|\bmodificad[ao]"
        ),
    ),
    (0.9, re.compile(r"\bf?echa\b|\bdate\b|\bdata\b|\bfec\b")),
)


@dataclass(frozen=True)
class Identity:
    """The values found, each with the others that were thought of."""

    ruc: list[Found]
    dv: list[Found]
    number: list[Found]
    date: list[Found]


def find_identity(lines: Sequence[Line]) -> Identity:
    """Candidates of every identifying field, weighed by label, place and check digit."""
    paper = Paper.of(lines)
    rucs, dvs = _rucs(paper)
    taken = {each.value for each in rucs}
    return Identity(rucs, dvs, list(_numbers(paper, taken)), list(_dates(paper)))


def _rucs(paper: Paper) -> tuple[list[Found], list[Found]]:
    rucs: list[Found] = []
    dvs: list[Found] = []
    for cell in paper.cells():
        for hit in _ruc_hits(cell):
            ruc = re.sub(r"\s", "", hit[1]).upper()
            if not is_ruc(ruc):
                continue
            dv = _dv_after(cell, hit, ruc, paper)
            fits = dv_fits(ruc, dv.value) if dv else None
            labelled = _labelled(cell, hit.start(), paper)
            if not labelled and not fits and next(find_dates(hit[1]), None) is not None:
                continue
            weight = _ruc_weight(cell, paper, labelled=labelled, fits=fits) - 0.01 * min(len(rucs), 5)
            span = part_of(cell.span, *hit.span(1))
            weight *= 0.5 + 0.5 * span.score
            rucs.append(Found(ruc, hit[0].strip(), weight, span, source_of(paper.lines[cell.line]), cell.line))
            if dv is not None:
                dvs.append(replace(dv, weight=weight))
    return rucs, dvs or list(_lone_dvs(paper))


def _ruc_weight(cell: Cell, paper: Paper, *, labelled: bool, fits: bool | None) -> float:
    theirs = customers(cell, paper) or providers(cell, paper)
    weight = 0.45 + 0.3 * labelled - 0.5 * theirs
    weight += 0.2 if fits else -0.15 if fits is False else 0.0
    return weight if labelled or fits else weight - 0.15


def _ruc_hits(cell: Cell) -> Iterator[re.Match[str]]:
    """Forms of a RUC in a cell; the labels of RUC and DV are blanked so that they may touch the number."""
    text = repair_digits(cell.span.text)
    for label in (_RUC_LABEL.search(cell.folded), _DV_LABEL.search(cell.folded)):
        if label:
            text = text[: label.start()] + " " * (label.end() - label.start()) + text[label.end() :]
    yield from _RUC.finditer(text)


def _labelled(cell: Cell, start: int, paper: Paper) -> bool:
    """True where the word RUC stands before the number, in its cell, the one before, or above it."""
    if _RUC_LABEL.search(cell.folded[:start]):
        return True
    if start > 2:  # noqa: PLR2004 - other words stand between
        return False
    if cell.order and _RUC_LABEL.search(paper.rows[cell.line][cell.order - 1].folded):
        return True
    above = paper.rows[cell.line - 1] if cell.line else []
    return any(_RUC_LABEL.fullmatch(other.folded.strip()) and other.span.left <= cell.span.right for other in above)


def _dv_after(cell: Cell, hit: re.Match[str], ruc: str, paper: Paper) -> Found | None:
    """The DV beside the RUC, in the next cells or on the next lines of the same block."""
    if hit[2] and hit[2] in possible_dvs(ruc):
        span = part_of(cell.span, *hit.span(2))
        return Found(hit[2], hit[2], 0.0, span, source_of(paper.lines[cell.line]), cell.line)
    found = _dv_in(cell, hit.end(1), paper, ruc)
    for other in paper.rows[cell.line][cell.order + 1 : cell.order + 3]:
        if found or _RUC_LABEL.search(other.folded):
            break
        found = _dv_in(other, 0, paper, ruc)
    return found or _dv_below(cell, paper, ruc)


def _dv_below(cell: Cell, paper: Paper, ruc: str) -> Found | None:
    for row in paper.rows[cell.line + 1 : cell.line + 1 + _DV_LINES]:
        another = any(_RUC.search(each.span.text) for each in row)
        for other in row:
            if another and _RUC_LABEL.search(other.folded):
                return None
            found = None if customers(other, paper) else _dv_in(other, 0, paper, ruc)
            if found:
                return found
    return None


def _dv_in(cell: Cell, start: int, paper: Paper, ruc: str | None) -> Found | None:
    label = _DV_LABEL.search(cell.folded, start)
    if label is None:
        return None
    for span, text, line, _ in after_label(cell, label.end(), paper):
        value = _DV_VALUE.match(repair_digits(text))
        if value is None:
            continue
        digits = value[0]
        if len(digits) == 1 and not (ruc and digits.zfill(2) in possible_dvs(ruc)):
            continue
        return Found(digits.zfill(2), digits, 0.0, part_of(span, 0, len(digits)), source_of(paper.lines[line]), line)
    return None


def _lone_dvs(paper: Paper) -> Iterator[Found]:
    """A DV on a paper whose RUC was not found."""
    for cell in paper.cells():
        found = None if customers(cell, paper) or providers(cell, paper) else _dv_in(cell, 0, paper, None)
        if found:
            yield replace(found, weight=_LONE_DV)


def _numbers(paper: Paper, rucs: set[str]) -> Iterator[Found]:
    for cell in paper.cells():
        for weight, pattern in _NUMBER_LABELS:
            label = pattern.search(cell.folded)
            if label is None:
                continue
            if not _OTHER_NUMBER.search(cell.folded[: label.end()]):
                found = _number_after(cell, label.end(), weight, paper, rucs)
                yield from [found] if found else []
            break


def _number_after(cell: Cell, end: int, weight: float, paper: Paper, rucs: set[str]) -> Found | None:
    for span, text, line, near in after_label(cell, end, paper):
        hit = _NUMBER.match(_with_series(text))
        if hit is None or (near < _BESIDE and _TELEPHONE.fullmatch(hit[0])):
            continue
        value = re.sub(r"\s", "", hit[0]).strip("-/")
        digits = sum(map(str.isdigit, value))
        rest = text[hit.end() :].lstrip()
        # Below a label only a plain long number counts.
        lonely = near < _BESIDE and (digits < _LONG_NUMBER or rest)
        if not digits or len(value) > _MAX_NUMBER or value in rucs or lonely or rest[:1] in {"%", ".", ",", ":"}:
            continue
        if next(find_dates(text[: hit.end() + 6]), None) is not None:
            continue
        rare = 0.25 if digits < _USUAL_DIGITS else 0.0
        part = part_of(span, 0, hit.end())
        sure = (weight - rare - 0.004 * line) * near * (0.5 + 0.5 * part.score)
        return Found(value.upper(), text[: hit.end()], max(sure, 0.05), part, source_of(paper.lines[line]), line)
    return None


def _with_series(text: str) -> str:
    """The text with its digits set right, but for the letter of a series before them: `B-4455`."""
    kept = _SERIES.match(text)
    return text[: kept.end()] + repair_digits(text[kept.end() :]) if kept else repair_digits(text)


def _dates(paper: Paper) -> Iterator[Found]:
    for cell in paper.cells():
        for date in find_dates(cell.span.text):
            span = part_of(cell.span, date.start, date.end)
            weight = (_date_weight(cell, date.start, paper) - 0.002 * cell.line) * (0.5 + 0.5 * span.score)
            raw = cell.span.text[date.start : date.end]
            source = source_of(paper.lines[cell.line])
            yield Found(date.value.isoformat(), raw, max(weight, 0.05), span, source, cell.line)


def _date_weight(cell: Cell, start: int, paper: Paper) -> float:
    """By the label before the date on its line, else above it."""
    before = " ".join(other.folded for other in paper.rows[cell.line][max(0, cell.order - 1) : cell.order])
    labels = [(1.0, f"{before} {cell.folded[:start]}")]
    above = paper.rows[cell.line - 1] if cell.line else []
    labels += [
        (0.9, other.folded)
        for other in above
        if min(other.span.right, cell.span.right) > max(other.span.left, cell.span.left)
    ]
    for share, label in labels:
        for weight, pattern in _DATE_LABELS:
            if pattern.search(label):
                return weight * share
    return 0.6
