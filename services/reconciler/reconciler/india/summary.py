"""The printed tax summary: its rows, without the one that only adds up the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.india.rates import implied
from reconciler.india.scale import paise
from shared.contracts.india.gst_v4 import HsnRow

_SLACK = 5
"""Paise by which a printed sum of taxes may differ from that of the rows; with more rows, a paisa for each."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the printed tax summary."""

    hsn: str
    taxable: int | None
    tax: int | None


def rows_of(rows: Sequence[HsnRow]) -> tuple[TableRow, ...]:
    """The summary without the row that adds up the others."""
    read_rows = tuple(map(_row, rows))
    return read_rows[:-1] if len(read_rows) > 1 and _is_sum(read_rows[-1], read_rows[:-1]) else read_rows


def _is_sum(last: TableRow, others: Sequence[TableRow]) -> bool:
    """Whether a row without a code adds up the others: its value, and its tax unless that is no rate's, so misread."""
    if any(map(str.isdigit, last.hsn)) or last.taxable != sum(row.taxable or 0 for row in others):
        return False
    taxes = [row.tax for row in others if row.tax is not None]
    if last.tax is None or len(taxes) < len(others) or "total" in last.hsn.lower():
        return True
    if abs(last.tax - sum(taxes)) <= max(_SLACK, len(others)):
        return True
    return last.tax != 0 and implied(last.tax, last.taxable or 0) is None


def _row(row: HsnRow) -> TableRow:
    taxes = [value for each in (row.cgst, row.sgst, row.igst) if (value := paise(each)) is not None]
    taxable, total = paise(row.taxable), paise(row.total)
    tax = sum(taxes) if taxes else None
    if tax is None and taxable is not None and total is not None:
        # No tax is as large as its value: a smaller total is the tax, another holds the value.
        tax = total if abs(total) < abs(taxable) else total - taxable
    return TableRow((row.hsn or "").strip(), taxable, tax)
