"""An India reading is recorded once like any other, but is no invoice to review: it goes away by itself."""

from datetime import timedelta

from reconciler.decisions import Decisions
from reconciler.handlers import Deps, reconcile_document
from reconciler.store import InvoiceStore
from shared.contracts.documents import DocumentReconciled
from shared.contracts.india import INDIA_GST_V4, IndiaGstOutcome
from shared.contracts.reading import ReadField
from shared.contracts.reviews import ListInvoices
from shared.mongo import Database
from tests.support.readings import recognized


async def test_a_gst_invoice_is_recorded_once_and_never_waits_for_review(database: Database) -> None:
    invoices = InvoiceStore(database, incomplete_kept=timedelta(days=30))
    await invoices.prepare()
    deps = Deps(invoices=invoices)
    event = recognized()
    fields = {"printed_grand_total": ReadField(value="118.00", confidence=0.9, source="gemini")}
    reading = event.reading.model_copy(update={"schema_name": INDIA_GST_V4, "fields": fields, "items": ()})
    event = event.model_copy(update={"schema_name": INDIA_GST_V4, "reading": reading})
    (first,) = await reconcile_document(event, deps)
    (again,) = await reconcile_document(event, deps)
    assert first == again
    assert isinstance(first, DocumentReconciled)
    assert isinstance(first.outcome, IndiaGstOutcome)
    stored = await database["invoices"].find_one({"_id": event.request_id})
    assert stored is not None
    assert (stored["status"], "expires_at" in stored) == ("transient", True)
    records, _ = await Decisions(database).page(ListInvoices(request_id=None))
    assert records == []
