"""Whether what was read is what a user says is right, field by field, in one canonical form of each kind. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ocr_engine.answers import canonical_amount, canonical_date
from shared.contracts.extract import Correction
from shared.contracts.odoo import (
    APPLICANT_FIELDS,
    EXPENSE_FIELDS,
    INVOICE_FIELDS,
    ODOO_APPLICANT,
    ODOO_EXPENSE,
    ODOO_INVOICE,
)
from shared.contracts.reading import ReadField, Reading
from shared.money import parse_amount

DATES = frozenset({"date", "due_date"})
AMOUNTS = frozenset({"subtotal", "total_tax_amount", "total"})
CODES = frozenset(
    {"invoice_id", "payment_ref", "bill_reference", "supplier_vat", "client_vat", "iban", "swift_code", "aba", "phone"}
    | {"mobile"}
)
_ITEM_AMOUNTS = frozenset({"quantity", "unit_price", "discount", "subtotal", "total"})
_SITES = frozenset({"email", "website"})
_HEADERS: Mapping[str, frozenset[str]] = {
    ODOO_INVOICE: frozenset(INVOICE_FIELDS),
    ODOO_EXPENSE: frozenset(EXPENSE_FIELDS),
    ODOO_APPLICANT: frozenset(APPLICANT_FIELDS),
}
_COUNTRY_LETTERS = 2
_MARK = "items."
"""Before the key of a line's field, where it stands beside those of the header."""


class Verdict(StrEnum):
    """What became of a field that a user spoke of."""

    RIGHT = "right"
    WRONG = "wrong"
    """Read, but otherwise."""
    MISSED = "missed"
    """There is a value, and none was read."""
    INVENTED = "invented"
    """A value was read, and there is none."""


@dataclass(frozen=True)
class Compared:
    """A field as read and as the user says it is."""

    key: str
    verdict: Verdict
    read: str | None
    correct: str | None
    confidence: float = 0.0
    source: str | None = None


def compared(
    reading: Reading, corrections: Iterable[Correction], lines: Sequence[Mapping[str, str | None]] | None = None
) -> list[Compared]:
    """Every field that the user spoke of and that the schema has; where both say that there is nothing, none.

    Lines are compared place by place, their fields under `items.<key>`.
    """
    known = _HEADERS.get(reading.schema_name, frozenset(reading.fields))
    pairs = [(each.key, reading.fields.get(each.key, ReadField()), each.value) for each in corrections]
    found = [_one(key, field, value) for key, field, value in pairs if key in known]
    if lines is not None:
        found += _lines(reading.items, lines, unsigned=_is_credit_note(reading))
    return [each for each in found if each is not None]


def _is_credit_note(reading: Reading) -> bool:
    """Whether clients are shown its lines with their signs turned."""
    below_nothing = (reading.value("total") or "").startswith("-")
    return reading.schema_name == ODOO_INVOICE and (reading.value("type") == "refund" or below_nothing)


def same(key: str, one: str, other: str) -> bool:
    """Whether two values of a field say the same."""
    first, second = canonical(key, one), canonical(key, other)
    if first == second:
        return True
    # A VAT number is the same with its country's letters and without.
    return key.endswith("_vat") and min(map(len, (first, second))) > _COUNTRY_LETTERS and _bare(first) == _bare(second)


def canonical(key: str, value: str) -> str:
    """A value as it is compared: a day, a number, letters and digits of a code, words of a name."""
    if key in DATES:
        return canonical_date(value.strip()) or value.strip()
    if key in AMOUNTS or (key.startswith(_MARK) and key.removeprefix(_MARK) in _ITEM_AMOUNTS):
        amount = parse_amount(canonical_amount(value) or "")
        if amount is None:
            return value.strip()
        # A sum's minus is that of a credit note, which clients are shown without it, and validate without it.
        return f"{(abs(amount) if key in AMOUNTS else amount).normalize():f}"
    if key in _SITES:
        return re.sub(r"^https?://(?:www\.)?|^www\.", "", value.strip().casefold()).rstrip("/")
    if key in CODES:
        return re.sub(r"[\W_]", "", value).upper()
    return folded(value)


def folded(text: str) -> str:
    """Letters and digits in lower case without accents, one space between words."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return " ".join(re.findall(r"[^\W_]+", plain.casefold()))


def _bare(code: str) -> str:
    return code[_COUNTRY_LETTERS:] if code[:_COUNTRY_LETTERS].isalpha() else code


def _one(key: str, field: ReadField, correct: str | None, *, unsigned: bool = False) -> Compared | None:
    read = field.value or None
    correct = correct or None
    if read is None and correct is None:
        return None
    if read is None:
        verdict = Verdict.MISSED
    elif correct is None:
        verdict = Verdict.INVENTED
    else:
        bare = (each.removeprefix("-") if unsigned else each for each in (read, correct))
        verdict = Verdict.RIGHT if same(key, *bare) else Verdict.WRONG
    return Compared(key, verdict, read, correct, field.confidence, field.source)


def _lines(
    items: Sequence[Mapping[str, ReadField]], lines: Sequence[Mapping[str, str | None]], *, unsigned: bool
) -> list[Compared | None]:
    found = []
    spoken_of = dict.fromkeys(key for line in lines for key in line)
    for place in range(max(len(items), len(lines))):
        item = items[place] if place < len(items) else {}
        line = lines[place] if place < len(lines) else dict.fromkeys(spoken_of)
        pairs = [(f"{_MARK}{key}", item.get(key, ReadField()), value) for key, value in line.items()]
        found += [_one(key, field, value, unsigned=unsigned) for key, field, value in pairs]
    return found
