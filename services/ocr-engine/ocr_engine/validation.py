"""The checks of every reading, local or a model's, by its schema."""

import datetime as dt

from ocr_engine.evidence import Evidence
from ocr_engine.gst import GST_SCHEMAS, confirm
from ocr_engine.lumis import confirm_lumis, plausible_lumis
from ocr_engine.odoo import confirm_invoice
from ocr_engine.particulars import check
from ocr_engine.payment import confirm_payment
from shared.contracts.lumis import LUMIS
from shared.contracts.odoo import ODOO_APPLICANT, ODOO_EXPENSE, ODOO_INVOICE
from shared.contracts.reading import Reading

_ODOO_SCHEMAS = frozenset({ODOO_INVOICE, ODOO_EXPENSE, ODOO_APPLICANT})


def validate(reading: Reading, evidence: Evidence, today: dt.date | None = None) -> Reading:
    """The reading with what its own figures and the evidence prove or disprove: confidences, warnings, sure values.

    `today` (default: now, UTC) bounds the date of a Panamanian invoice. Schemas without checks of their own come back
    unchanged.
    """
    if reading.schema_name in GST_SCHEMAS:
        return confirm(reading, evidence)
    if reading.schema_name in _ODOO_SCHEMAS:
        checked = reading if reading.provider == "local" else check(reading)
        is_invoice = reading.schema_name == ODOO_INVOICE
        return confirm_invoice(confirm_payment(checked, evidence.qr), evidence) if is_invoice else checked
    if reading.schema_name == LUMIS:
        return confirm_lumis(reading, evidence, today or dt.datetime.now(dt.UTC).date())
    return reading


def plausible(reading: Reading, known_ruc: str | None = None) -> bool:
    """False where a validated reading cannot be right, which only the figures of Panama's invoices can tell.

    A `known_ruc` is not read here and not doubted; the DV must be its own.
    """
    return reading.schema_name != LUMIS or plausible_lumis(reading, known_ruc)
