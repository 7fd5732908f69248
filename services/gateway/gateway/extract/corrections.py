"""What a client says that a document really holds (/validate), as corrections of its reading. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import ValidationError

from gateway.extract.protocol import Kind
from shared.contracts.extract import Correction
from shared.errors import LumisError
from shared.money import parse_amount

_LINES = "invoice_lines"
_MERGED = frozenset({"merged_lines", "merged_line"})
_LONGEST = 4096
_BOX = 7
"""Members of a `box`: text, page, and the five coordinates."""
_MOST_LINES = 1000
_MOST_FEATURES = 500
"""Many times what any client has."""
_MOST_PAGES = 100_000
_LARGEST_ANGLE = 360
_DAY = len("YYYY-MM-DD")

_KEYS: Mapping[str, str] = {
    "SWIFT_code": "swift_code",
    "qr-bill": "qr_bill",
    "global_taxes_amount": "total_tax_amount",
}
"""The reading's key of a feature, where it has another name."""
_INVOICE_KEYS: Mapping[str, str] = {**_KEYS, "country": "supplier_country"}
_OTHER_PARTY: Mapping[str, tuple[str, str]] = {
    "VAT_Number": ("supplier_vat", "client_vat"),
    "partner": ("supplier", "client"),
}
"""Features that tell of the party which the sender is not: of the supplier for a client, and the other way round."""
_LINE_KEYS = ("description", "product", "unit", "quantity", "unit_price", "discount", "subtotal", "total")


class BadFormat(LumisError):
    """The values are not what /validate takes; the text says what is wrong, for the client."""


@dataclass(frozen=True)
class Validation:
    """What a client says of a document."""

    corrections: tuple[Correction, ...] = ()
    lines: tuple[dict[str, str | None], ...] | None = None
    merged_lines: bool = False


def validation_of(values: Any, kind: Kind, perspective: Literal["client", "supplier"]) -> Validation:
    """The values of a call of /validate; any may be left out, and features that no reading has may be there.

    Raises:
        BadFormat: they are no object, or a feature is none that has a `content`.
    """
    if not isinstance(values, Mapping):
        raise BadFormat("`values` must be an object with one object for each feature")
    if len(values) > _MOST_FEATURES:
        raise BadFormat(f"`values` must be of at most {_MOST_FEATURES} features")
    corrections = [
        _correction(_text(name), given, kind, perspective)
        for name, given in values.items()
        if name != _LINES and name not in _MERGED
    ]
    merged = any(values.get(name) is True for name in _MERGED)
    lines = _lines(values[_LINES]) if _LINES in values else None
    return Validation(tuple(corrections), lines, merged)


def _correction(name: str, given: Any, kind: Kind, perspective: Literal["client", "supplier"]) -> Correction:
    if not isinstance(given, Mapping) or "content" not in given:
        raise BadFormat(f"`{name[:40]}` must be an object with a `content`")
    key = _key(name, kind, perspective)
    marked = _box(given.get("box"))
    try:
        return Correction(key=key[:64], value=_canonical(name, given["content"]), **marked)
    except ValidationError:  # a box outside what a page can be
        return Correction(key=key[:64], value=_canonical(name, given["content"]))


def _key(name: str, kind: Kind, perspective: Literal["client", "supplier"]) -> str:
    if kind != "invoice":
        return name
    if name in _OTHER_PARTY:
        return _OTHER_PARTY[name][perspective == "supplier"]
    return _INVOICE_KEYS.get(name, name)


def _box(given: Any) -> dict[str, Any]:
    """Where the client marked the value: `[text, page, center_x, center_y, width, height, angle]`, or nothing."""
    if not isinstance(given, list) or len(given) != _BOX:
        return {}
    text, page, *place = given
    if not all(_is_number(each) for each in place) or not isinstance(page, int) or not 0 <= page < _MOST_PAGES:
        return {}
    return {"text": _text(text)[:_LONGEST] if isinstance(text, str) else "", "page": int(page), "box": tuple(place)}


def _is_number(value: Any) -> bool:
    """Whether a coordinate, or an angle, can be that."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST_ANGLE


def _canonical(name: str, content: Any) -> str | None:
    """A content in the reading's form: plain decimals, dates without a time; None where it says that there is nothing.

    A number is a number also as text; what is a list (taxes of older clients) is kept as JSON.
    """
    if content is None or content is False:
        return None
    if isinstance(content, str):
        text = _text(content).strip()
        if name == "SWIFT_code":
            text = _bic(text)
        elif name in {"date", "due_date"}:
            text = _date(text)
    elif isinstance(content, int | float) and content is not True:
        text = _decimal(content)
    else:
        text = _json(content)
    return text[:_LONGEST] or None


def _json(content: Any) -> str:
    try:
        return _text(json.dumps(content, ensure_ascii=False))
    except RecursionError:
        raise BadFormat("a `content` is nested too deeply") from None


def _bic(text: str) -> str:
    """The BIC of the object that a SWIFT_code's content is, or the text itself."""
    try:
        told = json.loads(text)
    except ValueError:
        return text
    bic = told.get("bic") if isinstance(told, dict) else None
    return _text(bic) if isinstance(bic, str) else text


def _date(text: str) -> str:
    """The day of a date with a time; other texts as they are."""
    try:
        return date.fromisoformat(text[:_DAY]).isoformat()
    except ValueError:
        return text


def _decimal(number: float) -> str:
    exact = parse_amount(str(number))
    return str(number) if exact is None else _plain(exact)


def _plain(amount: Decimal) -> str:
    """Without an exponent and without zeros that say nothing."""
    text = format(amount, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _lines(given: Any) -> tuple[dict[str, str | None], ...]:
    """The lines of an invoice by a reading's keys; taxes that are no percent (fixed, division, group) name no rate."""
    lines = given.get("lines") if isinstance(given, Mapping) else None
    if not isinstance(lines, list) or not all(isinstance(line, Mapping) for line in lines):
        raise BadFormat("`invoice_lines` must be an object whose `lines` is a list of objects")
    return tuple(_line(line) for line in lines[:_MOST_LINES])


def _line(line: Mapping[str, Any]) -> dict[str, str | None]:
    shown = {key: _canonical(key, line[key]) for key in _LINE_KEYS if key in line}
    if isinstance(taxes := line.get("taxes"), list):
        shown["tax_rates"] = ",".join(_rates(taxes))[:_LONGEST] or None
    return shown


def _rates(taxes: Iterable[Any]) -> list[str]:
    amounts = [
        tax.get("amount")
        for tax in taxes
        if isinstance(tax, Mapping) and (tax.get("type") or tax.get("amount_type") or "percent") == "percent"
    ]
    return [_decimal(amount) for amount in amounts if isinstance(amount, int | float) and not isinstance(amount, bool)]


def _text(text: str) -> str:
    """A text without what cannot be written."""
    return text.encode("utf-8", "ignore").decode()
