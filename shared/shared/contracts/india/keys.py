"""The keys under which a GST invoice is read (`/api/ocr-structured-v4` and `/api/ocr-structured`).

Amounts are in rupees, percents are percents (18, never 0.18), dates `YYYY-MM-DD` in a reading of either schema.
"""

INDIA_GST_V4 = "india_gst_v4"
INDIA_LEGACY = "india_legacy"
"""The schemas' names in uploads and readings."""

V4_FIELDS = (
    "supplier_name",
    "supplier_gstin",
    "invoice_number",
    "invoice_date",
    "place_of_supply_state_code",
    "buyer_gstin",
    "currency",
    "reverse_charge",
    "round_off",
    "tcs_rate",
    "tcs_amount",
    "tcs_base",
    "printed_taxable_subtotal",
    "printed_gst_total",
    "printed_grand_total",
    "printed_total_in_words",
    "language",
)
"""Header fields of a v4 reading. `reverse_charge` is `true` or `false`; `printed_*` are never computed."""

V4_ITEM = (
    "name",
    "hsn",
    "qty",
    "uom",
    "rate_printed",
    "price_mode",
    "discount_pct_printed",
    "special_discount_pct_printed",
    "flat_per_unit",
    "gst_rate",
    "cgst",
    "sgst",
    "igst",
    "cess_rate",
    "cess",
    "amount_printed",
)
"""A line as printed. `price_mode` is `WITH_TAX` or `WITHOUT_TAX` where the paper says so."""

V4_TABLES = {
    "header_discounts": ("label", "type", "value", "order"),
    "charges": ("label", "ex_tax", "gst_rate_hint", "gst_amount", "inc_tax", "taxable"),
    "hsn_tax_table": ("hsn", "taxable", "cgst", "sgst", "igst", "total"),
}
"""Tables of a v4 reading. `type` is `PERCENT` or `ABSOLUTE`, `taxable` is `true` or `false`."""

LEGACY_FIELDS = (
    "invoice_number",
    "invoice_date",
    "invoice_due_date",
    "invoice_discount",
    "invoice_discount_mode",
    "round_off",
    "total_invoice_amount",
    "party_name",
    "party_gstin_number",
    "party_pan_number",
    "party_address",
    "party_city",
    "party_pincode",
)
LEGACY_ITEM = ("name", "hsn_sac_code", "quantity", "unit", "price", "discount_rate", "tax_rate")
LEGACY_TABLES = {"additional_charges": ("name", "amount", "tax_rate", "amount_includes_tax")}
