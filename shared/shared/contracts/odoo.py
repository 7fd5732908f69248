"""The schemas of the Extract API: the keys under which invoices, expense slips and résumés are read.

Both sides of an invoice are read (`supplier_vat`, `client_vat`); an answer shows one, by its `perspective`.
"""

from typing import Literal

from pydantic import Field

from shared.contracts.message import Contract
from shared.contracts.reading import Reading

ODOO_INVOICE = "odoo_invoice"
ODOO_EXPENSE = "odoo_expense"
ODOO_APPLICANT = "odoo_applicant"
"""The schemas' names in uploads and readings."""

INVOICE_FIELDS = (
    "type",
    "supplier",
    "supplier_vat",
    "supplier_country",
    "client",
    "client_vat",
    "invoice_id",
    "date",
    "due_date",
    "currency",
    "subtotal",
    "total_tax_amount",
    "total",
    "payment_ref",
    "iban",
    "swift_code",
    "aba",
    "qr_bill",
    "email",
    "website",
)
"""Header fields of an invoice. `type` is `invoice` or `refund`; `currency` an ISO 4217 code; dates `YYYY-MM-DD`."""

INVOICE_ITEM = (
    "description",
    "product",
    "unit",
    "quantity",
    "unit_price",
    "discount",
    "tax_rates",
    "subtotal",
    "total",
)
"""A line. `tax_rates` are percents (`9,12`), `discount` is one; `subtotal` is before tax, `total` with it."""

INVOICE_TABLES = {"purchase_orders": ("number",), "taxes": ("rate", "base", "amount")}

EXPENSE_FIELDS = ("description", "country", "date", "total", "currency", "supplier", "bill_reference")
"""`description` is the goods or service in short; `supplier` and `bill_reference` as older clients read them."""

APPLICANT_FIELDS = ("name", "email", "phone", "mobile")

LARGEST_TEXT = 400_000
"""Characters of a document's whole text that are kept; the rest is left out."""


class UserInfos(Contract):
    """What the sender says of themselves (Extract API, `user_infos`): hints, never believed against the paper."""

    company_vat: str | None = Field(default=None, max_length=64)
    company_name: str | None = Field(default=None, max_length=256)
    country_code: str | None = Field(default=None, max_length=8)
    """ISO 3166 alpha-2."""
    lang: str | None = Field(default=None, max_length=16)
    """`fr_FR`."""
    email: str | None = Field(default=None, max_length=256)
    purchase_order_regex: str | None = Field(default=None, max_length=512)
    """The sender's own: to be run within bounds of time and text only."""
    perspective: Literal["client", "supplier"] = "client"
    """Which side of an invoice the sender is."""


class OdooOutcome(Contract):
    """What the reconciler made of a reading under a schema of the Extract API: the reading, checked and completed."""

    schema_name: Literal["odoo_invoice", "odoo_expense", "odoo_applicant"]
    complete: bool
    """Something was found."""
    missing_fields: tuple[()] = ()
    invoice_id: None = None
    duplicate_of: None = None
    reading: Reading
    full_text: str = Field(default="", max_length=LARGEST_TEXT)
    warnings: tuple[str, ...] = ()
    layout_id: int | None = None
    """Tells one supplier's layout apart (`detected_layout_id`); None where it is not known."""
