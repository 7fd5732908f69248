"""The page: a document's printed figures as scaled integers, before anything is made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from reconciler.india import gstin
from reconciler.india.rates import RATES, implied, snapped
from reconciler.india.scale import KEPT_ALL, MICRO, WHOLE, half_up, micro, paise, part, percent, rupees, without_tax
from reconciler.india.summary import TableRow, rows_of
from shared.contracts.india.gst_v4 import Charge, Gst, HeaderDiscount, HsnRow, PriceMode, V4Document, V4Item
from shared.money import LARGEST_AMOUNT

_ALL = Decimal(100)
_REVERSE_CHARGE = ("9964", "9965", "9966", "9967", "9972", "9973", "9982", "9983", "9985", "0801", "2401", "5201")
"""Headings that hold supplies under reverse charge.

Notifications 13/2017 and 4/2017: carriage, rent, hiring, lawyers, directors, sponsors, guards; cashew, tobacco, cotton.
"""
_LOWEST_TCS = 750
_HIGHEST_CESS = 290 * WHOLE // 100
"""The ceiling that the law sets (on tobacco); above it a figure is rupees, as coal has them by the tonne."""
_CESS_SLACK = 5
"""Paise by which a printed cess may differ from what its rate makes."""
_LARGEST = int(LARGEST_AMOUNT) * 100


@dataclass(slots=True)
class Line:
    """One line's figures; None is what was not read. Rates are in 1/10000 percent, amounts in paise."""

    qty: int | None
    price: int | None
    """The printed unit price, in millionths of a rupee."""
    d1: int
    d2: int
    flat: int
    """Rupees off per unit, in millionths."""
    cut: int
    """Rupees off the line, where the paper gives the discount as an amount alone."""
    rate: int
    cess_rate: int
    cess: int
    """Cess that is given as an amount alone."""
    amount: int | None
    tax: int | None
    """The printed CGST, SGST and IGST together."""
    hint: int | None
    """A model's own value without tax: used where nothing else is there."""
    stated: PriceMode | None
    hsn: str
    notes: list[tuple[str, str]] = field(default_factory=list)
    cess_doubted: bool = False
    """Whether the rate and the amount of its cess differ, so that only one of them can stand."""

    @property
    def kept(self) -> int:
        """The share that both percents leave, of KEPT_ALL."""
        return (WHOLE - self.d1) * (WHOLE - self.d2)

    @property
    def discounted(self) -> bool:
        """Whether the line has a discount of its own."""
        return bool(self.d1 or self.d2 or self.flat or self.cut)


@dataclass(frozen=True, slots=True)
class Cut:
    """A discount on the invoice: `value` is a percent (ten-thousandths) or paise."""

    index: int
    is_percent: bool
    value: int


@dataclass(frozen=True, slots=True)
class Extra:
    """A charge as printed."""

    index: int
    ex: int | None
    inc: int | None
    tax: int | None
    rate: int | None
    taxable: bool | None


@dataclass(frozen=True, slots=True)
class Page:
    """All that the paper says in figures."""

    lines: Sequence[Line]
    cuts: Sequence[Cut]
    cuts_in_percent: Sequence[Cut]
    """The same with those that are not said to be rupees as percents, and fractions as percents; empty if no other."""
    cuts_after_tax: bool
    extras: Sequence[Extra]
    tcs_rate: int
    tcs_amount: int
    tcs_base: str | None
    round_off: int | None
    subtotal: int | None
    gst_total: int | None
    grand_total: int | None
    table: Sequence[TableRow]
    igst: bool
    """IGST instead of CGST and SGST."""
    split_odd: bool
    """The printed taxes are not those that the two states call for."""
    reverse_charge: bool
    may_be_reverse_charge: bool
    """All that is taxed is of a kind on which the buyer may owe the tax."""
    printed_tax: int | None
    """The printed GST total, or else what the tax summary or the lines' own taxes add up to."""

    @property
    def slack(self) -> int:
        """How far a printed total may be from the computed one: a paisa per line, at least 5, at most a rupee."""
        return min(max(len(self.lines), 5), 100)


def read(document: V4Document, *, cess_by_rate: bool = False) -> Page:
    """The figures of a document as a model read it; where a cess's amount and rate differ, one or the other stands."""
    printed = document.printed
    table = rows_of(printed.hsn_tax_table)
    inter, odd = _split(document)
    lines = _lines(document, table, cess_by_rate=cess_by_rate)
    cuts, in_percent = (_cuts(document.header_discounts, in_percent=each) for each in (False, True))
    return Page(
        lines=lines,
        cuts=cuts,
        cuts_in_percent=() if in_percent == cuts else in_percent,
        cuts_after_tax=any(row.after_tax for row in document.header_discounts),
        extras=_extras(document.charges),
        tcs_rate=_tcs_rate(document.tcs.rate),
        tcs_amount=paise(document.tcs.amount) or 0,
        tcs_base=document.tcs.base_used,
        round_off=paise(document.round_off),
        subtotal=paise(printed.taxable_subtotal),
        gst_total=paise(printed.gst_total),
        grand_total=paise(printed.grand_total),
        table=table,
        igst=inter,
        split_odd=odd,
        reverse_charge=bool(document.doc_level.reverse_charge),
        may_be_reverse_charge=document.doc_level.reverse_charge is None
        and all(line.hsn.startswith(_REVERSE_CHARGE) for line in lines if line.rate),
        printed_tax=_printed_tax(document, table, lines),
    )


def _printed_tax(document: V4Document, table: Sequence[TableRow], lines: Sequence[Line]) -> int | None:
    told = paise(document.printed.gst_total)
    if told is not None:
        return told
    taxes = [row.tax for row in table] or [line.tax for line in lines if not document.header_discounts]
    known = [tax for tax in taxes if tax is not None]
    return sum(known) if known and len(known) == len(taxes) else None


def _lines(document: V4Document, table: Sequence[TableRow], *, cess_by_rate: bool) -> tuple[Line, ...]:
    nameless = [row for row in table if not row.hsn]
    by_hsn = {row.hsn: row for row in table if row.hsn or len(nameless) == 1}
    general = _general_rate(document, table)
    lines = tuple(_line(item, by_hsn, general) for item in document.items)
    for line, item in zip(lines, document.items, strict=True):
        _set_cess(line, item.gst, by_rate=cess_by_rate, lowered=bool(document.header_discounts))
    return lines


def _set_cess(line: Line, gst: Gst, *, by_rate: bool, lowered: bool) -> None:
    """The line's cess: its rate, unless the amount beside it is another, as with so much a stick or a tonne.

    Where a discount on the invoice has lowered it since, a smaller amount is still its rate's.
    """
    told, rate, cess = percent(gst.cess_rate) or 0, _bounded(gst.cess_rate, _HIGHEST_CESS), abs(paise(gst.cess) or 0)
    made = [abs(part(value, rate)) for value in _cess_bases(line, rate)]
    agrees = any(abs(each - cess) <= _CESS_SLACK for each in made) or (lowered and cess <= max(made, default=0))
    line.cess_doubted = bool(told and cess and (made or not rate) and not (rate and agrees))
    if line.cess_doubted:
        taken = "rate" if rate and by_rate else "amount"
        text = f"its printed cess {rupees(cess):f} is not the {gst.cess_rate:f} % beside it; the {taken} was taken"
        line.notes.append(("LINE_TAX_MISMATCH", text))
    if rate and (by_rate or not line.cess_doubted):
        line.cess_rate = rate
    else:
        line.cess = paise(gst.cess) or 0


def _cess_bases(line: Line, rate: int) -> list[int]:
    """What the line's value without tax may be: its amount, or quantity times rate, each with tax in it or not."""
    values = [line.amount, line.hint]
    if line.qty is not None and line.price is not None:
        values.append(
            half_up((line.price * line.kept - line.flat * KEPT_ALL) * line.qty * 100, MICRO * MICRO * KEPT_ALL)
        )
    known = [value - each for value in values if value for each in {0, line.cut}]
    known += [half_up(value * line.kept, KEPT_ALL) for value in known]
    return known + [without_tax(value, line.rate + rate) for value in known]


def _line(item: V4Item, by_hsn: Mapping[str, TableRow], general: Decimal | None) -> Line:
    notes: list[tuple[str, str]] = []
    qty, price, amount = micro(item.qty), _price(item), paise(item.raw.amount_printed)
    if qty is not None and price is not None and abs(qty * price) > _LARGEST * MICRO * MICRO // 100:
        notes.append(("FIGURE_IMPLAUSIBLE", "quantity times rate is beyond any invoice; the rate was left out"))
        price = None
    d1, d2 = _discounts(item)
    flat = abs(micro(item.discount.flat_per_unit) or 0)
    cut = abs(paise(item.discount.amount) or 0) if not (d1 or d2 or flat) else 0
    gst = item.gst
    taxes = [value for each in (gst.cgst, gst.sgst, gst.igst) if (value := paise(each)) is not None]
    tax = sum(taxes) if taxes else paise(gst.amount)
    if qty is None and amount is None and price is not None and _hint(item) is None:
        notes.append(("QTY_DERIVED", "no quantity and no amount were read; 1 was taken"))
        qty = MICRO
    line = Line(
        qty=qty,
        price=price,
        d1=d1,
        d2=d2,
        flat=flat,
        cut=cut,
        rate=0,
        cess_rate=0,
        cess=0,
        amount=amount,
        tax=tax,
        hint=_hint(item),
        stated=_stated(item),
        hsn="".join(filter(str.isdigit, item.hsn or "")),
        notes=notes,
    )
    line.rate = percent(_rate(item, line, by_hsn, general)) or 0
    return line


def _price(item: V4Item) -> int | None:
    return micro(item.rate_ex_tax if item.raw.rate_printed is None else item.raw.rate_printed)


def _stated(item: V4Item) -> PriceMode | None:
    """The price mode as told; where it is not, as the two rates of the line tell it."""
    raw = item.raw
    if raw.price_mode_detected or raw.rate_printed is None or item.rate_ex_tax is None:
        return raw.price_mode_detected or ("WITHOUT_TAX" if raw.rate_printed is None and item.rate_ex_tax else None)
    return "WITH_TAX" if abs(item.rate_ex_tax) < abs(raw.rate_printed) * Decimal("0.998") else "WITHOUT_TAX"


def _discounts(item: V4Item) -> tuple[int, int]:
    discount, raw = item.discount, item.raw
    d1 = raw.discount_pct_printed if discount.d1_pct is None else discount.d1_pct
    d2 = raw.special_discount_pct_printed if discount.d2_pct is None else discount.d2_pct
    if d1 is None and d2 is None:
        d1 = discount.effective_pct
    return _bounded(d1), _bounded(d2)


def _bounded(value: Decimal | None, most: int = WHOLE) -> int:
    """A percent between 0 and 100, or the most there is; a minus before a discount says again that it is one."""
    scaled = abs(percent(value) or 0)
    return scaled if scaled <= most else 0


def _tcs_rate(value: Decimal | None) -> int:
    """The rate of TCS; below the lowest there ever was (0.075 %) it is a fraction."""
    rate = _bounded(value)
    return rate * 100 if rate < _LOWEST_TCS else rate


def _hint(item: V4Item) -> int | None:
    told = item.raw.amount_ex_tax_after_discount
    return paise(item.totals.line_ex_tax if told is None else told)


def _rate(item: V4Item, line: Line, by_hsn: Mapping[str, TableRow], general: Decimal | None) -> Decimal:
    """The line's rate: as told, unless it is no rate, or CGST's alone, and its own taxes show one."""
    shown = _shown_rate(line)
    if item.gst.rate is not None:
        told = snapped(item.gst.rate)
        if shown is not None and shown != told and (told not in RATES or shown == 2 * told):
            line.notes.append(("RATE_DERIVED", f"the rate reads {told:f} %, but its taxes are {shown:f} %"))
            return shown
        return told
    row = by_hsn.get(item.hsn or "")
    of_row = implied(row.tax, row.taxable) if row and row.tax and row.taxable else None
    found = next((rate for rate in (shown, of_row, general) if rate is not None), None)
    if found is None:
        line.notes.append(("RATE_UNKNOWN", "no GST rate was read; 0 % was taken"))
        return Decimal(0)
    line.notes.append(("RATE_DERIVED", f"no GST rate was read; {found:f} % follows from the printed taxes"))
    return found


def _shown_rate(line: Line) -> Decimal | None:
    """The slab that the line's taxes are of its amount, of that without the tax, or of quantity times rate."""
    if not line.tax:
        return None
    values = [line.amount, None if line.amount is None else line.amount - line.tax]
    if line.qty is not None and line.price is not None:
        values.append(half_up(line.qty * line.price * line.kept * 100, MICRO * MICRO * KEPT_ALL))
    values.append(line.hint)
    rates = (implied(line.tax, value) for value in values if value)
    return next((rate for rate in rates if rate is not None), None)


def _general_rate(document: V4Document, table: Sequence[TableRow]) -> Decimal | None:
    """The one rate that the tax summary, or else the totals, show for everything."""
    rates = {implied(row.tax, row.taxable) for row in table if row.tax and row.taxable}
    if rates:
        return rates.pop() if len(rates) == 1 else None
    printed = document.printed
    total, value, tax = paise(printed.grand_total), paise(printed.taxable_subtotal), paise(printed.gst_total)
    if total is not None:
        total -= (paise(document.round_off) or 0) + (paise(document.tcs.amount) or 0)
    if tax is None and total is not None and value is not None and not document.charges:
        tax = total - value
    if value is None and total is not None and tax is not None:
        value = total - tax
    return implied(tax, value) if tax and value else None


def _cuts(rows: Sequence[HeaderDiscount], *, in_percent: bool) -> tuple[Cut, ...]:
    ordered = sorted(enumerate(rows), key=lambda each: (each[0] if each[1].order is None else each[1].order, each[0]))
    return tuple(_cut(index, row, in_percent=in_percent) for index, row in ordered if row.value)


def _cut(index: int, row: HeaderDiscount, *, in_percent: bool) -> Cut:
    value = abs(row.value or Decimal(0))
    by_label = row.type is None and (in_percent or "%" in (row.label or ""))
    if in_percent and row.type == "PERCENT" and value < 1:
        value *= 100
    if (row.type == "PERCENT" or by_label) and value <= _ALL:
        return Cut(index, is_percent=True, value=percent(value) or 0)
    return Cut(index, is_percent=False, value=paise(value) or 0)


def _extras(rows: Sequence[Charge]) -> tuple[Extra, ...]:
    return tuple(
        Extra(
            index,
            paise(row.ex_tax),
            paise(row.inc_tax),
            paise(row.gst_amount),
            None if row.gst_rate_hint is None else percent(snapped(row.gst_rate_hint)),
            row.taxable,
        )
        for index, row in enumerate(rows)
    )


def _split(document: V4Document) -> tuple[bool, bool]:
    """Whether IGST applies, and whether the print says otherwise than the states do; the print has the last word."""
    head = document.doc_level
    supplier = gstin.state_of(gstin.normalized(head.supplier_gstin))
    place = gstin.place_of(gstin.state_code(head.place_of_supply_state_code))
    place = place or gstin.state_of(gstin.normalized(head.buyer_gstin)) or supplier
    by_states = None if supplier is None or place is None else supplier != place
    taxes: list[Gst | HsnRow] = [*(item.gst for item in document.items), *document.printed.hsn_tax_table]
    has_igst = any(row.igst for row in taxes)
    has_halves = any(row.cgst or row.sgst for row in taxes)
    if has_igst == has_halves:
        return bool(by_states), False
    return has_igst, by_states is not None and by_states != has_igst
