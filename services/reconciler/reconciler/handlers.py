"""Events in, events out: a reading becomes a checked outcome, and a complete one an invoice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from reconciler.metrics import MISSING, RECONCILED, WARNINGS
from reconciler.schemas import india_gst_v4, india_legacy, lumis, lumis_retry, odoo
from reconciler.store import InvoiceStore
from shared.contracts.documents import DocumentRecognized, DocumentReconciled, Outcome
from shared.contracts.india import INDIA_GST_V4, INDIA_LEGACY
from shared.contracts.lumis import LUMIS, Retry
from shared.contracts.message import Event
from shared.contracts.odoo import ODOO_APPLICANT, ODOO_EXPENSE, ODOO_INVOICE
from shared.errors import Rejected

_log = structlog.get_logger()

SCHEMAS: Mapping[str, Callable[[DocumentRecognized], Outcome]] = {
    LUMIS: lumis.reconcile,
    INDIA_GST_V4: india_gst_v4.reconcile,
    INDIA_LEGACY: india_legacy.reconcile,
    ODOO_INVOICE: odoo.reconcile,
    ODOO_EXPENSE: odoo.reconcile,
    ODOO_APPLICANT: odoo.reconcile,
}
"""What is made of a reading, by the schema's name. A new schema is a module in `schemas` and a row here."""

RETRIES: Mapping[str, Callable[[DocumentRecognized, Retry], Outcome]] = {LUMIS: lumis_retry.reconcile}
"""Likewise for a second look, where a schema has one."""


@dataclass(frozen=True)
class Deps:
    """What the handler works with."""

    invoices: InvoiceStore


async def reconcile_document(event: DocumentRecognized, deps: Deps) -> list[Event]:
    """Check a reading and record what came of it; a repeat gives the first result again, whatever it reads.

    Raises:
        Rejected: the schema is not known here, or knows no retry.
    """
    recorded = await deps.invoices.record(event, _outcome(event))
    if recorded.fresh:
        _tell(event, recorded.outcome)
    return [
        DocumentReconciled(
            request_id=event.request_id,
            origin=event.origin,
            user_id=event.user_id,
            schema_name=event.schema_name,
            received_at=event.received_at,
            answer_by=event.answer_by,
            provider=recorded.provider,
            outcome=recorded.outcome,
            annotations_id=event.annotations_id,
        )
    ]


def _outcome(event: DocumentRecognized) -> Outcome:
    if event.retry is not None and event.schema_name in RETRIES:
        return RETRIES[event.schema_name](event, event.retry)
    if event.retry is not None or event.schema_name not in SCHEMAS:
        raise Rejected(f"schema {event.schema_name[:64]!r} is not known")
    return SCHEMAS[event.schema_name](event)


def _tell(event: DocumentRecognized, outcome: Outcome) -> None:
    result = "incomplete" if not outcome.complete else "duplicate" if outcome.duplicate_of else "complete"
    missing = [field.field_key for field in outcome.missing_fields]
    RECONCILED.labels(event.schema_name, result).inc()
    for key in missing:
        MISSING.labels(key).inc()
    for code in outcome.warnings:
        WARNINGS.labels(code).inc()
    _log.info("document reconciled", result=result, missing=missing, warnings=list(outcome.warnings))
