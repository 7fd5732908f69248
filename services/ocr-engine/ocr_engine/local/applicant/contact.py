"""E-mail addresses and telephone numbers of a résumé, those of referees told apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ocr_engine.local.dates import find_dates
from ocr_engine.local.found import Found, source_of
from ocr_engine.local.page import Line, Span
from ocr_engine.local.spelling import fold
from shared.contracts.reading import Source

_EMAIL = re.compile(
    r"[\w.+%-]+\s?@\s?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\s?\.\s?[a-z0-9-]+)*\s?\.\s?[a-z]{2,24}\b", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\w/.,@-])(?:\+|00)?\(?\d(?:(?! / )[\d\s().\-/–·]){5,20}\d(?![\w@]|[.,]\d)")
_YEARS = re.compile(r"(?:19|20)\d\d\s?[-–/.\s]+\s?(?:(?:19|20)\d\d|\d{1,2})")
_MOBILE = re.compile(
    r"\b(?:mob|mobil\w*|cell?(?:ular)?|celular|cel|movil|handy|portable|gsm|whats ?app|telemovel|cellulare|h/p|hp|m)\b"
    r"\s*[.:)]?"
)
_PHONE = re.compile(
    r"\b(?:phone|tel\w*|home|landline|fixe|fijo|fixo|festnetz|casa|office|work|oficina|trabajo|residence|privat"
    r"|fisso|contact (?:no|number|phone)|t|p)\b\s*[.:)]?"
)
_OTHER = re.compile(
    r"\b(?:fax|telefax|id|dni|nie|nif|cedula|passport|pasaporte|ssn|cpf|rut|curp|ruc|nric|zip|postal|account|iban"
    r"|license|licencia|matricula"
    r"|isbn|doi|gpa|registration)\b[\s.:#no]*$"
)
_REFEREES = re.compile(
    r"^\W*(?:references?|referees?|referencias?(?: personales| laborales)?|referenzen|referencias)\b\W*$"
)
_MOBILE_SHAPES = (
    re.compile(
        r"\+(?:34[67]|491[567]|33[67]|447|393|5076|519|573|569|521|91[6-9]|601|65[89]|614|324|316|417|436|3519)"
    ),
    re.compile(r"(?:0[67]\d{8}|07\d{9}|[67]\d{8}|01[567]\d{8,9}|6\d{7}|9\d{8}|3\d{9}|04\d{8})$"),
)
"""How mobile numbers begin: with the country's code, and without."""
_LEAST_DIGITS, _MOST_DIGITS = 7, 15
_LONGEST_WORD = 7
"""Characters of `phone` and its neighbours behind `mobile`."""
_LABELLED, _PLAIN, _OF_SHAPE = 0.93, 0.78, 0.72
_REFEREE, _LATER = 0.45, 0.004
_OWN = 0.5
"""From this weight on a number is hardly a referee's."""


class Use(StrEnum):
    """What a telephone number is for."""

    PHONE = "phone"
    MOBILE = "mobile"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Number:
    """A telephone number, whether its label or its shape says mobile."""

    found: Found
    use: Use
    shaped_mobile: bool


def find_emails(lines: Sequence[Line]) -> list[Found]:
    """Addresses, the first ones heaviest; spaces that recognition put into them are taken out."""
    referees = _referees(lines)
    found = []
    for index, line in enumerate(lines):
        for hit in _EMAIL.finditer(line.text):
            span = line.span().part(*hit.span())
            weight = (0.95 - _LATER * index - _REFEREE * (index >= referees)) * (0.6 + 0.4 * span.score)
            value = re.sub(r"\s", "", hit[0]).lower().strip(".-")
            found.append(Found(value, hit[0], max(weight, 0.05), span, source_of(line), index))
    return found


def find_numbers(lines: Sequence[Line]) -> list[Number]:
    """Telephone numbers; years, dates, identity numbers and faxes are none."""
    referees = _referees(lines)
    found = []
    for index, line in enumerate(lines):
        label = ""
        for cell in line.cells():
            for hit in _NUMBER.finditer(cell.text):
                before = f"{label} {fold(cell.text[: hit.start()])}".strip() or _above(lines, index, cell)
                number = _number(cell, hit, before, index, source_of(line))
                if number is not None:
                    late = _REFEREE if index >= referees else 0.0
                    found.append(
                        replace(number, found=replace(number.found, weight=max(number.found.weight - late, 0.05)))
                    )
            label = "" if any(map(str.isdigit, cell.text)) else fold(cell.text)
    return found


def phones_of(numbers: Sequence[Number]) -> tuple[list[Found], list[Found]]:
    """Candidates of the phone and of the mobile; a number without a label is the phone, and a mobile by its shape."""
    phones = [each.found for each in numbers if each.use is not Use.MOBILE]
    mobiles = [each.found for each in numbers if each.use is Use.MOBILE]
    unlabelled = [each for each in numbers if each.use is Use.UNKNOWN and each.shaped_mobile]
    if mobiles:
        return phones, mobiles
    shaped = [_weighed(each.found, _OF_SHAPE / _PLAIN) for each in unlabelled]
    own = [each for each in numbers if each.found.weight >= _OWN] or list(numbers)
    fixed = [each.found for each in own if each.use is not Use.MOBILE and not each.shaped_mobile]
    return (fixed or phones), shaped


def _referees(lines: Sequence[Line]) -> int:
    """The line from which on others are named, who vouch for the applicant."""
    return next((index for index, line in enumerate(lines) if _REFEREES.match(fold(line.text))), len(lines))


def _above(lines: Sequence[Line], index: int, cell: Span) -> str:
    """The text of the cell right above, which may be the label."""
    if index == 0:
        return ""
    above = [each for each in lines[index - 1].cells() if min(each.right, cell.right) > max(each.left, cell.left)]
    return fold(above[0].text) if above and not any(map(str.isdigit, above[0].text)) else ""


def _number(cell: Span, hit: re.Match[str], before: str, index: int, source: Source) -> Number | None:
    text = hit[0].strip()
    digits = re.sub(r"\D", "", text)
    if not _LEAST_DIGITS <= len(digits) <= _MOST_DIGITS or _YEARS.match(text) or any(find_dates(text)):
        return None
    if _OTHER.search(before):
        return None
    use = _use(before[-24:], fold(cell.text[hit.end() : hit.end() + 12]))
    if use is Use.UNKNOWN and not text.startswith(("+", "00", "(", "0")) and not re.search(r"\d[\s.\-/·]\d", text):
        return None
    base = _PLAIN if use is Use.UNKNOWN else _LABELLED
    span = cell.part(*hit.span())
    weight = max(base - _LATER * index, 0.05) * (0.6 + 0.4 * span.score)
    compact = f"+{digits.removeprefix('00')}" if text.startswith(("+", "00")) else digits
    shaped = any(shape.match(compact) for shape in _MOBILE_SHAPES)
    value = " ".join(text.split())
    return Number(Found(value, hit[0], weight, span, source, index), use, shaped)


def _use(before: str, after: str) -> Use:
    """By the label nearest before the number, or in brackets behind it; `Mobile phone` is a mobile."""
    mobile = max((hit.end() for hit in _MOBILE.finditer(before)), default=0)
    phone = max((hit.end() for hit in _PHONE.finditer(before)), default=0)
    if mobile and mobile + _LONGEST_WORD >= phone:
        return Use.MOBILE
    if phone:
        return Use.PHONE
    behind = re.match(r"\s*[(\[]\s*(\w+)", after)
    if behind and _MOBILE.match(behind[1]):
        return Use.MOBILE
    return Use.PHONE if behind and _PHONE.match(behind[1]) else Use.UNKNOWN


def _weighed(found: Found, factor: float) -> Found:
    return replace(found, weight=found.weight * factor)
