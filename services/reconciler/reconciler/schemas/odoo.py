"""The schemas of the Extract API: a reading, checked and completed (`reconciler.odoo`)."""

from datetime import UTC

from reconciler.odoo.papers import settle
from shared.contracts.documents import DocumentRecognized
from shared.contracts.odoo import OdooOutcome
from shared.contracts.reading import ReadField


def reconcile(event: DocumentRecognized) -> OdooOutcome:
    """The reading with what its own figures lead to. Nothing is mandatory, so that every reading has an outcome."""
    reading, warnings = settle(event.reading, event.user_infos, event.received_at.astimezone(UTC).date())
    return OdooOutcome.model_validate(
        {
            "schema_name": event.schema_name,
            "complete": bool(reading.items) or any(map(_is_read, reading.fields.values())),
            "reading": reading,
            "full_text": event.full_text,
            "warnings": warnings,
            "layout_id": event.layout_id,
        }
    )


def _is_read(field: ReadField) -> bool:
    """Whether it stands on the paper: an empty one is an invoice too, in its sender's currency."""
    return field.value is not None and field.source != "computed"
