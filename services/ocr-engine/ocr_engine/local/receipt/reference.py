"""The number of a receipt."""

import re
from collections.abc import Iterator, Sequence

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.page import Line
from ocr_engine.local.spelling import fold

_SIGN = r"(?:no\b\.?|num\b\.?|number\b|numero\b|nro\b\.?|nr\b\.?|n[o°º]?\.?\s?[°º:]|#|id\b)"
_PAPER = (
    r"(?:tax ?invoice|invoice|inv|receipt|rcpt|bill|doc(?:ument)?|cash bill|check|chk|slip"
    r"|factura(?: simplificada)?|fact"
    r"|boleta|ticket|recibo|comprobante|rechnungs?|beleg|bon|quittungs?|facture|recu|ricevuta|scontrino|nota|fatura"
    r"|cupom|cs|resit)"
)
_LABELS: tuple[tuple[float, re.Pattern[str]], ...] = (
    (0.85, re.compile(rf"\b{_PAPER}\s?[-.]?\s?{_SIGN}\s*[:.#]*\s*")),
    (
        0.8,
        re.compile(
            r"\bn(?:o|ro|um)?[\s.:°#]+(?:de )?(?:doc|documento|factura|fact|ticket|boleta)\b[\s.]*(?:fiscal)?[\s:.#]*"
        ),
    ),
    (0.7, re.compile(rf"\b{_PAPER}\s?[:#]\s*")),
    (0.5, re.compile(r"^(?:numero|number|no|nro|nr|n[o°º]?)\s?[.:#]+\s*(?=[a-z]{0,4}-?\d{3})|^no\s+(?=\d{3,}$)")),
    (
        0.5,
        re.compile(rf"\b(?:trans(?:action)?|trx|order|ref(?:erence)?|operacion)\s?[-.]?\s?(?:{_SIGN}|:)\s*[:.#]*\s*"),
    ),
)
_NOT_IT = re.compile(
    r"\b(?:gst|sst|vat|tax id|reg|registration|ruc|nif|cif|tel|phone|fax|member|card|table|approval|auth)\b[\s.:#a-z]*$"
)
_VALUE = re.compile(r"[a-z]{0,6}[-/]?\s?\d[\da-z]*(?:[-/][\da-z]+)*", re.IGNORECASE)
_DATE_OR_TIME = re.compile(r"\d{1,2}[/.:-]\d{1,2}[/.:-]\d{2,4}|\d{1,2}:\d{2}|\d+[.,]\d{2}")
_STREET = re.compile(
    r"^\S+?,|\b(?:jalan|jln|lorong|taman|street|road|lane|calle|avenida|ave|via|rue|rua|strasse|lot|floor|piso|local)\b"
)
"""What follows the number of a house."""
_WEAK = 0.5
_LEAST, _LONGEST = 2, 30
_LATER = 0.002


def find_reference(lines: Sequence[Line]) -> list[Found]:
    """Candidates of the receipt's number, by label."""
    return list(_labelled(lines))


def _labelled(lines: Sequence[Line]) -> Iterator[Found]:
    for index, line in enumerate(lines):
        text = fold(line.text)
        for weight, label in _LABELS:
            hit = label.search(text)
            if hit is None or _NOT_IT.search(text[: hit.start()]):
                continue
            if weight <= _WEAK and _STREET.search(text[hit.end() :]):
                continue
            value = _VALUE.match(line.text, hit.end())
            if value is None or _DATE_OR_TIME.fullmatch(value[0]) or not _LEAST <= len(value[0]) <= _LONGEST:
                continue
            span = line.span().part(*value.span())
            sure = (weight - _LATER * index) * (0.6 + 0.4 * span.score)
            yield Found(value[0].replace(" ", ""), value[0], sure, span, source_of(line), index)
            break
