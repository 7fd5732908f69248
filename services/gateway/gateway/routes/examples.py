"""Examples of the ocr-structured families' requests and answers, for OpenAPI."""

from typing import Any

_PICTURE = "data:image/png;base64,iVBORw0KGgo..."

LEGACY_REQUEST: dict[str, Any] = {"imageBase64": _PICTURE, "model": "openai/gpt-4o-mini"}

LEGACY_ANSWER: dict[str, Any] = {
    "voucher": {
        "invoice_number": "INV-2024-001",
        "invoice_date": "15-01-2024",
        "invoice_due_date": "30-01-2024",
        "invoice_discount": "0",
        "invoice_discount_mode": "",
        "round_off": "0.00",
        "total_invoice_amount": "12390.00",
        "additional_charges": [{"name": "Freight", "amount": "500.00", "tax_rate": "18", "amount_includes_tax": False}],
        "reconciliation": {
            "status": "matched",
            "method": {"discount_mode": "before_tax", "charges_inclusive": False},
            "computed_grand_total": "12390.00",
            "difference": "0.00",
            "items_taxable_total": "10000.00",
            "items_tax_total": "1800.00",
            "charges_taxable_total": "500.00",
            "charges_tax_total": "90.00",
        },
    },
    "items": [
        {
            "name": "Premium Widget",
            "hsn_sac_code": "8517",
            "quantity": "10",
            "unit": "PCS",
            "price": "1000.00",
            "discount_rate": "0",
            "tax_rate": "18",
        }
    ],
    "party": {
        "party_name": "Acme Corporation",
        "party_gstin_number": "27AABCU9603R1ZN",
        "party_pan_number": "AABCU9603R",
        "party_address": "123 Business Street",
        "party_city": "Mumbai",
        "party_pincode": "400001",
    },
}

V4_REQUESTS: list[dict[str, Any]] = [
    {"imageBase64": _PICTURE, "model": "google/gemini-3.5-flash-lite"},
    {"pdfUrl": "https://example.com/invoice.pdf", "filename": "invoice.pdf"},
    {
        "pdfBase64": "data:application/pdf;base64,JVBERi0xLjcK...",
        "plugins": [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}],
        "annotations": [{"type": "file", "file": {"hash": "0f3a…", "content": [{"type": "text", "text": "…"}]}}],
    },
]

_V4_ITEM: dict[str, Any] = {
    "name": "Premium Widget",
    "hsn": "8517",
    "qty": 10,
    "uom": "PCS",
    "rate_ex_tax": 1000,
    "discount": {"d1_pct": 10, "d2_pct": 5, "flat_per_unit": None, "effective_pct": 14.5, "amount": 1450},
    "gst": {"rate": 18, "cgst": 769.5, "sgst": 769.5, "igst": 0, "amount": 1539},
    "totals": {"line_ex_tax": 8550, "line_inc_tax": 10089},
    "raw": {
        "rate_printed": 1000,
        "price_mode_detected": "WITHOUT_TAX",
        "discount_pct_printed": 10,
        "special_discount_pct_printed": 5,
        "amount_printed": 8550,
    },
    "ui_hints": {
        "qty_x_rate_text": "10 × ₹1,000.00",
        "discount_row": {"label": "Discount", "percent": 14.5, "amount": 1450},
        "tax_row": {"label": "GST @18%", "percent": 18, "amount": 1539},
    },
    "confidence": 0.95,
}

V4_ANSWER: dict[str, Any] = {
    "doc_level": {
        "supplier_name": "Tech Solutions Pvt Ltd",
        "supplier_gstin": "27AABCT1234C1ZW",
        "invoice_number": "INV-2024-001",
        "invoice_date": "2024-01-15",
        "place_of_supply_state_code": "27",
        "buyer_gstin": "27AABCU9603R1ZN",
        "currency": "INR",
    },
    "items": [_V4_ITEM],
    "header_discounts": [],
    "charges": [
        {"label": "Freight", "ex_tax": 500, "gst_rate_hint": 18, "gst_amount": 90, "inc_tax": 590, "taxable": True}
    ],
    "tcs": {"rate": 0, "amount": 0, "base_used": "grand_total_before_tcs"},
    "round_off": 0,
    "totals": {
        "items_ex_tax": 8550,
        "header_discounts_ex_tax": 0,
        "charges_ex_tax": 500,
        "taxable_ex_tax": 9050,
        "gst_total": 1629,
        "grand_total": 10679,
    },
    "printed": {
        "taxable_subtotal": 9050,
        "gst_total": 1629,
        "hsn_tax_table": [{"hsn": "8517", "taxable": 9050, "cgst": 814.5, "sgst": 814.5, "total": 10679}],
        "grand_total": 10679,
    },
    "reconciliation": {"error_absolute": 0, "alternates_considered": [], "warnings": []},
    "meta": {"pages_processed": 1, "language": "en", "overall_confidence": 0.92},
}
