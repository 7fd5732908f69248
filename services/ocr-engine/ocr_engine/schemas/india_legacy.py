"""The schema `india_legacy`: a plain GST invoice of India with its buyer, one percent of discount and tax per line."""

from ocr_engine.schemas.india_gst_v4 import INSTRUCTIONS, UQC
from ocr_engine.schemas.shape import DocumentSchema, Key, Kind, Shape, Table
from shared.contracts.india.keys import INDIA_LEGACY

_MODES = frozenset({"before_tax", "after_tax"})

_RULES = f"""\

For this schema:
- items: one entry per line of goods or services, in printed order. No subtotals, taxes, charges or round-off.
- price is the price per unit before GST and before the line's discount. This one value you compute where it must be: \
where the printed price includes GST, divide it by (1 + tax_rate / 100).
- discount_rate is the line's discount in percent. Several are combined multiplicatively: 10 and 5 are 14.5.
- tax_rate is the whole GST rate; "9+9" for a printed CGST 9 % and SGST 9 % is fine too.
- unit is one of these codes where one fits: {UQC}.
- party is the buyer (bill to), never the seller. party_pan_number: characters 3 to 12 of the buyer's GSTIN where no \
PAN is printed.
- invoice_discount is the discount on the whole invoice in rupees, 0 where none is printed; invoice_discount_mode \
tells whether it is taken before or after tax.
- additional_charges: freight, packing, insurance and so on. amount_includes_tax is true where the amount holds its GST.
- total_invoice_amount is the invoice's own grand total, never a sum of yours."""

INDIA_LEGACY_SCHEMA = DocumentSchema(
    name=INDIA_LEGACY,
    shape=Shape(
        header=(
            Key("invoice_number", Kind.TEXT, "Invoice number, exactly as printed", 60),
            Key("invoice_date", Kind.DATE, "Invoice date, YYYY-MM-DD"),
            Key("invoice_due_date", Kind.DATE, "Due date, YYYY-MM-DD"),
            Key("invoice_discount", Kind.AMOUNT, "Discount on the whole invoice, rupees"),
            Key("invoice_discount_mode", Kind.CHOICE, "Whether it is taken before or after tax", allowed=_MODES),
            Key("round_off", Kind.AMOUNT, "Printed round-off with its sign"),
            Key("total_invoice_amount", Kind.AMOUNT, "Printed grand total"),
            Key("party_name", Kind.TEXT, "The buyer's name"),
            Key("party_gstin_number", Kind.CODE, "The buyer's GSTIN, 15 characters", 20),
            Key("party_pan_number", Kind.CODE, "The buyer's PAN, 10 characters", 12),
            Key("party_address", Kind.TEXT, "The buyer's address without city and PIN code", 300),
            Key("party_city", Kind.TEXT, "The buyer's city", 100),
            Key("party_pincode", Kind.CODE, "The buyer's PIN code, 6 digits", 10),
        ),
        items="items",
        items_meaning="One entry per line of goods or services, in printed order",
        item=(
            Key("name", Kind.TEXT, "Description of goods or services", 300),
            Key("hsn_sac_code", Kind.CODE, "HSN or SAC code", 12),
            Key("quantity", Kind.AMOUNT, "Quantity"),
            Key("unit", Kind.TEXT, "Unit", 20),
            Key("price", Kind.AMOUNT, "Price per unit before GST and discount"),
            Key("discount_rate", Kind.PERCENT, "Discount percent of the line"),
            Key("tax_rate", Kind.PERCENT, "Whole GST rate"),
        ),
        tables=(
            Table(
                "additional_charges",
                "Charges beside the goods: freight, packing, insurance, …",
                (
                    Key("name", Kind.TEXT, "Label as printed"),
                    Key("amount", Kind.AMOUNT, "Amount"),
                    Key("tax_rate", Kind.PERCENT, "GST rate of the charge"),
                    Key("amount_includes_tax", Kind.FLAG, "Whether the amount includes its GST"),
                ),
                most_rows=30,
            ),
        ),
    ),
    mandatory=("invoice_number", "total_invoice_amount"),
    instructions=INSTRUCTIONS + _RULES,
    task="Read this GST invoice.",
    short_years=True,
    places=False,
    least_tokens=4096,
)
