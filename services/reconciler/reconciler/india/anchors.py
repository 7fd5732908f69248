"""Printed totals as evidence: which of them a way of reading the page contradicts, and how far it is from them.

They are weighed, never copied: a subtotal may stand before or after the discounts and with or without charges, a tax
summary may hold the charges or not, and any of them may be misread or misprinted.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.india.page import Page

SUBTOTAL = "taxable_subtotal"
GST = "gst_total"
TABLE = "hsn_tax_table"
TOTAL = "grand_total"
TCS = "tcs"
COLUMNS = "line_columns"


@dataclass(frozen=True, slots=True)
class Sums:
    """Computed sums, in paise."""

    items: int
    reduced: int
    """Items after discounts before tax."""
    taxable_charges: int
    charges: int
    item_tax: int
    gst: int
    """Of items and charges, without cess."""
    cess: int


def nearest(printed: int, computed: Iterable[int]) -> int:
    """How far a printed figure is from the one of its meanings that comes nearest."""
    return min(abs(printed - each) for each in computed)


def subtotal_meanings(sums: Sums) -> set[int]:
    """What the printed subtotal may be."""
    return {base + more for base in (sums.items, sums.reduced) for more in (0, sums.taxable_charges, sums.charges)}


def gst_meanings(sums: Sums, page: Page) -> set[int]:
    """What the printed GST total may be: with or without cess, or nothing where the buyer owes it."""
    return {sums.gst, sums.gst + sums.cess} | ({0} if page.reverse_charge else set())


def contradictions(page: Page, sums: Sums) -> tuple[list[str], int]:
    """The anchors beside the grand total that disagree by more than rounding, and the distance from all, in paise."""
    found: list[str] = []
    distance = 0
    measured: list[tuple[str, int]] = []
    if page.subtotal is not None:
        measured.append((SUBTOTAL, nearest(page.subtotal, subtotal_meanings(sums))))
    if page.gst_total is not None:
        measured.append((GST, nearest(page.gst_total, gst_meanings(sums, page))))
    measured.append((TABLE, _from_table(page, sums)))
    for name, off in measured:
        distance += off
        if off > page.slack:
            found.append(name)
    return found, distance


def _from_table(page: Page, sums: Sums) -> int:
    """How far the tax summary is off, its values and its taxes each under the meaning that fits best."""
    off = 0
    values = [row.taxable for row in page.table if row.taxable is not None]
    if values and len(values) == len(page.table):
        off += nearest(sum(values), subtotal_meanings(sums))
    taxes = [row.tax for row in page.table if row.tax is not None]
    if taxes and len(taxes) == len(page.table):
        off += nearest(sum(taxes), {*gst_meanings(sums, page), sums.item_tax})
    return off
