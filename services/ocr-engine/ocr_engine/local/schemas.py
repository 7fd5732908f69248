"""Which rules read a document under which schema: one row each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ocr_engine.local.applicant.reader import applicant_quality, read_applicant
from ocr_engine.local.india.legacy import read_legacy
from ocr_engine.local.india.reader import quality as gst_quality
from ocr_engine.local.india.reader import read_gst
from ocr_engine.local.invoice.reader import invoice_quality, read_invoice
from ocr_engine.local.lumis.reader import quality, read_lumis
from ocr_engine.local.page import Document
from ocr_engine.local.receipt.reader import quality as receipt_quality
from ocr_engine.local.receipt.reader import read_expense
from shared.contracts.india.keys import INDIA_GST_V4, INDIA_LEGACY
from shared.contracts.lumis import LUMIS
from shared.contracts.odoo import ODOO_APPLICANT, ODOO_EXPENSE, ODOO_INVOICE
from shared.contracts.reading import Reading


@dataclass(frozen=True)
class Schema:
    """The rules of a schema: document and mode to reading, and which of two readings is the better."""

    read: Callable[[Document, int], Reading]
    quality: Callable[[Reading], tuple[float, ...]]
    mandatory: tuple[str, ...]
    """Header fields that call for a second, finer look when they are missing."""
    lines: bool = True
    """Whether a paper without lines calls for one too."""
    least: float = 0.0
    """Confidence of a mandatory field below which a second look is worth its time."""


SCHEMAS: Mapping[str, Schema] = {
    LUMIS: Schema(read_lumis, quality, ("ruc", "dv", "invoice_number", "total", "date")),
    ODOO_INVOICE: Schema(read_invoice, invoice_quality, ("total", "date", "invoice_id"), least=0.5),
    ODOO_EXPENSE: Schema(read_expense, receipt_quality, ("total", "date"), lines=False, least=0.55),
    INDIA_GST_V4: Schema(read_gst, gst_quality, ("invoice_number", "printed_grand_total", "invoice_date"), least=0.5),
    INDIA_LEGACY: Schema(
        read_legacy, gst_quality, ("invoice_number", "total_invoice_amount", "invoice_date"), least=0.5
    ),
    ODOO_APPLICANT: Schema(read_applicant, applicant_quality, ("name", "email"), lines=False),
}
