"""An invoice's lines: the amounts before and with tax that follow from price, quantity and rates. Pure."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from reconciler.odoo.figures import HUNDRED, Row, added, amount, computed, missing, near, rates
from reconciler.odoo.totals import SUBTOTAL, TAX, TOTAL
from shared.contracts.faults import LINE_MISMATCH
from shared.contracts.reading import ReadField
from shared.money import CENT, to_cents

_PLACES = Decimal("0.000001")
_LEAST_FACTOR = Decimal("0.001")

_Line = dict[str, ReadField]


def complete(items: Sequence[Row], fields: Row, taxes: Sequence[Row]) -> tuple[_Line, ...]:
    """The lines with what follows from their own figures, and from the only rate that the invoice has."""
    usual = _only_rate(taxes)
    lines = [_with_worth(_with_rate(dict(item), usual)) for item in items]
    if _hold_tax(lines, fields):
        lines = [_as_gross(line) for line in lines]
    return tuple(_completed(line) for line in lines)


def doubts(items: Sequence[Row]) -> Iterator[str]:
    """A code where a line's quantity times its price, less its discount, is not its amount, before tax or with it."""
    for item in items:
        exact, quantity = _worth(item), amount(item, "quantity")
        amounts = [each for key in (SUBTOTAL, TOTAL) if (each := amount(item, key)) is not None]
        if exact is None or quantity is None or not amounts:
            continue
        # A unit price printed in cents is itself rounded, so a cent per unit may be missing.
        slack = CENT + CENT * abs(quantity) / 2
        if all(abs(abs(exact) - abs(each)) > slack for each in amounts):
            yield LINE_MISMATCH


def _only_rate(taxes: Sequence[Row]) -> ReadField | None:
    """The rate of an invoice whose table of taxes has a single one."""
    found = {rate: row["rate"] for row in taxes if (rate := amount(row, "rate")) is not None}
    if len(found) != 1 or any(missing(row, "rate") for row in taxes):
        return None
    rate, field = next(iter(found.items()))
    return ReadField(value=f"{rate:f}", confidence=field.confidence, source="computed") if rate < HUNDRED else None


def _with_rate(line: _Line, usual: ReadField | None) -> _Line:
    if usual is not None and missing(line, "tax_rates") and not missing(line, "description"):
        line["tax_rates"] = usual
    return line


def _with_worth(line: _Line) -> _Line:
    """An amount out of quantity and price, where none is read; whether it holds the tax is yet to be seen."""
    if missing(line, SUBTOTAL) and missing(line, TOTAL) and (worth := _worth(line)) is not None:
        line[SUBTOTAL] = computed(worth, line, "quantity", "unit_price")
    return line


def _hold_tax(lines: Sequence[Row], fields: Row) -> bool:
    """Whether what was read as amounts before tax are amounts with it: they add up to the total, not the subtotal."""
    amounts = [amount(line, SUBTOTAL) for line in lines]
    known = [each for each in amounts if each is not None]
    subtotal, tax, total = (amount(fields, key) for key in (SUBTOTAL, TAX, TOTAL))
    if not known or len(known) < len(amounts) or total is None or not tax:
        return False
    if any(_is_read(line, TOTAL) or not rates(line) for line in lines):
        return False
    net = total - tax if subtotal is None else subtotal
    return near(added(known), total) and not near(added(known), net, len(known) + 1)


def _is_read(line: Row, key: str) -> bool:
    return not missing(line, key) and line[key].source != "computed"


def _as_gross(line: _Line) -> _Line:
    return {**line, TOTAL: line[SUBTOTAL], SUBTOTAL: ReadField()}


def _completed(line: _Line) -> _Line:
    share = rates(line)
    factor = 1 + added(share) / HUNDRED if share is not None else None
    if missing(line, SUBTOTAL):
        total = amount(line, TOTAL)
        if total is not None and factor is not None and factor > _LEAST_FACTOR:
            line[SUBTOTAL] = computed(total / factor, line, TOTAL, "tax_rates")
    subtotal = amount(line, SUBTOTAL)
    if missing(line, TOTAL) and subtotal is not None and factor is not None:
        line[TOTAL] = computed(subtotal * factor, line, SUBTOTAL, "tax_rates")
    if missing(line, "unit_price"):
        _take_price(line)
    return line


def _take_price(line: _Line) -> None:
    """The price of one out of the line's amount; never where a discount lies between them."""
    quantity, subtotal = amount(line, "quantity"), amount(line, SUBTOTAL)
    if not quantity or subtotal is None or not missing(line, "discount"):
        return
    price = subtotal / quantity
    exact = to_cents(price) if to_cents(to_cents(price) * quantity) == to_cents(subtotal) else price.quantize(_PLACES)
    field = computed(exact, line, SUBTOTAL, "quantity")
    line["unit_price"] = field.model_copy(update={"value": f"{exact:f}"})


def _worth(line: Row) -> Decimal | None:
    """Quantity times price, less the discount; None where quantity or price is not known, or the discount is none."""
    quantity, price, discount = (amount(line, key) for key in ("quantity", "unit_price", "discount"))
    if quantity is None or price is None or (discount is not None and not 0 <= discount <= HUNDRED):
        return None
    return quantity * price * (1 - (discount or 0) / HUNDRED)
