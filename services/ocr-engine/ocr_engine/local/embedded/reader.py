"""From an attached XML to what it says; hostile or unknown XML says nothing."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from xml.etree import ElementTree as ET

from ocr_engine.local.embedded.dialect import DIALECTS, Dialect, PartyPlaces, Places
from ocr_engine.local.embedded.invoice import EmbeddedInvoice, EmbeddedLine, EmbeddedParty, EmbeddedTax
from shared.money import parse_amount, to_cents

_MAX_CHARACTERS = 2_000_000
_MAX_LINES = 5_000
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_DATES = frozenset({"date", "due_date"})
_AMOUNTS = frozenset({"net", "tax", "total", "prepaid", "due"})
_UNITS = {
    "C62": "pcs",
    "H87": "pcs",
    "EA": "pcs",
    "XPP": "pcs",
    "HUR": "h",
    "DAY": "day",
    "MON": "month",
    "KGM": "kg",
    "GRM": "g",
    "LTR": "l",
    "MTR": "m",
    "MTK": "m²",
    "MTQ": "m³",
    "KWH": "kWh",
    "KMT": "km",
    "TNE": "t",
    "MIN": "min",
    "LS": "flat",
}
"""UN/ECE recommendation 20, the codes that invoices use; others stay as they are."""


@lru_cache(maxsize=8)
def read_xml(xml: str | None) -> EmbeddedInvoice | None:
    """What an attached XML says; None without one, for an unknown kind, or where it does not parse."""
    if not xml or len(xml) > _MAX_CHARACTERS or "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        return None
    try:
        # Already decoded, so that a declared encoding no longer holds.
        root = ET.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", xml))  # noqa: S314 - a document type was refused
    except (ET.ParseError, RecursionError):
        return None
    dialect = DIALECTS.get(root.tag.rpartition("}")[2])
    return _invoice(root, dialect) if dialect else None


def _invoice(root: ET.Element, dialect: Dialect) -> EmbeddedInvoice:
    currency = _text(root, dialect.values.get("currency", ()))
    values = {key: value for key, places in dialect.values.items() if (value := _value(root, key, places, currency))}
    orders = [each for place in dialect.orders for element in root.iterfind(_any(place)) if (each := _own(element))]
    return EmbeddedInvoice(
        values,
        _party(root, dialect.seller),
        _party(root, dialect.buyer),
        tuple(dict.fromkeys(orders)),
        tuple(_taxes(root, dialect)),
        tuple(_lines(root, dialect)),
    )


def _value(root: ET.Element, key: str, places: Places, currency: str) -> str | None:
    if key in _DATES:
        hit = _DATE.match(_text(root, places))
        return "-".join(hit.groups()) if hit else None
    if key in _AMOUNTS:
        return _number(_in_currency(root, places, currency))
    text = _text(root, places)
    return re.sub(r"\s", "", text) if key in {"iban", "bic"} else text or None


def _in_currency(root: ET.Element, places: Places, currency: str) -> str:
    """The amount in the invoice's own currency: the tax may stand there a second time in the seller's."""
    for place in places:
        found = [element for element in root.iterfind(_any(place)) if _own(element)]
        own = [each for each in found if each.get("currencyID", currency) == currency]
        if own or found:
            return _own((own or found)[0])
    return ""


def _party(root: ET.Element, places: PartyPlaces) -> EmbeddedParty:
    element = next((found for place in places.at if (found := root.find(_any(place))) is not None), None)
    if element is None:
        return EmbeddedParty()
    ids = [_own(each) for place in places.ids for each in element.iterfind(_any(place)) if _own(each)]
    address = ", ".join(part for place in places.address if (part := _text(element, (place,))))
    return EmbeddedParty(
        _text(element, places.name) or None,
        _text(element, places.vat) or None,
        tuple(dict.fromkeys(ids)),
        address or None,
        _text(element, places.country) or None,
        _text(element, places.email) or None,
    )


def _taxes(root: ET.Element, dialect: Dialect) -> Iterator[EmbeddedTax]:
    places = dialect.tax
    for element in _all(root, places.at) if places else ():
        rate, base, amount = (
            (
                _number(_text(element, each), cents=cents)
                for each, cents in ((places.rate, False), (places.base, True), (places.amount, True))
            )
            if places
            else (None, None, None)
        )
        if rate is not None or amount is not None:
            yield EmbeddedTax(rate, base, amount)


def _lines(root: ET.Element, dialect: Dialect) -> Iterator[EmbeddedLine]:
    places = dialect.line
    for number, element in enumerate(_all(root, places.at)):
        if number >= _MAX_LINES:
            return
        name, amount = _text(element, places.name), _number(_text(element, places.amount))
        if not name or amount is None:  # only a remark
            continue
        unit = _text(element, places.unit)
        yield EmbeddedLine(
            name=name,
            code=_text(element, places.code) or None,
            quantity=_number(_text(element, places.quantity), cents=False),
            unit=_UNITS.get(unit, unit) or None,
            unit_price=_price(_text(element, places.unit_price), _text(element, places.base)),
            discount=_number(_text(element, places.discount), cents=False),
            tax_rate=_number(_text(element, places.tax_rate), cents=False),
            amount=amount,
        )


def _price(text: str, base: str) -> str | None:
    """The price of one piece."""
    price, pieces = parse_amount(text), parse_amount(base)
    if price is None:
        return None
    return _plain(price / pieces if pieces and pieces != 1 else price)


def _number(text: str, *, cents: bool = True) -> str | None:
    value = parse_amount(text)
    return None if value is None else _plain(value, cents=cents)


def _plain(value: Decimal, *, cents: bool = True) -> str:
    """Plain, money with its cents and more places only where they say something."""
    if cents and to_cents(value) == value:
        return f"{to_cents(value):f}"
    return f"{round(value, 6).normalize():f}"


def _all(root: ET.Element, places: Places) -> Iterator[ET.Element]:
    for place in places:
        yield from root.iterfind(_any(place))


def _text(element: ET.Element, places: Places) -> str:
    for place in places:
        path, _, attribute = place.partition("@") if place.rpartition("@")[2].isalpha() else (place, "", "")
        for found in element.iterfind(_any(path)):
            text = found.get(attribute, "") if attribute else _own(found)
            if text:
                return text
    return ""


def _own(element: ET.Element) -> str:
    return " ".join((element.text or "").split())


@lru_cache(maxsize=512)
def _any(path: str) -> str:
    """The path in whatever namespace; conditions in brackets stay."""
    parts = re.split(r"(\[[^\]]*\])", path)
    return "".join(
        part if part.startswith("[") else re.sub(r"(?<![\w])([A-Za-z]\w*)", r"{*}\1", part) for part in parts
    )
