"""The checks of a GST invoice's reading: GSTINs, each line's figures, the printed totals, a PDF's own text. Pure.

Nothing is corrected here; only how sure a value is. What the figures mean is the reconciler's matter.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from stdnum import luhn

from ocr_engine.evidence import Evidence
from shared.contracts.india.keys import INDIA_GST_V4, INDIA_LEGACY
from shared.contracts.reading import ReadField, Reading
from shared.money import CENT, parse_amount

GST_SCHEMAS = frozenset({INDIA_GST_V4, INDIA_LEGACY})

_PROVEN = 0.97
_AGREED = 0.95
_PRINTED = 0.9
"""Of what stands in the text layer of a PDF just so."""
_DOUBTED = 0.4
_RUPEE = Decimal(1)
_PERCENT = Decimal(100)
_GSTINS = ("supplier_gstin", "buyer_gstin", "party_gstin_number")
_GSTIN = re.compile(r"[0-9]{2}[A-Z0-9]{10}[0-9A-Z]{3}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SHORTEST = 3
"""Characters; a shorter text stands everywhere."""

_Fields = dict[str, ReadField]


def confirm(reading: Reading, evidence: Evidence) -> Reading:
    """The reading with its confidences raised and lowered by what its own figures and the evidence say."""
    fields, items = dict(reading.fields), [dict(item) for item in reading.items]
    tables = {name: [dict(row) for row in rows] for name, rows in reading.tables.items()}
    printed = _Print.of(evidence.text)
    for row in (fields, *items, *(row for rows in tables.values() for row in rows)):
        _raise(row, [key for key, field in row.items() if printed.holds(field)], _PRINTED)
    _check_gstins(fields)
    for item in items:
        _check_line(item)
    _check_totals(fields, items, tables)
    return reading.model_copy(
        update={
            "fields": fields,
            "items": tuple(items),
            "tables": {name: tuple(rows) for name, rows in tables.items()},
        }
    )


def is_gstin(text: str) -> bool:
    """Whether the form holds and the check character is right (mod 36, as the GST network computes it)."""
    return bool(_GSTIN.fullmatch(text)) and luhn.is_valid(text, _ALPHABET)


@dataclass(frozen=True)
class _Print:
    """A PDF's own text, for looking values up."""

    text: str
    numbers: frozenset[Decimal]

    @classmethod
    def of(cls, text: str) -> "_Print":
        found = (parse_amount(hit.replace(",", "")) for hit in _NUMBER.findall(text))
        return cls(_plain(text), frozenset(amount for amount in found if amount is not None))

    def holds(self, field: ReadField) -> bool:
        if field.value is None or not self.text:
            return False
        amount = parse_amount(field.value)
        if amount is not None and abs(amount) in self.numbers:
            return True
        plain = _plain(field.value)
        return len(plain) >= _SHORTEST and plain in self.text


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _check_gstins(fields: _Fields) -> None:
    for key in _GSTINS:
        value = fields[key].value if key in fields else None
        if value is not None and is_gstin(value):
            _raise(fields, [key], _PROVEN)
        elif value is not None:
            _lower(fields, [key])


def _check_line(item: _Fields) -> None:
    """Quantity x rate, less the discounts, with or without tax, is the amount."""
    quantity, rate, amount = (_amount(item, key) for key in ("qty", "rate_printed", "amount_printed"))
    if quantity is None or rate is None or amount is None:
        return
    figures = ["qty", "rate_printed", "amount_printed"]
    gross = quantity * rate
    net = gross
    for key in ("discount_pct_printed", "special_discount_pct_printed"):
        net *= 1 - (_amount(item, key) or 0) / _PERCENT
    net -= (_amount(item, "flat_per_unit") or 0) * quantity
    with_tax = 1 + (_amount(item, "gst_rate") or 0) / _PERCENT
    tolerance = CENT + CENT * abs(quantity) / 2
    if _near(amount, (net, net * with_tax, net / with_tax), tolerance):
        _raise(item, [*figures, "discount_pct_printed", "special_discount_pct_printed", "flat_per_unit"], _AGREED)
    elif not _near(amount, (gross,), tolerance):
        _lower(item, figures)
    taxes = [tax for key in ("cgst", "sgst", "igst") if (tax := _amount(item, key)) is not None]
    if taxes and _near(sum(taxes, Decimal(0)), (net * (with_tax - 1), net - net / with_tax), 2 * CENT):
        _raise(item, ["gst_rate", "cgst", "sgst", "igst"], _AGREED)


def _check_totals(fields: _Fields, items: list[_Fields], tables: Mapping[str, list[_Fields]]) -> None:
    """Value + tax + TCS + round-off is the grand total; the lines and the tax summary add up to the value."""
    keys = ("printed_taxable_subtotal", "printed_gst_total", "printed_grand_total")
    subtotal, tax, total = (_amount(fields, key) for key in keys)
    if subtotal is not None and tax is not None and total is not None:
        rest = (_amount(fields, "tcs_amount") or 0) + (_amount(fields, "round_off") or 0)
        if _near(total, (subtotal + tax, subtotal + tax + rest), _RUPEE):
            _raise(fields, [*keys, "round_off", "tcs_amount"], _AGREED)
    amounts = [_amount(item, "amount_printed") for item in items]
    known = [amount for amount in amounts if amount is not None]
    if not known or len(known) < len(amounts):
        return
    lines = sum(known, Decimal(0))
    charges = sum((_amount(row, "ex_tax") or Decimal(0) for row in tables.get("charges", ())), Decimal(0))
    wanted = [each for each in (subtotal, total) if each is not None]
    if any(_near(each, (lines, lines + charges), CENT * (len(known) + 1)) for each in wanted):
        for item in items:
            _raise(item, ["amount_printed"], _PROVEN)
        _raise(fields, ["printed_taxable_subtotal"], _AGREED)
    summary = tables.get("hsn_tax_table", [])
    if summary and subtotal is not None:
        value = sum((_amount(row, "taxable") or Decimal(0) for row in summary), Decimal(0))
        if _near(subtotal, (value,), CENT * (len(summary) + 1)):
            for row in summary:
                _raise(row, ["taxable"], _AGREED)


def _near(amount: Decimal, others: Iterable[Decimal], tolerance: Decimal) -> bool:
    return any(abs(amount - other) <= tolerance for other in others)


def _amount(row: _Fields, key: str) -> Decimal | None:
    value = row[key].value if key in row else None
    return parse_amount(value) if value is not None else None


def _raise(row: _Fields, keys: Iterable[str], confidence: float) -> None:
    for key in keys:
        if key in row and row[key].value is not None:
            row[key] = row[key].model_copy(update={"confidence": max(row[key].confidence, confidence)})


def _lower(row: _Fields, keys: Iterable[str]) -> None:
    for key in keys:
        if key in row and row[key].value is not None:
            row[key] = row[key].model_copy(update={"confidence": min(row[key].confidence, _DOUBTED)})
