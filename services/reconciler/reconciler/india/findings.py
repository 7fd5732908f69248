"""What is odd about an invoice once the best way of reading it is chosen. Every oddity is a warning, none a refusal."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reconciler.india import anchors, gstin, rates
from reconciler.india.page import Line, Page
from reconciler.india.scale import percents, rupees, tax_of
from reconciler.india.settlement import REVERSE_CHARGE_UNMARKED, Trial
from reconciler.india.units import uqc
from shared.contracts.india.gst_v4 import V4Document, V4Item

_NUMBER = re.compile(r"[A-Za-z0-9/-]{1,16}")
"""An invoice number under rule 46: at most 16 letters, digits, hyphens and slashes."""
_HSN_DIGITS = frozenset((2, 4, 6, 8))
_ODD_TAX = 5
_ODD_ERROR = 100
_MUCH_ROUND_OFF = 50

_WEIGHTS = {
    "TOTAL_MISMATCH": 0.25,
    "LINE_INCOMPLETE": 0.2,
    "LINE_MISMATCH": 0.2,
    "NO_ITEMS": 0.3,
    "NO_ANCHORS": 0.15,
    "GST_TOTAL_CONTRADICTED": 0.15,
    "SUBTOTAL_CONTRADICTED": 0.15,
    "HSN_TABLE_CONTRADICTED": 0.1,
    "REVERSE_CHARGE_UNMARKED": 0.1,
    "GSTIN_CHECK_DIGIT": 0.03,
    "UNIT_UNKNOWN": 0.03,
    "INVOICE_NUMBER_FORM": 0.03,
    "REVERSE_CHARGE": 0.03,
    "AFTER_TAX_DISCOUNT": 0.03,
}
_OTHER_WEIGHT = 0.06
"""By how much confidence falls with a warning."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One warning; `line` is the index of the item that it is about."""

    code: str
    text: str
    line: int | None = None

    @property
    def weight(self) -> float:
        """By how much confidence falls."""
        return _WEIGHTS.get(self.code, _OTHER_WEIGHT)

    def __str__(self) -> str:
        where = "" if self.line is None else f"line {self.line + 1}: "
        return f"{self.code}: {where}{self.text}"


def findings(document: V4Document, page: Page, trials: Sequence[Trial]) -> list[Finding]:
    """All that is odd: the head, then the lines, then the totals."""
    return [
        *_of_head(document, page, trials[0]),
        *_of_lines(document, page, trials[0]),
        *_of_totals(page, trials[0]),
        *_of_choice(page, trials),
    ]


def _of_head(document: V4Document, page: Page, best: Trial) -> Iterator[Finding]:
    head = document.doc_level
    for who, number in (("supplier", head.supplier_gstin), ("buyer", head.buyer_gstin)):
        plain = gstin.normalized(number)
        fault = gstin.fault(plain) if plain else None
        if plain and fault == "CHECK_DIGIT":
            wanted = gstin.check_character(plain[:-1])
            yield Finding("GSTIN_CHECK_DIGIT", f"the {who}'s {plain} does not end as it should, in {wanted}")
        elif fault:
            yield Finding(f"GSTIN_{fault}", f"the {who}'s {plain} is no GSTIN")
    place = head.place_of_supply_state_code
    if place and gstin.state_code(place) is None:
        yield Finding("PLACE_OF_SUPPLY_UNKNOWN", f"{place!r} is no state of India")
    if page.split_odd:
        printed, wanted = ("IGST", "CGST and SGST") if page.igst else ("CGST and SGST", "IGST")
        yield Finding(
            "SPLIT_AGAINST_STATES", f"{printed} is printed where supplier and place of supply call for {wanted}"
        )
    if head.invoice_number and not _NUMBER.fullmatch(head.invoice_number):
        yield Finding("INVOICE_NUMBER_FORM", "the number is not up to 16 letters, digits, hyphens and slashes")
    if head.invoice_date and dt.date.fromisoformat(head.invoice_date) < rates.BEGIN:
        yield Finding("DATE_BEFORE_GST", f"the invoice is of {head.invoice_date}, GST began on {rates.BEGIN}")
    if page.reverse_charge:
        yield Finding("REVERSE_CHARGE", "the tax is the buyer's to pay, not the supplier's to collect")
    if REVERSE_CHARGE_UNMARKED in best.name.split("+"):
        text = "the printed total leaves the tax out, though nothing says that it is the buyer's to pay"
        yield Finding("REVERSE_CHARGE_UNMARKED", text)


def _of_lines(document: V4Document, page: Page, best: Trial) -> Iterator[Finding]:
    day = document.doc_level.invoice_date
    on = dt.date.fromisoformat(day) if day else None
    if not document.items:
        yield Finding("NO_ITEMS", "no line was read")
    for index, (item, line) in enumerate(zip(document.items, page.lines, strict=True)):
        for code, text in line.notes:
            yield Finding(code, text, index)
        yield from _of_form(item, line, index, on)
        yield from _of_figures(page, best, index)


def _of_form(item: V4Item, line: Line, index: int, on: dt.date | None) -> Iterator[Finding]:
    rate = percents(line.rate).normalize()
    if rate not in rates.RATES:
        yield Finding("RATE_NOT_A_SLAB", f"{rate:f} % is no rate of GST", index)
    elif on and not rates.in_force(rate, on, item.hsn, item.name):
        yield Finding("RATE_NOT_IN_FORCE", f"{rate:f} % was not in force on {on}", index)
    if not uqc(item.uom)[1]:
        yield Finding("UNIT_UNKNOWN", f"{item.uom!r} is no unit code", index)
    digits = "".join(filter(str.isdigit, item.hsn or ""))
    if item.hsn and len(digits) not in _HSN_DIGITS:
        yield Finding("HSN_FORM", f"{item.hsn!r} is no HSN or SAC code", index)


def _of_figures(page: Page, best: Trial, index: int) -> Iterator[Finding]:
    line, ex = page.lines[index], best.lines.ex[index]
    if ex is None:
        yield Finding("LINE_INCOMPLETE", "neither an amount nor quantity and rate were read; it counts as 0.00", index)
        return
    if line.amount and bool(line.qty) != bool(line.price):
        code = "PRICE_DERIVED" if line.qty else "QTY_DERIVED"
        yield Finding(code, "it was worked out from the other figures", index)
    if not best.lines.agreed[index]:
        text = f"quantity times rate does not make the amount {_money(line.amount)}; {_money(ex)} was taken without tax"
        yield Finding("LINE_MISMATCH", text, index)
    if line.tax is not None and not page.cuts:
        tax = tax_of(ex, line.rate, halves=not page.igst)
        if abs(tax - line.tax) > _ODD_TAX:
            text = f"its printed taxes are {_money(line.tax)}, computed are {_money(tax)}"
            yield Finding("LINE_TAX_MISMATCH", text, index)


def _of_totals(page: Page, best: Trial) -> Iterator[Finding]:
    sums = best.sums
    told = {
        anchors.SUBTOTAL: ("SUBTOTAL_CONTRADICTED", page.subtotal, sums.reduced + sums.taxable_charges),
        anchors.GST: ("GST_TOTAL_CONTRADICTED", page.gst_total, sums.gst + sums.cess),
        anchors.TCS: ("TCS_CONTRADICTED", page.tcs_amount, best.tcs),
    }
    for name, (code, printed, computed) in told.items():
        if name in best.contradicted:
            yield Finding(code, f"printed {_money(printed)}, computed {_money(computed)}")
    if anchors.TABLE in best.contradicted:
        value = sum(row.taxable or 0 for row in page.table)
        tax = sum(row.tax or 0 for row in page.table)
        wanted = f"{_money(sums.reduced + sums.taxable_charges)} and {_money(sums.gst)}"
        yield Finding(
            "HSN_TABLE_CONTRADICTED", f"it adds up to {_money(value)} and tax {_money(tax)}, computed {wanted}"
        )
    if best.error > _ODD_ERROR:
        yield Finding("TOTAL_MISMATCH", f"printed {_money(page.grand_total)}, computed {_money(best.grand_total)}")
    if page.grand_total is None and page.subtotal is None and page.gst_total is None and not page.table:
        yield Finding("NO_ANCHORS", "no printed total was read, so nothing bears the computed ones out")
    if best.reduced.after_tax:
        yield Finding("AFTER_TAX_DISCOUNT", f"{_money(best.reduced.after_tax)} were taken off after tax")
    if page.round_off and not best.round_off_printed:
        yield Finding("ROUND_OFF_CONTRADICTED", f"printed {_money(page.round_off)}, needed {_money(best.round_off)}")
    elif not best.round_off_printed and abs(best.round_off) > _MUCH_ROUND_OFF:
        yield Finding("ROUND_OFF_IMPLIED", f"{_money(best.round_off)} is needed, but no round-off is printed")


def _of_choice(page: Page, trials: Sequence[Trial]) -> Iterator[Finding]:
    """Where nothing printed tells two price modes apart, the literal one was taken."""
    best = trials[0]
    if all(line.stated for line in page.lines):
        return
    for other in trials[1:]:
        same = len(other.contradicted), other.error == best.error, other.distance == best.distance
        if same == (len(best.contradicted), True, True) and other.lines.price_mode != best.lines.price_mode:
            text = f"prices may as well be {other.lines.price_mode}: the total would be {_money(other.grand_total)}"
            yield Finding("PRICE_MODE_AMBIGUOUS", text)
            return


def _money(amount: int | None) -> str:
    return "nothing" if amount is None else format(rupees(amount), "f")


def confidence(told: float | None, found: Sequence[Finding]) -> float:
    """A confidence (0 to 1) lowered by each warning; where a reader told none, 0.9 before them."""
    start = Decimal(str(0.9 if told is None else told))
    lowered = start - sum((Decimal(str(each.weight)) for each in found), Decimal(0))
    return float(round(max(lowered, Decimal(0)), 2))
