"""The schema `odoo_expense`: a receipt or expense slip of any country (Extract API, expenses)."""

from ocr_engine.schemas.odoo_invoice import INSTRUCTIONS
from ocr_engine.schemas.shape import DocumentSchema, Key, Kind, Shape
from shared.contracts.odoo import ODOO_EXPENSE

_RULES = """\

For this schema:
- The paper is a receipt, a till slip, a ticket or a simple invoice for something that an employee paid.
- total is what was paid for the purchase with tax, not the money handed over nor the change.
- If the document is no such paper, use null everywhere."""

ODOO_EXPENSE_SCHEMA = DocumentSchema(
    name=ODOO_EXPENSE,
    shape=Shape(
        header=(
            Key("description", Kind.TEXT, "What was bought, in a few printed words; the first good where many are"),
            Key("supplier", Kind.TEXT, "Name of the shop or company as printed"),
            Key("country", Kind.CODE, "ISO 3166 two-letter code of the country of the shop", 2),
            Key("date", Kind.DATE, "Date of the purchase, YYYY-MM-DD"),
            Key("total", Kind.AMOUNT, "Total with tax"),
            Key("currency", Kind.CODE, "ISO 4217 three-letter code of the currency", 8),
            Key("bill_reference", Kind.TEXT, "Number of the receipt or invoice", 60),
        ),
        items="items",
        items_meaning="",
        item=(),
    ),
    mandatory=("total", "date"),
    instructions=INSTRUCTIONS + _RULES,
    task="Read this receipt.",
    short_years=True,
    day_first=None,
    shows_text=True,
    least_side=32,
    limits_pages=True,
)
