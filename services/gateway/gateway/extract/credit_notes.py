"""A credit note's amounts as programs enter them: without the minus that some papers print. Pure."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from shared.contracts.reading import ReadField, Reading
from shared.money import parse_amount

_REFUND = "refund"
_SUMS = ("subtotal", "total_tax_amount", "total")
_LINE_AMOUNTS = ("subtotal", "total")
_NOTHING = ReadField()

_Line = Mapping[str, ReadField]


def as_entered(reading: Reading) -> Reading:
    """A credit note's reading with positive sums; any other one as it is.

    Programs make a credit note of what has the type `refund` and enter its amounts as they come: with a minus it would
    be an invoice again. Lines that add up to less than nothing are turned, so that a deduction stays one.
    """
    if reading.value("type") != _REFUND:
        return reading
    sums = {key: _changed(reading.fields[key], _without_sign) for key in _SUMS if key in reading.fields}
    lines = [_turned(line) for line in reading.items] if _worth(reading.items) < 0 else reading.items
    return reading.model_copy(update={"fields": {**reading.fields, **sums}, "items": tuple(lines)})


def _worth(lines: Sequence[_Line]) -> Decimal:
    return sum((_amount_of(line) or Decimal(0) for line in lines), Decimal(0))


def _amount_of(line: _Line) -> Decimal | None:
    found = (_number(line, key) for key in _LINE_AMOUNTS)
    return next((each for each in found if each is not None), None)


def _turned(line: _Line) -> dict[str, ReadField]:
    """The line with its amounts' signs turned, and its quantity's or else its price's, where they carry that sign."""
    turned = {key: _changed(line[key], _opposite) for key in _LINE_AMOUNTS if key in line}
    after = {**line, **turned}
    amount, quantity, price = _amount_of(after), _number(line, "quantity"), _number(line, "unit_price")
    worth = (Decimal(1) if quantity is None else quantity) * (Decimal(1) if price is None else price)
    if amount is None or worth * amount >= 0:
        return after
    has_price_its_sign = price is not None and price < 0
    key = "unit_price" if has_price_its_sign or quantity is None else "quantity"
    return {**after, key: _changed(line[key], _opposite)}


def _number(line: _Line, key: str) -> Decimal | None:
    return parse_amount(line.get(key, _NOTHING).value or "")


def _changed(field: ReadField, change: Callable[[str], str]) -> ReadField:
    """The field with its value and its candidates changed; their places stay."""
    candidates = tuple(each.model_copy(update={"value": change(each.value)}) for each in field.candidates)
    value = None if field.value is None else change(field.value)
    return field.model_copy(update={"value": value, "candidates": candidates})


def _without_sign(value: str) -> str:
    return value.removeprefix("-")


def _opposite(value: str) -> str:
    if value.startswith("-"):
        return value.removeprefix("-")
    return f"-{value}" if parse_amount(value) else value
