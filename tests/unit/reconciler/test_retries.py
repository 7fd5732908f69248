"""A retry that makes an invoice whole is stored like an upload, once; one that does not is no invoice."""

from datetime import timedelta

import pytest
import pytest_asyncio

from reconciler.handlers import Deps, reconcile_document
from reconciler.store import InvoiceStore
from shared.contracts.documents import DocumentRecognized, DocumentReconciled
from shared.contracts.lumis import ExtractedData, LumisOutcome, Retry
from shared.errors import Rejected
from shared.mongo import Database
from tests.support.readings import recognized

KNOWN = ExtractedData(ruc="155751938-2-2024", dv="66", invoice_number="001-002-123456")


@pytest_asyncio.fixture
async def deps(database: Database) -> Deps:
    invoices = InvoiceStore(database, incomplete_kept=timedelta(days=30))
    await invoices.prepare()
    return Deps(invoices=invoices)


def retried(
    request_id: str, total: str | None = "125.50", previous: ExtractedData | None = KNOWN
) -> DocumentRecognized:
    read = recognized({"ruc": None, "dv": None, "invoice_number": None, "total": total}, request_id=request_id)
    return read.model_copy(update={"retry": Retry(searched=("total", "products"), previous=previous)})


async def reconciled(event: DocumentRecognized, deps: Deps) -> DocumentReconciled:
    (answer,) = await reconcile_document(event, deps)
    assert isinstance(answer, DocumentReconciled)
    return answer


async def test_a_whole_merge_waits_for_review_and_a_repeat_changes_nothing(deps: Deps, database: Database) -> None:
    first = await reconciled(retried("r-1"), deps)
    assert await reconciled(retried("r-1"), deps) == first
    stored = await database["invoices"].find_one({"_id": "r-1"})
    assert stored is not None
    assert (stored["status"], stored["invoice_id"]) == ("pending_validation", first.outcome.invoice_id)
    assert await database["invoices"].count_documents({}) == 1


async def test_an_upload_and_a_retry_of_one_paper_are_duplicates(deps: Deps) -> None:
    await reconciled(recognized(), deps)
    assert (await reconciled(retried("r-2"), deps)).outcome.duplicate_of == "r-1"


@pytest.mark.parametrize(("total", "previous"), [(None, KNOWN), ("125.50", None)])
async def test_a_merge_that_lacks_something_is_no_invoice(
    deps: Deps, database: Database, total: str | None, previous: ExtractedData | None
) -> None:
    outcome = (await reconciled(retried("r-1", total, previous), deps)).outcome
    assert isinstance(outcome, LumisOutcome)
    assert (outcome.complete, outcome.invoice_id, outcome.cufe) == (False, None, None)
    assert await database["invoices"].count_documents({"status": "incomplete"}) == 1


async def test_a_retry_under_a_schema_that_knows_none_is_refused(deps: Deps) -> None:
    with pytest.raises(Rejected):
        await reconcile_document(retried("r-1").model_copy(update={"schema_name": "other"}), deps)
