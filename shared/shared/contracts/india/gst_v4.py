"""A GST invoice under the schema `india_gst_v4`: as a model read it, and as the reconciler completes it.

One set of models serves both, since the reader fills some of the keys and the reconciler the rest. Amounts are rupees,
percents are percents, what is not known is None. Reading is lenient: see `figures`.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from shared.contracts.india.figures import (
    Amount,
    Day,
    Flag,
    Percent,
    Text,
    count_of,
    mapping_of,
    rows_of,
    share_of,
    texts_of,
)
from shared.contracts.message import Contract
from shared.money import json_number

PriceMode = Literal["WITH_TAX", "WITHOUT_TAX"]
Figure = Annotated[Decimal, WithJsonSchema({"type": "number"})]
_Lenient = BeforeValidator(mapping_of)
_Rows = BeforeValidator(rows_of)
_SHORT = 64


def _price_mode(value: object) -> str | None:
    word = str(value).strip().upper().replace(" ", "_").replace("-", "_") if isinstance(value, str) else ""
    if word.startswith("WITHOUT") or "EXCL" in word:
        return "WITHOUT_TAX"
    return "WITH_TAX" if word.startswith("WITH") or "INCL" in word else None


def _discount_type(value: object) -> str | None:
    word = value.strip().upper() if isinstance(value, str) else ""
    if word in {"PERCENT", "PERCENTAGE", "PCT", "%"}:
        return "PERCENT"
    return "ABSOLUTE" if word in {"ABSOLUTE", "AMOUNT", "FLAT", "FIXED"} else None


class DocLevel(Contract):
    """The invoice's head. `reverse_charge` and `supply_type` are extensions, shown only where known."""

    supplier_name: Text = None
    supplier_gstin: Text = None
    invoice_number: Text = None
    invoice_date: Day = None
    place_of_supply_state_code: Text = None
    """Two digits."""
    buyer_gstin: Text = None
    currency: Text = None
    reverse_charge: Flag = None


class Discount(Contract):
    """A line's discounts: two percents in sequence, then rupees per unit; what they come to."""

    d1_pct: Percent = None
    d2_pct: Percent = None
    flat_per_unit: Amount = None
    effective_pct: Percent = None
    """Of the two percents together: 10 and 5 are 14.5."""
    amount: Amount = None


class Gst(Contract):
    """A line's tax, before header discounts; `amount` is CGST + SGST + IGST. Cess is an extension."""

    rate: Percent = None
    cgst: Amount = None
    sgst: Amount = None
    igst: Amount = None
    amount: Amount = None
    cess_rate: Percent = None
    cess: Amount = None


class LineTotals(Contract):
    """A line's value after its own discounts."""

    line_ex_tax: Amount = None
    line_inc_tax: Amount = None


class RawLine(Contract):
    """A line as printed. `amount_ex_tax_after_discount` is what a model worked out itself: the weakest evidence."""

    rate_printed: Amount = None
    price_mode_detected: Annotated[PriceMode | None, BeforeValidator(_price_mode)] = None
    discount_pct_printed: Percent = None
    special_discount_pct_printed: Percent = None
    amount_printed: Amount = None
    amount_ex_tax_after_discount: Amount = None


class HintRow(Contract):
    """One row of a bill's display."""

    label: Text = None
    percent: Percent = None
    amount: Amount = None


class UiHints(Contract):
    """Ready texts and rows for a screen."""

    qty_x_rate_text: Text = None
    discount_row: Annotated[HintRow | None, BeforeValidator(lambda row: row if mapping_of(row) else None)] = None
    tax_row: Annotated[HintRow | None, BeforeValidator(lambda row: row if mapping_of(row) else None)] = None


class V4Item(Contract):
    """One line."""

    name: Text = None
    hsn: Text = None
    qty: Amount = None
    uom: Text = None
    """A UQC: `PCS`, `NOS`, `KGS`, …"""
    rate_ex_tax: Amount = None
    discount: Annotated[Discount, _Lenient] = Discount()
    gst: Annotated[Gst, _Lenient] = Gst()
    totals: Annotated[LineTotals, _Lenient] = LineTotals()
    raw: Annotated[RawLine, _Lenient] = RawLine()
    ui_hints: Annotated[UiHints, _Lenient] = UiHints()
    confidence: Annotated[float | None, BeforeValidator(share_of)] = None


class HeaderDiscount(Contract):
    """A discount on the invoice; `value` in percent or rupees. `after_tax` is an extension."""

    label: Text = None
    type: Annotated[Literal["PERCENT", "ABSOLUTE"] | None, BeforeValidator(_discount_type)] = None
    value: Percent = None
    order: Annotated[int | None, BeforeValidator(count_of)] = None
    after_tax: Flag = None
    """True where the figures show that tax was not lowered by it."""

    @model_validator(mode="before")
    @classmethod
    def _sign_tells_the_type(cls, data: object) -> object:
        """`10%` is a percent, whoever forgot to say so."""
        if isinstance(data, Mapping) and not data.get("type") and "%" in str(data.get("value"))[:_SHORT]:
            return {**data, "type": "PERCENT"}
        return data


class Charge(Contract):
    """Freight, packing, insurance and the like."""

    label: Text = None
    ex_tax: Amount = None
    gst_rate_hint: Percent = None
    gst_amount: Amount = None
    inc_tax: Amount = None
    taxable: Flag = None


class Tcs(Contract):
    """Tax collected at source, on top of everything."""

    rate: Percent = None
    amount: Amount = None
    base_used: Text = None
    """`grand_total_before_tcs` or `taxable_ex_tax`."""


class V4Totals(Contract):
    """The computed totals: taxable and other charges + GST (with cess) + TCS + round-off make the grand total."""

    items_ex_tax: Amount = None
    header_discounts_ex_tax: Amount = None
    charges_ex_tax: Amount = None
    taxable_ex_tax: Amount = None
    gst_total: Amount = None
    cess_total: Amount = None
    """The part of `gst_total` that is cess: an extension, shown only where there is any."""
    discounts_after_tax: Amount = None
    """Taken off the total without lowering tax: an extension likewise."""
    grand_total: Amount = None


class HsnRow(Contract):
    """A row of the printed tax summary; whether `total` is the tax or includes the value differs by paper."""

    hsn: Text = None
    taxable: Amount = None
    cgst: Amount = None
    sgst: Amount = None
    igst: Amount = None
    total: Amount = None


class Printed(Contract):
    """What the paper says of its totals; never computed."""

    taxable_subtotal: Amount = None
    gst_total: Amount = None
    hsn_tax_table: Annotated[tuple[HsnRow, ...], _Rows] = ()
    grand_total: Amount = None


class Alternate(Contract):
    """One way of reading the page that was tried. Lower scores are better."""

    name: str
    price_mode: str
    """`WITH_TAX`, `WITHOUT_TAX`, or `MIXED` where the lines differ."""
    grand_total: Figure
    round_off: Figure
    error_absolute: Figure
    score: Figure
    selected: bool


def _sound_alternates(value: object) -> tuple[object, ...]:
    keys = {"name", "price_mode", "grand_total", "round_off", "error_absolute", "score", "selected"}
    rows = value if isinstance(value, list | tuple) else ()
    return tuple(row for row in rows if isinstance(row, Alternate) or (isinstance(row, Mapping) and keys <= row.keys()))


class V4Reconciliation(Contract):
    """How the figures fit. Warnings read `CODE: text`."""

    error_absolute: Amount = None
    alternates_considered: Annotated[tuple[Alternate, ...], BeforeValidator(_sound_alternates)] = ()
    warnings: Annotated[tuple[str, ...], BeforeValidator(texts_of)] = ()


class Meta(Contract):
    """About the extraction. Below 0.7 an invoice, or an item, wants a person's look."""

    pages_processed: Annotated[int | None, BeforeValidator(count_of)] = None
    language: Text = None
    overall_confidence: Annotated[float | None, BeforeValidator(share_of)] = None


class V4Document(Contract):
    """A whole invoice, with the keys in the order in which they are shown."""

    doc_level: Annotated[DocLevel, _Lenient] = DocLevel()
    items: Annotated[tuple[V4Item, ...], _Rows] = ()
    header_discounts: Annotated[tuple[HeaderDiscount, ...], _Rows] = ()
    charges: Annotated[tuple[Charge, ...], _Rows] = ()
    tcs: Annotated[Tcs, _Lenient] = Tcs()
    round_off: Amount = None
    totals: Annotated[V4Totals, _Lenient] = V4Totals()
    printed: Annotated[Printed, _Lenient] = Printed()
    reconciliation: Annotated[V4Reconciliation, _Lenient] = V4Reconciliation()
    meta: Annotated[Meta, _Lenient] = Meta()

    @model_validator(mode="before")
    @classmethod
    def _other_head(cls, data: object) -> object:
        """Some models say `voucher_info` for `doc_level`; what is no object at all says nothing."""
        if not isinstance(data, Mapping | V4Document):
            return {}
        if isinstance(data, Mapping) and "voucher_info" in data and "doc_level" not in data:
            return {**data, "doc_level": data["voucher_info"]}
        return data

    def to_json(self) -> dict[str, Any]:
        """The document as a client gets it: numbers for amounts, extensions only where they are known."""
        shown: dict[str, Any] = _shown(self)
        return shown


class IndiaGstOutcome(Contract):
    """What the reconciler made of a reading under the schema `india_gst_v4`. Nothing is mandatory: it is complete."""

    schema_name: Literal["india_gst_v4"] = "india_gst_v4"
    document: V4Document
    complete: bool = True
    missing_fields: tuple[()] = ()
    invoice_id: None = None
    duplicate_of: None = None
    warnings: tuple[str, ...] = Field(default=())
    """The codes alone; the document has their texts."""


_EXTENSIONS = frozenset(
    (
        "reverse_charge",
        "cess_rate",
        "cess",
        "cess_total",
        "discounts_after_tax",
        "after_tax",
        "amount_ex_tax_after_discount",
    )
)
"""Keys beyond the published schema; `igst` in the tax summary is likewise shown only where printed."""


def _shown(value: object) -> Any:
    if isinstance(value, Contract):
        left_out = _EXTENSIONS | {"igst"} if isinstance(value, HsnRow) else _EXTENSIONS
        return {key: _shown(each) for key, each in value if each is not None or key not in left_out}
    if isinstance(value, tuple):
        return [_shown(each) for each in value]
    return json_number(value) if isinstance(value, Decimal) else value
