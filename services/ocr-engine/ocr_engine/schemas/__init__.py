"""What can be read: one module per schema and one row each in SCHEMAS."""

from ocr_engine.schemas.india_gst_v4 import INDIA_GST_V4_SCHEMA
from ocr_engine.schemas.india_legacy import INDIA_LEGACY_SCHEMA
from ocr_engine.schemas.lumis import LUMIS_SCHEMA
from ocr_engine.schemas.odoo_applicant import ODOO_APPLICANT_SCHEMA
from ocr_engine.schemas.odoo_expense import ODOO_EXPENSE_SCHEMA
from ocr_engine.schemas.odoo_invoice import ODOO_INVOICE_SCHEMA
from ocr_engine.schemas.shape import DocumentSchema

SCHEMAS: dict[str, DocumentSchema] = {
    schema.name: schema
    for schema in (
        LUMIS_SCHEMA,
        INDIA_GST_V4_SCHEMA,
        INDIA_LEGACY_SCHEMA,
        ODOO_INVOICE_SCHEMA,
        ODOO_EXPENSE_SCHEMA,
        ODOO_APPLICANT_SCHEMA,
    )
}
"""The schemas by the name that uploads give."""
