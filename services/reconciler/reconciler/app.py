"""Wires the reconciler: its store, the events that it acts on and the calls that it answers."""

from datetime import timedelta

from reconciler.decisions import Decisions
from reconciler.erasure import erase_invoices
from reconciler.handlers import reconcile_document
from reconciler.reviews import ReviewDeps, list_invoices, review_invoice, tell_reviews
from reconciler.settings import ReconcilerSettings
from reconciler.store import InvoiceStore
from shared.bus import Operation, Subscription
from shared.contracts.documents import DocumentRecognized
from shared.contracts.erasure import ErasureRequested
from shared.contracts.reviews import ListInvoices, ReviewInvoice
from shared.service import Platform, Service


async def build(settings: ReconcilerSettings, platform: Platform) -> ReviewDeps:
    """Open the store and make its indexes."""
    kept = timedelta(days=settings.incomplete_days)
    database = platform.database("reconciler")
    invoices, decisions = InvoiceStore(database, incomplete_kept=kept), Decisions(database)
    await invoices.prepare()
    await decisions.prepare()
    return ReviewDeps(invoices=invoices, decisions=decisions, bus=platform.bus)


SERVICE = Service(
    name="reconciler",
    settings=ReconcilerSettings,
    build=build,
    subscriptions=(
        Subscription(DocumentRecognized, reconcile_document),
        Subscription(ErasureRequested, erase_invoices),
    ),
    operations=(Operation(ListInvoices, list_invoices), Operation(ReviewInvoice, review_invoice)),
    background=(tell_reviews,),
)
