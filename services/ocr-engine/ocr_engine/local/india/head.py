"""Number, dates, place of supply, reverse charge: values beside, behind or below their labels."""

import re
from collections.abc import Iterator

from ocr_engine.local.dates import find_dates
from ocr_engine.local.found import Found, source_of
from ocr_engine.local.india.states import state_in
from ocr_engine.local.invoice.context import Value, after
from ocr_engine.local.paper import Cell, Paper
from ocr_engine.local.spelling import fold

_NO = r"\s*(?:no|number|num|nr|#|id)\b\s*[.:#]*"
_NUMBER = re.compile(
    rf"(?:^|\W)(?:(?:tax )?invoice{_NO}|inv\.?{_NO}|bill{_NO}|document{_NO}|doc\.?{_NO}|voucher{_NO}|memo{_NO}"
    rf"|(?:credit|debit) note{_NO}|serial no\.? of invoice|invoice serial{_NO}|invoice\s*#|invoice\s*:)"
)
_NOT_NUMBER = re.compile(
    r"e-?way|challan|order|reference|ref\b|waybill|original inv|against|irn|ack|l\.?r\.? no|supplier'?s"
)
_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/\\._-]{0,24}")
_DATE = re.compile(
    r"(?:^|\W)(?:(?:invoice|inv|bill|document|doc|voucher)\.? ?(?:date|dt)|date of (?:invoice|issue"
    r"|bill)|dated|issue date"
    r"|date|dt)\b\.?\s*:?"
)
_NOT_DATE = re.compile(
    r"due|order|p\.?o\.?\b|ack|delivery|supply|l\.?r|challan|e-?way|valid|exp|mfg|dispatch|despatch"
    r"|ref|print|removal|receipt"
)
_STRONG = re.compile(r"(?:invoice|inv|bill|document|doc)\.? ?(?:date|dt)|date of (?:invoice|issue|bill)|issue date")
_DUE = re.compile(r"(?:due|payment due|pay by|payment) ?(?:date|on|by)|\bdue\b\s*:")
_PLACE = re.compile(
    r"place of supply(?: of (?:goods|services))?(?:\s*\(?state\)?)?(?: (?:state|code|name))*\s*[:.-]*|\bpos\s*:"
)
_REVERSE = re.compile(
    r"(?:tax (?:is )?payable (?:on|under) |whether (?:the )?tax (?:is )?payable (?:on|under) |(?:on"
    r"|under) |subject to )?"
    r"reverse[ -]?charge(?: mechanism)?(?: ?\(?rcm\)?)?(?: applicable)?(?: ?\(?(?:y ?/ ?n|yes ?/ ?no)\)?)?\s*[:?.-]*"
)
_YES = re.compile(r"\W*(?:y|yes|applicable)\b")
_NO_WORD = re.compile(r"\W*(?:n|no|not applicable|nil|n/?a)\b")
_PAYABLE = re.compile(r"(?:tax|gst)\b.{0,30}\b(?:payable|paid)\b.{0,40}\breverse charge")
_LONGEST = 16
"""Characters of an invoice number: rule 46 of the CGST Rules."""
_ODD = 0.12
_FOREIGN = 0.35
_OTHERS = re.compile(r"\bagainst\b|\boriginal (?:invoice|inv|bill)|\bref(?:erence)?\.? (?:invoice|inv)")


def find_numbers(paper: Paper) -> Iterator[Found]:
    """What may be the invoice's number."""
    for cell in paper.cells():
        for hit in _NUMBER.finditer(cell.folded):
            if _NOT_NUMBER.search(cell.folded[max(0, hit.start() - 14) : hit.end()]):
                continue
            for value in after(cell, hit.end(), paper):
                text = _number(value)
                if text is None:
                    continue
                weight = 0.93 * value.near - (0 if len(text) <= _LONGEST else _ODD) - 0.001 * cell.line
                weight -= 0 if re.search("inv|bill|note", hit[0]) else _ODD
                weight -= _ODD if _is_others(cell, paper) else 0
                yield _found(text, value, paper, weight)
                break


def _is_others(cell: Cell, paper: Paper) -> bool:
    """Whether the line speaks of the invoice that a credit note corrects."""
    return bool(_OTHERS.search(" ".join(each.folded for each in paper.rows[cell.line])))


def _number(value: Value) -> str | None:
    hit = _VALUE.match(value.text.strip(" :.#-"))
    if hit is None or not any(map(str.isdigit, hit[0])):
        return None
    text = hit[0].rstrip("._-/")
    whole = next(find_dates(value.text.split("   ")[0][:12]), None)
    if whole is not None and whole.start == 0 and whole.end >= len(text):
        return None
    return None if re.fullmatch(r"\d{2}[A-Z]{5}\d{4}[A-Z].{3}", text) else text


def find_issued(paper: Paper) -> Iterator[Found]:
    """What may be the invoice's date."""
    for cell in paper.cells():
        for hit in _DATE.finditer(cell.folded):
            if _NOT_DATE.search(cell.folded[max(0, hit.start() - 14) : hit.end()]):
                continue
            strong = bool(_STRONG.search(hit[0]))
            weight = 0.95 if strong else 0.82 if "dated" in hit[0] else 0.75
            yield from _dates(cell, hit.end(), paper, weight - (_FOREIGN if _is_others(cell, paper) else 0))


def find_due(paper: Paper) -> Iterator[Found]:
    """What may be the due date."""
    for cell in paper.cells():
        for hit in _DUE.finditer(cell.folded):
            yield from _dates(cell, hit.end(), paper, 0.92)


def find_loose_dates(paper: Paper) -> Iterator[Found]:
    """Dates without a label, for a paper on which no other stands."""
    for index, line in enumerate(paper.lines):
        for hit in find_dates(line.text):
            yield Found(hit.value.isoformat(), line.text[hit.start : hit.end], 0.5, None, source_of(line), index)


def _dates(cell: Cell, end: int, paper: Paper, weight: float) -> Iterator[Found]:
    for value in after(cell, end, paper):
        date = next(find_dates(value.text), None)
        if date is not None and date.start < 14:  # noqa: PLR2004 - directly behind the label
            sure = weight * value.near - 0.001 * cell.line
            yield _found(date.value.isoformat(), value, paper, sure)
            return


def find_places(paper: Paper) -> Iterator[Found]:
    """The place of supply as two digits."""
    for cell in paper.cells():
        hit = _PLACE.search(cell.folded)
        if hit is None:
            continue
        for value in after(cell, hit.end(), paper):
            code = state_in(value.text[:60])
            if code is not None:
                yield _found(code, value, paper, 0.95 * value.near)
                break


def find_reverse_charge(paper: Paper) -> Iterator[Found]:
    """`true` or `false` where the paper says so."""
    for cell in paper.cells():
        hit = _REVERSE.search(cell.folded)
        if hit is None:
            continue
        said = next(
            (
                (answer, value)
                for value in after(cell, hit.end(), paper)
                for pattern, answer in ((_NO_WORD, "false"), (_YES, "true"))
                if pattern.match(fold(value.text))
            ),
            None,
        )
        if said is not None:
            yield _found(said[0], said[1], paper, 0.93 * said[1].near)
        elif _PAYABLE.search(cell.folded) and ":" not in cell.folded and "whether" not in cell.folded:
            yield Found("true", cell.span.text, 0.75, cell.span, source_of(paper.lines[cell.line]), cell.line)


def _found(text: str, value: Value, paper: Paper, weight: float) -> Found:
    line = paper.lines[value.line]
    return Found(text, value.text, weight * (0.6 + 0.4 * value.span.score), value.span, source_of(line), value.line)
