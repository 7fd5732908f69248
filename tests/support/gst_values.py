"""A GST invoice as a model reads it under both India schemas, whose figures agree."""

from typing import Any

V4_VALUES: dict[str, Any] = {
    "supplier_name": "Tech Solutions Pvt Ltd",
    "supplier_gstin": "27AABCT1234C1ZW",
    "invoice_number": "INV-2024-001",
    "invoice_date": "2024-01-15",
    "place_of_supply_state_code": "27",
    "buyer_gstin": "27AABCU9603R1ZN",
    "currency": "INR",
    "reverse_charge": False,
    "round_off": None,
    "tcs_rate": None,
    "tcs_amount": None,
    "tcs_base": None,
    "printed_taxable_subtotal": 9050.00,
    "printed_gst_total": 1629.00,
    "printed_grand_total": 10679.00,
    "printed_total_in_words": None,
    "language": "en",
    "items": [
        {
            "name": "Premium Widget",
            "hsn": "8517",
            "qty": 10,
            "uom": "PCS",
            "rate_printed": 1000.00,
            "price_mode": "WITHOUT_TAX",
            "discount_pct_printed": 10,
            "special_discount_pct_printed": 5,
            "flat_per_unit": None,
            "gst_rate": 18,
            "cgst": None,
            "sgst": None,
            "igst": None,
            "cess_rate": None,
            "cess": None,
            "amount_printed": 8550.00,
        }
    ],
    "header_discounts": [],
    "charges": [
        {
            "label": "Freight",
            "ex_tax": 500.00,
            "gst_rate_hint": 18,
            "gst_amount": None,
            "inc_tax": None,
            "taxable": True,
        }
    ],
    "hsn_tax_table": [
        {"hsn": "8517", "taxable": 9050.00, "cgst": 814.50, "sgst": 814.50, "igst": None, "total": 10679.00}
    ],
}

LEGACY_VALUES: dict[str, Any] = {
    "invoice_number": "INV-2024-001",
    "invoice_date": "2024-01-15",
    "invoice_due_date": "2024-01-30",
    "invoice_discount": 0,
    "invoice_discount_mode": None,
    "round_off": 0,
    "total_invoice_amount": 11800.00,
    "party_name": "Acme Corporation",
    "party_gstin_number": "27AABCU9603R1ZN",
    "party_pan_number": "AABCU9603R",
    "party_address": "123 Business Street",
    "party_city": "Mumbai",
    "party_pincode": "400001",
    "items": [
        {
            "name": "Premium Widget",
            "hsn_sac_code": "8517",
            "quantity": 10,
            "unit": "PCS",
            "price": 1000.00,
            "discount_rate": 0,
            "tax_rate": 18,
        }
    ],
    "additional_charges": [{"name": "Freight", "amount": 500.00, "tax_rate": 18, "amount_includes_tax": False}],
}
"""The API's own printed example: its total is not what its lines come to."""
