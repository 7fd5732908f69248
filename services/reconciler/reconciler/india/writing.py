"""The reconciled document: every computed figure in its place, beside what was printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import starmap

from reconciler.india import gstin
from reconciler.india.discounts import IN_PERCENT
from reconciler.india.findings import Finding, confidence
from reconciler.india.page import Line, Page
from reconciler.india.scale import (
    KEPT_ALL,
    MICRO,
    WHOLE,
    half_up,
    part,
    percents,
    rupees,
    tax_of,
)
from reconciler.india.settlement import Trial
from reconciler.india.units import uqc
from shared.contracts.india.gst_v4 import (
    Alternate,
    Charge,
    Discount,
    DocLevel,
    Gst,
    HeaderDiscount,
    HintRow,
    LineTotals,
    PriceMode,
    Tcs,
    UiHints,
    V4Document,
    V4Item,
    V4Reconciliation,
    V4Totals,
)

_CRORE_GROUPS = 2
_LAST_GROUP = 3


@dataclass(frozen=True, slots=True)
class _Figures:
    """One line's computed figures, in paise; the price in paise, exact or rounded."""

    qty: Decimal | None
    price: Decimal | None
    gross: int | None
    ex: int
    tax: int
    cess: int


@dataclass(frozen=True, slots=True)
class _Context:
    page: Page
    best: Trial
    found: Mapping[int, Sequence[Finding]]
    money: "_Currency"


def write(document: V4Document, page: Page, trials: Sequence[Trial], found: Sequence[Finding]) -> V4Document:
    """The document with the chosen strategy's figures. What was printed stays as it was read."""
    best = trials[0]
    by_line: dict[int, list[Finding]] = {}
    for finding in found:
        if finding.line is not None:
            by_line.setdefault(finding.line, []).append(finding)
    context = _Context(page, best, by_line, _Currency(document.doc_level.currency))
    items = tuple(_item(item, context, index) for index, item in enumerate(document.items))
    overall = document.meta.overall_confidence
    if overall is None:
        told = [item.confidence for item in document.items if item.confidence is not None]
        overall = sum(told) / len(told) if told else None
    return V4Document(
        doc_level=_head(document.doc_level),
        items=items,
        header_discounts=tuple(
            _header_discount(row, place, best, page) for place, row in enumerate(document.header_discounts, 1)
        ),
        charges=_charges(document.charges, best, page),
        tcs=Tcs(rate=percents(page.tcs_rate), amount=rupees(best.tcs), base_used=best.tcs_base),
        round_off=rupees(best.round_off),
        totals=_totals(best),
        printed=document.printed,
        reconciliation=V4Reconciliation(
            error_absolute=rupees(best.error),
            alternates_considered=tuple(starmap(_alternate, enumerate(trials))) if len(trials) > 1 else (),
            warnings=tuple(map(str, found)),
        ),
        meta=document.meta.model_copy(update={"overall_confidence": confidence(overall, found)}),
    )


def _head(head: DocLevel) -> DocLevel:
    place = head.place_of_supply_state_code
    return head.model_copy(
        update={
            "supplier_gstin": gstin.normalized(head.supplier_gstin),
            "buyer_gstin": gstin.normalized(head.buyer_gstin),
            "place_of_supply_state_code": gstin.state_code(place) or place,
        }
    )


def _item(item: V4Item, context: "_Context", index: int) -> V4Item:
    page, best, found = context.page, context.best, context.found.get(index, ())
    line, ex, mode = page.lines[index], best.lines.ex[index], best.lines.modes[index]
    raw = item.raw.model_copy(update={"price_mode_detected": mode, "amount_ex_tax_after_discount": None})
    raw = raw.model_copy(update=_printed_discounts(item))
    update: dict[str, object] = {"uom": uqc(item.uom)[0], "raw": raw, "confidence": confidence(item.confidence, found)}
    if ex is None:
        blank = {
            "rate_ex_tax": None,
            "totals": LineTotals(),
            "gst": Gst(rate=percents(line.rate)),
            "ui_hints": UiHints(),
        }
        return item.model_copy(update=update | blank | {"discount": _discount(item, line, None)})
    figures = _figures(line, page, ex, mode)
    discount = _discount(item, line, figures)
    update |= {
        "qty": figures.qty if item.qty is None or (not item.qty and figures.qty) else item.qty,
        "rate_ex_tax": figures.price,
        "discount": discount,
        "gst": _gst(line, figures, igst=page.igst),
        "totals": LineTotals(line_ex_tax=rupees(ex), line_inc_tax=rupees(ex + figures.tax + figures.cess)),
        "ui_hints": _ui_hints(line, figures, discount, context.money),
    }
    return item.model_copy(update=update)


def _printed_discounts(item: V4Item) -> dict[str, object]:
    raw, discount = item.raw, item.discount
    return {
        "discount_pct_printed": discount.d1_pct if raw.discount_pct_printed is None else raw.discount_pct_printed,
        "special_discount_pct_printed": discount.d2_pct
        if raw.special_discount_pct_printed is None
        else raw.special_discount_pct_printed,
    }


def _figures(line: Line, page: Page, ex: int, mode: PriceMode) -> _Figures:
    whole = WHOLE + line.rate + line.cess_rate
    qty, unit = line.qty, None
    if line.price is not None and (line.price or not line.amount):
        unit = line.price if mode == "WITHOUT_TAX" else half_up(line.price * WHOLE, whole)
    if unit and not qty:
        per_unit = unit * line.kept - line.flat * KEPT_ALL
        qty = half_up(ex * KEPT_ALL * MICRO * MICRO // 100, per_unit) if per_unit > 0 else None
        qty = None if qty is None else half_up(qty, 1000) * 1000
    if unit is None and qty and line.kept:
        sign = 1 if qty > 0 else -1
        unit = half_up(sign * (ex + line.cut) * KEPT_ALL * MICRO * MICRO // 100, sign * qty * line.kept) + line.flat
    gross = None if qty is None or unit is None else half_up(qty * unit * 100, MICRO * MICRO)
    return _Figures(
        qty=None if qty is None else _plain(Decimal(qty).scaleb(-6)),
        price=None if unit is None else _price(unit, exact=mode == "WITHOUT_TAX" and line.price is not None),
        gross=gross,
        ex=ex,
        tax=tax_of(ex, line.rate, halves=not page.igst),
        cess=part(ex, line.cess_rate) + line.cess,
    )


def _price(unit: int, *, exact: bool) -> Decimal:
    """Two decimals; four where the paper prints more than two."""
    return Decimal(half_up(unit, 100)).scaleb(-4) if exact and unit % 10_000 else rupees(half_up(unit, 10_000))


def _plain(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _discount(item: V4Item, line: Line, figures: _Figures | None) -> Discount:
    told = item.discount
    amount = None
    effective = half_up((KEPT_ALL - line.kept) * WHOLE, KEPT_ALL)
    if figures is not None:
        gross = figures.gross
        off = 0 if gross is None else gross - figures.ex
        amount = off if line.discounted or abs(off) > _rounding(line) else 0
        if line.cut and gross:
            effective = half_up(abs(amount) * WHOLE, abs(gross))
    by_percent = told.d1_pct is not None or item.raw.discount_pct_printed is not None
    return Discount(
        d1_pct=percents(line.d1) if by_percent or line.d1 else None,
        d2_pct=percents(line.d2) if told.d2_pct is not None or line.d2 else None,
        flat_per_unit=told.flat_per_unit,
        effective_pct=percents(half_up(effective, 100) * 100),
        amount=None if amount is None else rupees(amount),
    )


def _rounding(line: Line) -> int:
    """Paise that a price rounded to paise may make of this quantity."""
    return 1 + abs(line.qty or 0) // (2 * MICRO)


def _gst(line: Line, figures: _Figures, *, igst: bool) -> Gst:
    half = 0 if igst else figures.tax // 2
    has_cess = bool(line.cess_rate or line.cess)
    return Gst(
        rate=percents(line.rate),
        cgst=rupees(half),
        sgst=rupees(half),
        igst=rupees(figures.tax if igst else 0),
        amount=rupees(figures.tax),
        cess_rate=percents(line.cess_rate) if line.cess_rate else None,
        cess=rupees(figures.cess) if has_cess else None,
    )


def _ui_hints(line: Line, figures: _Figures, discount: Discount, money: "_Currency") -> UiHints:
    rate = percents(line.rate)
    label = f"GST @{_plain(rate):f}%"
    off = None
    if discount.amount:
        off = HintRow(label="Discount", percent=discount.effective_pct, amount=discount.amount)
    known = figures.qty is not None and figures.price is not None
    return UiHints(
        qty_x_rate_text=f"{figures.qty:f} × {money.text(figures.price or Decimal(0))}" if known else None,
        discount_row=off,
        tax_row=HintRow(label=label, percent=rate, amount=rupees(figures.tax)),
    )


def _header_discount(row: HeaderDiscount, place: int, best: Trial, page: Page) -> HeaderDiscount:
    cuts = page.cuts_in_percent if IN_PERCENT in best.name.split("+") else page.cuts
    cut = next((each for each in cuts if each.index == place - 1), None)
    kind, value = row.type or "ABSOLUTE", row.value
    if cut is not None and cut.is_percent:
        kind, value = "PERCENT", percents(cut.value)
    after = True if best.reduced.after_tax and row.value else None
    order = place if row.order is None else row.order
    return row.model_copy(update={"type": kind, "value": value, "order": order, "after_tax": after})


def _charges(rows: Sequence[Charge], best: Trial, page: Page) -> tuple[Charge, ...]:
    settled = {charge.index: charge for charge in best.charged.charges}
    shown = list(rows)
    for index, charge in settled.items():
        hint = page.extras[index].rate
        shown[index] = rows[index].model_copy(
            update={
                "ex_tax": rupees(charge.ex),
                "gst_rate_hint": percents(charge.rate.rounded if hint is None or not charge.taxable else hint),
                "gst_amount": rupees(charge.tax),
                "inc_tax": rupees(charge.ex + charge.tax),
                "taxable": charge.taxable,
            }
        )
    return tuple(shown)


def _totals(best: Trial) -> V4Totals:
    sums = best.sums
    return V4Totals(
        items_ex_tax=rupees(sums.items),
        header_discounts_ex_tax=rupees(best.reduced.before_tax),
        charges_ex_tax=rupees(sums.charges),
        taxable_ex_tax=rupees(sums.reduced + sums.taxable_charges),
        gst_total=rupees(sums.gst + sums.cess),
        cess_total=rupees(sums.cess) if sums.cess else None,
        discounts_after_tax=rupees(best.reduced.after_tax) if best.reduced.after_tax else None,
        grand_total=rupees(best.grand_total),
    )


def _alternate(place: int, trial: Trial) -> Alternate:
    return Alternate(
        name=trial.name,
        price_mode=trial.lines.price_mode,
        grand_total=rupees(trial.grand_total),
        round_off=rupees(trial.round_off),
        error_absolute=rupees(trial.error),
        score=_points(trial),
        selected=place == 0,
    )


def _points(trial: Trial) -> Decimal:
    """The score as one number in the same order, as far as one number can tell: lower is better."""
    contradicted, much, error, distance, unprinted, departures, _ = trial.score
    whole = 1_000_000 * contradicted + 500_000 * much + min(error, 499_999)
    fine = 10_000 * min(distance, 9_999) + 10 * unprinted + min(departures, 9)
    return (Decimal(whole) + Decimal(fine).scaleb(-8)).normalize() + Decimal(0)


class _Currency:
    """Amounts as India writes them: `₹1,00,000.00`."""

    def __init__(self, code: str | None) -> None:
        self._sign = "₹" if (code or "INR").upper() in {"INR", "RS", "₹"} else f"{code} "

    def text(self, amount: Decimal) -> str:
        """The amount with its sign, grouped by lakh and crore."""
        whole, _, decimals = f"{abs(amount):f}".partition(".")
        last, rest = whole[-_LAST_GROUP:], whole[:-_LAST_GROUP]
        groups = [last]
        while rest:
            groups.insert(0, rest[-_CRORE_GROUPS:])
            rest = rest[:-_CRORE_GROUPS]
        return f"{'-' if amount < 0 else ''}{self._sign}{','.join(groups)}.{(decimals or '00').ljust(2, '0')}"
