"""The reasoning in words that a bookkeeper understands: which reading was chosen, what disagreed, and by how much."""

from collections.abc import Iterator
from decimal import Decimal

from reconciler.india import anchors
from reconciler.india.discounts import IN_PERCENT
from reconciler.india.engine import Reconciled
from reconciler.india.scale import rupees
from reconciler.india.settlement import REVERSE_CHARGE_UNMARKED, Trial
from shared.contracts.india.gst_v4 import V4Document
from shared.contracts.india.legacy import LegacyDocument

_WORDS = {
    "as_is": "the page as it stands",
    "from_printed_without_tax": "printed prices are without tax",
    "from_printed_with_tax": "printed prices include tax",
    "from_printed_per_line": "prices include tax on some lines and not on others",
    "amount_net": "the Amount column is without tax, after discounts",
    "amount_gross": "the Amount column is before discounts",
    "amount_inclusive": "the Amount column includes tax",
    "trust_amounts": "where the Amount column and quantity times rate differ, the column is right",
    "trust_rates": "where the Amount column and quantity times rate differ, quantity times rate is right",
    "trust_by_line": "where they differ, each line as the printed subtotal bears out",
    IN_PERCENT: "the invoice discount is a percent",
    "discount_after_tax": "the invoice discount does not lower the tax",
    "discount_fitted_to_tax": "the invoice discount lies on the rates that the printed tax shows",
    "charges_inclusive": "the charges include their tax",
    "charges_untaxed": "the charges bear no tax",
    "tax_per_rate": "tax is rounded on each rate's total, not line by line",
    "tax_per_hsn": "tax is rounded on each HSN code's total, as the tax summary has it",
    REVERSE_CHARGE_UNMARKED: "the tax is the buyer's to pay, though no mark says so",
    "reverse_charge_included": "the total includes the tax that the buyer owes",
    "tcs_on_taxable_ex_tax": "TCS is taken of the taxable value",
    "tcs_on_grand_total_before_tcs": "TCS is taken of the total with tax",
}
_ANCHORS = {
    anchors.SUBTOTAL: "the printed taxable subtotal",
    anchors.GST: "the printed GST total",
    anchors.TABLE: "the printed tax summary",
    anchors.TOTAL: "the printed total",
    anchors.TCS: "the printed TCS",
    anchors.COLUMNS: "the lines' own columns",
}
_SHOWN = 3
"""Other readings that are told in words; all of them are in the document."""

DISAGREEMENTS = frozenset(
    (
        "TOTAL_MISMATCH",
        "SUBTOTAL_CONTRADICTED",
        "GST_TOTAL_CONTRADICTED",
        "HSN_TABLE_CONTRADICTED",
        "TCS_CONTRADICTED",
        "ROUND_OFF_CONTRADICTED",
        "LINE_MISMATCH",
        "LINE_TAX_MISMATCH",
        "LINE_INCOMPLETE",
        "NO_ITEMS",
    )
)
"""Warnings that say that figures do not agree; the others are about form, law, or what had to be worked out."""


def disagrees(result: Reconciled) -> bool:
    """Whether any printed figure does not agree with the others."""
    return any(finding.code in DISAGREEMENTS for finding in result.findings)


def explain(result: Reconciled) -> str:
    """The reasoning on one v4 invoice."""
    return "\n".join(_lines(result))


def explain_legacy(document: LegacyDocument) -> str:
    """The reasoning on one legacy invoice."""
    voucher, told = document.voucher, document.voucher.reconciliation
    when = "after" if told.method.discount_mode == "after_tax" else "before"
    charges = "include" if told.method.charges_inclusive else "do not include"
    printed = voucher.total_invoice_amount or "nothing"
    end = f", off by {told.difference}" if told.status == "unmatched" and told.difference else ""
    items = f"Items {told.items_taxable_total} and tax {told.items_tax_total}"
    extra = f"charges {told.charges_taxable_total} and tax {told.charges_tax_total}"
    return "\n".join(
        (
            f"Invoice {voucher.invoice_number or 'without a number'} of {voucher.invoice_date or 'no date'}",
            f"  Read as: discount {when} tax; charges {charges} their tax.",
            f"  {items}; {extra}.",
            f"  Total {told.computed_grand_total}, printed {printed}: {told.status}{end}.",
        )
    )


def _lines(result: Reconciled) -> Iterator[str]:
    document, best, others = result.document, result.trials[0], result.trials[1:]
    head = document.doc_level
    by = f", {head.supplier_name}" if head.supplier_name else ""
    yield f"Invoice {head.invoice_number or 'without a number'} of {head.invoice_date or 'no date'}{by}"
    yield f"  Read as: {_in_words(best)}."
    yield f"  {_sum_up(document, best)}"
    yield f"  {_against_print(result, best)}"
    if others:
        yield f"  Also tried: {len(others)}, the best of them:"
        for other in others[:_SHOWN]:
            yield f"    - {_in_words(other)}: total {rupees(other.grand_total):,}; {_why_not(result, other)}"
    if result.findings:
        yield "  To look at:"
        for finding in result.findings:
            yield f"    - {finding}"
    yield f"  Confidence {document.meta.overall_confidence:.2f}{_verdict(document)}"


def _in_words(trial: Trial) -> str:
    return "; ".join(_WORDS.get(part, part) for part in trial.name.split("+"))


def _sum_up(document: V4Document, best: Trial) -> str:
    totals = document.totals
    steps = [("items", totals.items_ex_tax)]
    steps += [("less discounts", totals.header_discounts_ex_tax)] if totals.header_discounts_ex_tax else []
    steps += [("charges", totals.charges_ex_tax)] if document.charges else []
    steps += [("GST", totals.gst_total)]
    steps += [("TCS", document.tcs.amount)] if document.tcs.amount else []
    steps += [("less discount after tax", totals.discounts_after_tax)] if best.reduced.after_tax else []
    steps += [("round-off", document.round_off)] if document.round_off else []
    told = ", ".join(f"{label} {amount or Decimal(0):,}" for label, amount in steps)
    return f"Computed: {told}; total {totals.grand_total or Decimal(0):,}."


def _against_print(result: Reconciled, best: Trial) -> str:
    if result.page.grand_total is None:
        return "No total is printed."
    printed = f"Printed total {rupees(result.page.grand_total):,}"
    return f"{printed}: agrees." if not best.error else f"{printed}: off by {rupees(best.error):,}."


def _why_not(result: Reconciled, other: Trial) -> str:
    against = [_ANCHORS[name] for name in other.contradicted]
    if against:
        return f"contradicts {' and '.join(against)}"
    if result.page.grand_total is not None and other.error:
        return f"off by {rupees(other.error):,}"
    return "agrees less closely, or departs further from the page"


def _verdict(document: V4Document) -> str:
    return ": a person should look at it." if (document.meta.overall_confidence or 0) < _MANUAL else "."


_MANUAL = 0.7
"""Below it an invoice goes to manual review."""
