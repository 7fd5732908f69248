"""A GST invoice as a model read it in, the same invoice with figures that are checked out."""

from dataclasses import dataclass

from reconciler.india import page as pages
from reconciler.india.choice import Choice, choose
from reconciler.india.findings import Finding, findings
from reconciler.india.settlement import Trial
from reconciler.india.writing import write
from shared.contracts.india.gst_v4 import V4Document


@dataclass(frozen=True)
class Reconciled:
    """The reconciled document, the strategies that were tried (best first), and what is odd."""

    document: V4Document
    trials: tuple[Trial, ...]
    literal: Trial
    findings: tuple[Finding, ...]
    page: pages.Page


def reconcile(document: V4Document) -> Reconciled:
    """Work out every figure of the invoice under the strategy that fits the printed ones best.

    Nothing printed is copied into a computed figure, and nothing is refused: what does not fit is a warning.
    """
    page, choice = _chosen(document)
    found = findings(document, page, choice.trials)
    written = write(document, page, choice.trials, found)
    return Reconciled(written, choice.trials, choice.literal, tuple(found), page)


def _chosen(document: V4Document) -> tuple[pages.Page, Choice]:
    """The page and its choice: a cess's rate instead of its amount only where the printed total bears that out."""
    page = pages.read(document)
    choice = choose(page)
    if choice.best.error > page.slack and any(line.cess_doubted and line.cess for line in page.lines):
        other = pages.read(document, cess_by_rate=True)
        other_choice = choose(other)
        if other_choice.best.error <= other.slack:
            return other, other_choice
    return page, choice
