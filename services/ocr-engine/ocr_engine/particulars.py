"""The checks of what a hosted model says under the schemas of the Extract API: numbers, codes, addresses. Pure.

What proves itself wrong, as an IBAN whose check digits do not hold, is no value, only a candidate. What has no proof
stays.
"""

import re
from collections.abc import Callable, Mapping

from stdnum import bic as bic_rules
from stdnum.us import rtn

from ocr_engine.iso import COUNTRIES, country_code, currency_code
from ocr_engine.local.invoice.identifiers import is_iban, is_vat_id
from ocr_engine.proof import candidate_of
from shared.contracts.reading import ReadField, Reading
from shared.money import parse_amount

_PROVEN = 0.95
_REFUSED = 0.2
_FEWEST_PHONE_DIGITS, _MOST_PHONE_DIGITS = 6, 15
"""Digits of a telephone number: E.164 allows 15."""
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_SITE = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?", re.IGNORECASE)
_VAT = re.compile(r"[A-Z]{2}[A-Z0-9]{6,13}")
_RATE = re.compile(r"\d{1,3}(?:\.\d{1,4})?")
_DECIMAL_COMMA = re.compile(r"\s*(\d{1,2}),(\d)\s*%?\s*")
_HIGHEST_RATE = 100


def check(reading: Reading) -> Reading:
    """The reading with its codes in one form, those that cannot be refused, and those that prove themselves sure."""
    fields = {key: _checked(key, field) for key, field in reading.fields.items()}
    supplier, client = fields.get("supplier_vat", ReadField()), fields.get("client_vat", ReadField())
    if client.value is not None and client.value == supplier.value:
        fields["client_vat"] = _refused(client)
    items = tuple({key: _checked(key, field) for key, field in item.items()} for item in reading.items)
    return reading.model_copy(update={"fields": fields, "items": items})


def _checked(key: str, field: ReadField) -> ReadField:
    rule = _RULES.get(key)
    if rule is None or field.value is None:
        return field
    value, is_proven = rule(field.value)
    if value is None:
        return _refused(field)
    confidence = max(field.confidence, _PROVEN) if is_proven else field.confidence
    return field.model_copy(update={"value": value, "confidence": confidence})


def _refused(field: ReadField) -> ReadField:
    candidate = candidate_of(field, _REFUSED)
    return ReadField(candidates=(candidate, *field.candidates)) if candidate else field


_Ruling = tuple[str | None, bool]
"""The value in its one form (None: it cannot be), and whether it proves itself."""


def _iban(text: str) -> _Ruling:
    bare = _bare(text)
    return (bare, True) if is_iban(bare) else (None, False)


def _bic(text: str) -> _Ruling:
    bare = _bare(text)
    return (bare, False) if bic_rules.is_valid(bare) and bare[4:6] in COUNTRIES else (None, False)


def _aba(text: str) -> _Ruling:
    bare = _bare(text)
    return (bare, True) if rtn.is_valid(bare) else (None, False)


def _vat(text: str) -> _Ruling:
    """A number of Europe without its spaces and points; another country's as it is printed."""
    bare = _bare(text)
    if _VAT.fullmatch(bare) and is_vat_id(bare):
        return bare, True
    return (text, False) if any(map(str.isdigit, text)) else (None, False)


def _email(text: str) -> _Ruling:
    hit = _EMAIL.search(text)
    return (hit[0], False) if hit else (None, False)


def _site(text: str) -> _Ruling:
    hit = _SITE.fullmatch(text.strip())
    return (hit[0], False) if hit and "@" not in text else (None, False)


def _phone(text: str) -> _Ruling:
    digits = sum(map(str.isdigit, text))
    return (text, False) if _FEWEST_PHONE_DIGITS <= digits <= _MOST_PHONE_DIGITS else (None, False)


def _rates(text: str) -> _Ruling:
    """Rates in percent, `9,12`; of a single rate the comma may be a decimal one: `5,5 %`."""
    single = _DECIMAL_COMMA.fullmatch(text)
    found = [f"{single[1]}.{single[2]}"] if single and "%" in text else _RATE.findall(text)
    rates = [rate for each in found if (rate := parse_amount(each)) is not None and rate < _HIGHEST_RATE]
    return (",".join(f"{rate:f}" for rate in rates), False) if rates and len(rates) == len(found) else (None, False)


def _bare(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


_RULES: Mapping[str, Callable[[str], _Ruling]] = {
    "iban": _iban,
    "swift_code": _bic,
    "aba": _aba,
    "supplier_vat": _vat,
    "client_vat": _vat,
    "currency": lambda text: (currency_code(text), False),
    "country": lambda text: (country_code(text), False),
    "supplier_country": lambda text: (country_code(text), False),
    "email": _email,
    "website": _site,
    "phone": _phone,
    "mobile": _phone,
    "tax_rates": _rates,
}
