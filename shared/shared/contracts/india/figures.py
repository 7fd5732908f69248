"""Texts and numbers as models write them, made into values: `"18%"`, `"₹ 1,234.50"`, `"(5.00)"`, `"15-01-2024"`.

Nothing here raises: what cannot be understood is not known, None.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, WithJsonSchema

from shared.money import LARGEST_AMOUNT

_LONGEST_TEXT = 4096
_MOST_ROWS = 10_000
_PERCENT = Decimal(100)
_SMALLEST = Decimal("1e-9")
_PLACES = range(-8, 1)
"""Exponents with which a zero is kept as it was written."""
_NUMBER = re.compile(r"[0-9][0-9,  '’]*(?:\.[0-9]+)?|\.[0-9]+")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]{1,2}")
_MINUS = "-−–"
_TRUE = frozenset(("true", "yes", "y", "1"))
_FALSE = frozenset(("false", "no", "n", "0"))
_DAY_FORMS = ("%d-%m-%Y", "%Y-%m-%d", "%d-%b-%Y", "%d-%B-%Y", "%d-%m-%y", "%d-%b-%y", "%b-%d-%Y", "%B-%d-%Y")
"""Day first, as India writes dates; the separator is made a hyphen before."""


def amount_of(value: object) -> Decimal | None:
    """An exact number of any sign; None for what holds no number, several numbers, or one of absurd size."""
    if isinstance(value, Decimal):
        return _sane(value)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return Decimal(value) if abs(value) <= LARGEST_AMOUNT else None
    if isinstance(value, float):
        return _sane(Decimal(repr(value)))
    return _parse(value) if isinstance(value, str) else None


def percent_of(value: object) -> Decimal | None:
    """A percent as a percent: `"18%"` is 18, `"9+9"` is 18, `"18,00"` is 18. A fraction stays one."""
    if not isinstance(value, str):
        return amount_of(value)
    text = value.strip()[:_LONGEST_TEXT]
    if "+" in text.lstrip("+"):
        parts = [percent_of(part) for part in text.split("+")]
        known = [part for part in parts if part is not None]
        return sum(known, Decimal(0)) if len(known) == len(parts) else None
    bare = text.rstrip("% ")
    return amount_of(bare.replace(",", ".") if _DECIMAL_COMMA.fullmatch(bare) else bare)


def text_of(value: object) -> str | None:
    """Trimmed text; a number is written out, an empty text is None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        return _written(value)
    if not isinstance(value, str):
        return None
    text = value.strip()[:_LONGEST_TEXT]
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair cannot be written
    return text or None


def flag_of(value: object) -> bool | None:
    """Yes or no, as JSON or as a word."""
    if isinstance(value, bool):
        return value
    word = (text_of(value) or "").lower()
    return True if word in _TRUE else False if word in _FALSE else None


def day_of(value: object) -> str | None:
    """A date that exists as `YYYY-MM-DD`; day first where the order is open, as India writes."""
    text = text_of(value)
    if text is None:
        return None
    text = re.sub(r"(?<=[0-9])T[0-9:.+Z-]*$", "", text)
    text = re.sub(r"(?<=[0-9])(st|nd|rd|th)\b", "", text, flags=re.IGNORECASE)
    text = re.sub(r"[\s./,'-]+", "-", text.strip()).strip("-")
    for form in _DAY_FORMS:
        try:
            return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date().isoformat()
        except ValueError:
            continue
    return None


def share_of(value: object) -> float | None:
    """A confidence between 0 and 1; one above 1 is in percent."""
    amount = amount_of(value)
    if amount is not None and 1 < amount <= _PERCENT:
        amount /= _PERCENT
    return None if amount is None else float(min(max(amount, Decimal(0)), Decimal(1)))


def count_of(value: object) -> int | None:
    """A whole number that is not negative."""
    amount = amount_of(value)
    return None if amount is None or amount < 0 else int(amount)


def mapping_of(value: object) -> object:
    """An object as it came; an empty one for whatever is none."""
    return value if isinstance(value, Mapping | BaseModel) else {}


def rows_of(value: object) -> object:
    """The objects of a list; one object alone is a list of one; everything else is left out."""
    if isinstance(value, Mapping | BaseModel):
        return (value,)
    if not isinstance(value, list | tuple):
        return ()
    return tuple(row for row in value[:_MOST_ROWS] if isinstance(row, Mapping | BaseModel))


def texts_of(value: object) -> tuple[str, ...]:
    """The texts of a list."""
    if not isinstance(value, list | tuple):
        return ()
    return tuple(text for each in value[:_MOST_ROWS] if (text := text_of(each)))


def _parse(value: str) -> Decimal | None:
    text = value.strip()[:64]
    try:
        return _sane(Decimal(text))
    except InvalidOperation:
        pass
    numbers = _NUMBER.findall(text)
    if len(numbers) != 1:
        return None
    plain = re.sub(r"[,  '’]", "", numbers[0])
    before = text[: text.index(numbers[0])]
    after = text[text.index(numbers[0]) + len(numbers[0]) :].strip()
    negative = any(sign in before for sign in _MINUS) or (before.rstrip().endswith("(") and after.startswith(")"))
    try:
        amount = _sane(Decimal(plain))
    except InvalidOperation:
        return None
    return -amount if amount is not None and negative else amount


def _sane(amount: Decimal) -> Decimal | None:
    size = amount.copy_abs()  # abs() overflows where an exponent is beyond the context's
    if not amount.is_finite() or size > LARGEST_AMOUNT:
        return None
    if size < _SMALLEST:
        return size if amount.is_zero() and amount.as_tuple().exponent in _PLACES else Decimal(0)
    return amount


def _written(value: float | Decimal) -> str | None:
    amount = amount_of(value)
    if amount is None:
        return None
    return f"{amount:f}".rstrip("0").rstrip(".") if "." in f"{amount:f}" else f"{amount:f}"


def _known_as(reader: Callable[[object], Any], schema: str) -> tuple[BeforeValidator, WithJsonSchema]:
    return BeforeValidator(reader), WithJsonSchema({"anyOf": [{"type": schema}, {"type": "null"}]})


Amount = Annotated[Decimal | None, *_known_as(amount_of, "number")]
"""Rupees, or a quantity; None where it is not known."""
Percent = Annotated[Decimal | None, *_known_as(percent_of, "number")]
"""A percent as a percent: 18, never 0.18."""
Text = Annotated[str | None, *_known_as(text_of, "string")]
Flag = Annotated[bool | None, *_known_as(flag_of, "boolean")]
Day = Annotated[str | None, *_known_as(day_of, "string")]
"""`YYYY-MM-DD`."""
