"""Subtotal, tax and total of an invoice: one that is not read follows from the others. Pure."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from reconciler.odoo.figures import HUNDRED, Row, added, amount, computed, missing, near, rates
from shared.contracts.faults import SUBTOTAL_MISMATCH, TOTAL_MISMATCH
from shared.contracts.reading import ReadField

SUBTOTAL, TAX, TOTAL = "subtotal", "total_tax_amount", "total"
_HIGHEST_TAX = Decimal(1)
"""Of the subtotal; a larger difference is no tax, but a sum that was read wrongly."""


def complete(fields: Row, items: Sequence[Row], taxes: Sequence[Row]) -> dict[str, ReadField]:
    """The header with the sums that follow from what was read: from one another, from the table of taxes, the lines.

    Nothing is computed from figures that do not agree with what is printed.
    """
    result = dict(fields)
    if missing(result, TAX) and not missing(result, TOTAL):
        _take_tax_table(result, taxes)
    _take_third(result)
    if missing(result, SUBTOTAL) and missing(result, TAX) and not missing(result, TOTAL):
        _take_lines(result, items)
    return result


def doubts(fields: Row, items: Sequence[Row], taxes: Sequence[Row]) -> Iterator[str]:
    """Codes of sums that do not hold. A credit note's amounts may be printed with a sign or without."""
    subtotal, tax, total = (amount(fields, key) for key in (SUBTOTAL, TAX, TOTAL))
    if subtotal is not None and tax is not None and total is not None:
        roundings = max(1, len(taxes)) + 1
        makes_total = {subtotal + tax, abs(subtotal) + abs(tax)}
        if not any(near(abs(each), abs(total), roundings) for each in makes_total):
            yield TOTAL_MISMATCH
    known = [each for item in items if (each := amount(item, SUBTOTAL)) is not None]
    comparable = subtotal is not None and known and len(known) == len(items)
    if comparable and not near(abs(added(known)), abs(subtotal or Decimal(0)), len(known) + 1):
        yield SUBTOTAL_MISMATCH


def _take_tax_table(fields: dict[str, ReadField], taxes: Sequence[Row]) -> None:
    """The tax as the table's sum, where it makes the total with the subtotal, or with the table's own bases."""
    amounts, bases = [amount(row, "amount") for row in taxes], [amount(row, "base") for row in taxes]
    total, subtotal = amount(fields, TOTAL), amount(fields, SUBTOTAL)
    known = [each for each in amounts if each is not None]
    if total is None or not known or len(known) < len(amounts):
        return
    tax = added(known)
    base = added(each for each in bases if each is not None) if None not in bases else None
    net = base if subtotal is None else subtotal
    if net is not None and near(net + tax, total, len(known) + 1):
        fields[TAX] = computed(tax, {str(place): row["amount"] for place, row in enumerate(taxes)}, *_places(taxes))


def _places(rows: Sequence[Row]) -> Iterator[str]:
    return (str(place) for place in range(len(rows)))


def _take_third(fields: dict[str, ReadField]) -> None:
    """One of the three out of the other two."""
    subtotal, tax, total = (amount(fields, key) for key in (SUBTOTAL, TAX, TOTAL))
    if missing(fields, TOTAL) and subtotal is not None and tax is not None:
        fields[TOTAL] = computed(subtotal + tax, fields, SUBTOTAL, TAX)
    elif missing(fields, SUBTOTAL) and tax is not None and total is not None and _is_tax(tax, total - tax):
        fields[SUBTOTAL] = computed(total - tax, fields, TAX, TOTAL)
    elif missing(fields, TAX) and subtotal is not None and total is not None and _is_tax(total - subtotal, subtotal):
        fields[TAX] = computed(total - subtotal, fields, SUBTOTAL, TOTAL)


def _is_tax(tax: Decimal, subtotal: Decimal) -> bool:
    """A tax has its subtotal's sign, and is not more than it."""
    return tax == 0 or (tax * subtotal > 0 and abs(tax) <= abs(subtotal) * _HIGHEST_TAX)


def _take_lines(fields: dict[str, ReadField], items: Sequence[Row]) -> None:
    """Subtotal and tax out of the lines, where they make the printed total."""
    total = amount(fields, TOTAL)
    nets = [amount(item, SUBTOTAL) for item in items]
    known = [net for net in nets if net is not None]
    if total is None or not known or len(known) < len(nets):
        return
    shares = [rates(item) or () for item in items]
    tax = added(net * added(share) / HUNDRED for net, share in zip(known, shares, strict=True))
    if near(added(known) + tax, total, len(known) + 1):
        fields[SUBTOTAL] = computed(added(known), fields, TOTAL)
        fields[TAX] = computed(total - added(known), fields, TOTAL)
