"""The schemas of the Extract API: the keys under which invoices, expense slips and résumés are read.

Both sides of an invoice are read (`supplier_vat`, `client_vat`); an answer shows one, by its `perspective`.
"""

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
