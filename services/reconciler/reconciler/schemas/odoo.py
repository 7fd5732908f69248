"""The schemas of the Extract API: a reading, checked and completed."""

from shared.contracts.documents import DocumentRecognized
from shared.contracts.odoo import OdooOutcome


def reconcile(event: DocumentRecognized) -> OdooOutcome:
    """The reading with what its own figures lead to. Nothing is mandatory, so that every reading has an outcome."""
    reading = event.reading
    return OdooOutcome(
        schema_name=event.schema_name,
        complete=any(field.value is not None for field in reading.fields.values()) or bool(reading.items),
        reading=reading,
        full_text=event.full_text,
        warnings=reading.warnings,
        layout_id=event.layout_id,
    )
