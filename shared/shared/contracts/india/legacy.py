"""A GST invoice under the schema `india_legacy`: everything is a text, what is not known is the empty one."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator

from shared.contracts.india.figures import Amount, Flag, Percent, flag_of, mapping_of, rows_of, text_of
from shared.contracts.message import Contract


def _string(value: object) -> str:
    return text_of(value) or ""


String = Annotated[str, BeforeValidator(_string)]
"""A text, `""` where it is not known; dates `dd-mm-yyyy`, numbers without commas."""
_Lenient = BeforeValidator(mapping_of)
_Rows = BeforeValidator(rows_of)


def _named(value: object) -> object:
    """Charges with `label` for `name`, as some models write."""
    rows = rows_of(value)
    if not isinstance(rows, tuple):
        return ()
    return tuple(row if isinstance(row, BaseModel) else _with_name(row) for row in rows)


def _with_name(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "name": row["label"]} if "label" in row and not row.get("name") else row


class LegacyCharge(Contract):
    """An additional charge; beyond the first four keys, the v4 schema's may come in too and are shown if they did."""

    name: String = ""
    amount: String = ""
    tax_rate: String = ""
    """May read `9+9`, which is 18."""
    amount_includes_tax: Annotated[bool, BeforeValidator(lambda value: flag_of(value) or False)] = False
    ex_tax: Amount = None
    inc_tax: Amount = None
    gst_rate: Percent = None
    gst_rate_hint: Percent = None
    gst_amount: Amount = None
    taxable: Flag = None


class LegacyMethod(Contract):
    """How the figures were put together."""

    discount_mode: Literal["before_tax", "after_tax"] = "before_tax"
    charges_inclusive: bool = False


class LegacyReconciliation(Contract):
    """Whether the printed total follows from the lines: `matched` where the difference is at most 0.05."""

    status: Literal["matched", "unmatched"] = "unmatched"
    method: LegacyMethod = LegacyMethod()
    computed_grand_total: str = ""
    difference: str = ""
    items_taxable_total: str = ""
    items_tax_total: str = ""
    charges_taxable_total: str = ""
    charges_tax_total: str = ""


def _told(value: object) -> LegacyReconciliation:
    """What a reconciler told; whatever else stands there is as good as nothing."""
    try:
        return LegacyReconciliation.model_validate(value)
    except ValidationError:
        return LegacyReconciliation()


class LegacyVoucher(Contract):
    """The invoice's head and totals."""

    invoice_number: String = ""
    invoice_date: String = ""
    invoice_due_date: String = ""
    invoice_discount: String = ""
    """Rupees, or a percent where it ends in `%`."""
    invoice_discount_mode: String = ""
    round_off: String = ""
    total_invoice_amount: String = ""
    additional_charges: Annotated[tuple[LegacyCharge, ...], BeforeValidator(_named)] = ()
    reconciliation: Annotated[LegacyReconciliation, BeforeValidator(_told)] = LegacyReconciliation()


class LegacyItem(Contract):
    """One line; `price` without tax."""

    name: String = ""
    hsn_sac_code: String = ""
    quantity: String = ""
    unit: String = ""
    price: String = ""
    discount_rate: String = ""
    tax_rate: String = ""


class Party(Contract):
    """The buyer."""

    party_name: String = ""
    party_gstin_number: String = ""
    party_pan_number: String = ""
    party_address: String = ""
    party_city: String = ""
    party_pincode: String = ""


class LegacyDocument(Contract):
    """A whole invoice, with the keys in the order in which they are shown."""

    voucher: Annotated[LegacyVoucher, _Lenient] = LegacyVoucher()
    items: Annotated[tuple[LegacyItem, ...], _Rows] = ()
    party: Annotated[Party, _Lenient] = Party()

    @model_validator(mode="before")
    @classmethod
    def _whatever_came(cls, data: object) -> object:
        return data if isinstance(data, Mapping | LegacyDocument) else {}

    def to_json(self) -> dict[str, Any]:
        """The document as a client gets it: texts; a charge's further keys only where they are known."""
        shown = self.model_dump(mode="json")
        for row, charge in zip(shown["voucher"]["additional_charges"], self.voucher.additional_charges, strict=True):
            for key in _CHARGE_EXTENSIONS:
                value = getattr(charge, key)
                if value is None:
                    del row[key]
                elif not isinstance(value, bool):
                    row[key] = text_of(value)
        return shown


class IndiaLegacyOutcome(Contract):
    """What the reconciler made of a reading under the schema `india_legacy`. Nothing is mandatory: it is complete."""

    schema_name: Literal["india_legacy"] = "india_legacy"
    document: LegacyDocument
    complete: bool = True
    missing_fields: tuple[()] = ()
    invoice_id: None = None
    duplicate_of: None = None
    warnings: tuple[str, ...] = Field(default=())


_CHARGE_EXTENSIONS = ("ex_tax", "inc_tax", "gst_rate", "gst_rate_hint", "gst_amount", "taxable")
