"""Wires the reconciler: its store and the event that it acts on."""

from datetime import timedelta

from reconciler.handlers import Deps, reconcile_document
from reconciler.settings import ReconcilerSettings
from reconciler.store import InvoiceStore
from shared.bus import Subscription
from shared.contracts.documents import DocumentRecognized
from shared.service import Platform, Service


async def build(settings: ReconcilerSettings, platform: Platform) -> Deps:
    """Open the store and make its indexes."""
    kept = timedelta(days=settings.incomplete_days)
    invoices = InvoiceStore(platform.database("reconciler"), incomplete_kept=kept)
    await invoices.prepare()
    return Deps(invoices=invoices)


SERVICE = Service(
    name="reconciler",
    settings=ReconcilerSettings,
    build=build,
    subscriptions=(Subscription(DocumentRecognized, reconcile_document),),
)
