"""A GST invoice read under `india_gst_v4`: head, lines, discounts, charges, tax summary and printed totals."""

from collections.abc import Sequence
from decimal import Decimal

from ocr_engine.local.found import Found, field_of, source_of
from ocr_engine.local.india.charges import Charge
from ocr_engine.local.india.einvoice import SignedInvoice
from ocr_engine.local.india.items import Item, SummaryRow, digits_of, fits
from ocr_engine.local.india.paper import GstPaper, gstin_found, read_paper
from ocr_engine.local.india.totals import Sum
from ocr_engine.local.page import Document, Line, Span
from ocr_engine.local.table.figure import Figure
from ocr_engine.proof import proven
from shared.contracts.india.keys import INDIA_GST_V4, V4_FIELDS, V4_ITEM
from shared.contracts.reading import ReadField, Reading
from shared.money import parse_amount

NOT_VERIFIED = (
    "QR_NOT_VERIFIED: the signature of the e-invoice's QR code was not checked, the portal's key is needed for it"
)
DISAGREES = "QR_DISAGREES: the e-invoice's QR code says otherwise than the print on: "

_Row = dict[str, ReadField]
_FITS, _PRINTED, _COMPUTED = 0.96, 0.85, 0.6
_SIGNED = 0.98
_RUPEE = Decimal(1)
_FLAT_PLACES = Decimal("0.000001")


def read_gst(document: Document, mode: int = 1) -> Reading:
    """The reading of a GST invoice as printed; `mode` is the upload's and says nothing here."""
    del mode
    paper = read_paper(document)
    fields = {key: ReadField() for key in V4_FIELDS} | head_fields(paper) | _sum_fields(paper)
    fields, warnings = with_code(fields, paper.signed, _KEYS)
    return Reading(
        schema_name=INDIA_GST_V4,
        provider="local",
        fields=fields,
        items=tuple(_item(item, paper.lines) for item in paper.tables.items),
        tables={
            "header_discounts": tuple(
                _discount(each, order, paper) for order, each in enumerate(paper.totals.discounts, 1)
            ),
            "charges": tuple(_charge(each, paper.lines) for each in paper.charges),
            "hsn_tax_table": tuple(_summary(row, paper.lines) for row in paper.tables.summary),
        },
        pages=document.pages,
        pages_read=document.pages_read,
        warnings=(*document.warnings, *warnings),
    )


def quality(reading: Reading) -> tuple[float, ...]:
    """How good a reading is, for choosing between two of the same paper: more is better at the first difference."""
    wanted = ("invoice_number", "invoice_date", "printed_grand_total", "supplier_gstin", "total_invoice_amount")
    present = sum(reading.value(key) is not None for key in wanted) + bool(reading.items)
    items = [field.confidence for item in reading.items for field in item.values() if field.value is not None]
    sure = sum(field.confidence for field in reading.fields.values())
    return float(present), round(sum(items) / len(items), 2) if items else 0.0, sure, float(len(reading.items))


def head_fields(paper: GstPaper) -> _Row:
    """The fields of the head by the keys of v4."""
    lines = paper.lines
    sellers = [
        Found(
            each.text,
            each.span.text,
            each.weight * (0.6 + 0.4 * each.span.score),
            each.span,
            source_of(lines[each.line]),
        )
        for each in paper.sellers
    ]
    return {
        "supplier_name": field_of(sellers, 0.3),
        "supplier_gstin": field_of(gstin_found(paper.seller_gstins, lines)),
        "buyer_gstin": field_of(gstin_found(paper.buyer_gstins, lines)),
        "invoice_number": field_of(paper.numbers, 0.3),
        "invoice_date": field_of(paper.issued, 0.3),
        "place_of_supply_state_code": field_of(paper.places, 0.3),
        "reverse_charge": field_of(paper.reverse_charge),
        "currency": field_of([Found("INR", "", 0.9, None, "computed")] if lines else []),
        "language": field_of([Found("en", "", 0.8, None, "computed")] if lines else []),
    }


_KEYS = {
    "seller": "supplier_gstin",
    "buyer": "buyer_gstin",
    "number": "invoice_number",
    "date": "invoice_date",
    "total": "printed_grand_total",
}
"""What an e-invoice's code says → the keys of v4."""


def with_code(fields: _Row, signed: SignedInvoice | None, keys: dict[str, str]) -> tuple[_Row, tuple[str, ...]]:
    """The fields with what the QR code says, and what is to be told of it.

    A total that the print contradicts by more than a rupee stays the printed one; anything else is the code's.
    """
    if signed is None:
        return fields, ()
    result, off = dict(fields), list[str]()
    total = None if signed.total is None else f"{signed.total:f}"
    said = {
        "seller": signed.seller,
        "buyer": signed.buyer,
        "number": signed.number,
        "date": signed.date,
        "total": total,
    }
    for name, key in keys.items():
        value, before = said[name], fields[key]
        if value is None:
            continue
        if name == "total" and before.value is not None:
            printed = parse_amount(before.value)
            if printed is not None and signed.total is not None and abs(printed - signed.total) > _RUPEE:
                off.append(key)
                continue
        elif before.value is not None and before.value.replace(" ", "") != value and before.source != "ocr":
            off.append(key)
        result[key] = proven(before, value, "qr", _SIGNED)
    return result, (NOT_VERIFIED, *((DISAGREES + ", ".join(off),) if off else ()))


def _sum_fields(paper: GstPaper) -> _Row:
    totals, lines = paper.totals, paper.lines
    words = totals.words
    tcs_rate = totals.tcs.rate if totals.tcs else None
    gst = [sum_found(totals.tax, lines)] if totals.tax else []
    if totals.tax is None and totals.gst is not None:
        gst = [Found(f"{totals.gst:f}", "", 0.8, None, "computed")]
    return {
        "round_off": field_of([sum_found(totals.round_off, lines)] if totals.round_off else []),
        "tcs_rate": field_of([sum_found(totals.tcs, lines, tcs_rate)] if totals.tcs and tcs_rate is not None else []),
        "tcs_amount": field_of([sum_found(totals.tcs, lines)] if totals.tcs else []),
        "printed_taxable_subtotal": field_of([sum_found(totals.subtotal, lines)] if totals.subtotal else []),
        "printed_gst_total": field_of(gst),
        "printed_grand_total": field_of(total_found(paper), 0.3),
        "printed_total_in_words": field_of(
            [Found(words.text, words.text, 0.85, words.span, source_of(lines[words.line]))] if words else []
        ),
    }


def total_found(paper: GstPaper) -> list[Found]:
    """The total; without any that is printed in figures, the one in words."""
    totals = paper.totals
    if totals.total is not None:
        weight = _FITS if totals.proven else 0.75 if totals.total.kind.value == "total" else 0.6
        return [sum_found(totals.total, paper.lines, weight=weight)]
    words = totals.words
    return [Found(f"{words.value:f}", words.text, 0.6, words.span, source_of(paper.lines[words.line]))] if words else []


def sum_found(each: Sum, lines: Sequence[Line], value: Decimal | None = None, weight: float = _PRINTED) -> Found:
    """A sum as a candidate."""
    number = each.value if value is None else value
    sure = weight * (0.6 + 0.4 * each.span.score)
    return Found(f"{number:f}", each.span.text, sure, each.span, source_of(lines[each.line]), each.line)


def _item(item: Item, lines: Sequence[Line]) -> _Row:
    line = lines[item.line]
    weight = _FITS if fits(item) else _PRINTED
    d1, d2 = (*item.discounts, None, None)[:2]
    row = {key: ReadField() for key in V4_ITEM}
    row |= item_words(item, line, ("name", "hsn", "uom"))
    row |= {
        "qty": figure_field(item.qty, line, weight),
        "rate_printed": figure_field(item.rate, line, weight),
        "price_mode": told(item.mode, "computed"),
        "discount_pct_printed": told(d1, source_of(line)),
        "special_discount_pct_printed": told(d2, source_of(line)),
        "flat_per_unit": told(_flat(item), "computed"),
        "gst_rate": told(item.gst_rate, source_of(line)),
        **{key: told(tax.amount, source_of(line)) for key, tax in item.taxes.items()},
        "amount_printed": figure_field(item.amount, line, weight),
    }
    cess = item.taxes.get("cess")
    return row | {"cess_rate": told(cess.rate if cess else None, source_of(line))}


def item_words(item: Item, line: Line, keys: Sequence[str]) -> _Row:
    """Name, HSN and unit of a line under these keys."""
    name, hsn, unit = keys
    source = source_of(line)
    spans = (
        Span(tuple(token for part in item.spans for token in part.tokens), line.page, line.aspect)
        if item.spans
        else None
    )
    named = [Found(item.name, item.name, 0.88 * (0.6 + 0.4 * (spans.score if spans else 1)), spans, source)]
    return {
        name: field_of(named if item.name else []),
        hsn: field_of([Found(digits_of(item.hsn), item.hsn.text, 0.9, item.hsn, source)] if item.hsn else []),
        unit: told(item.unit, source),
    }


def figure_field(figure: Figure | None, line: Line, weight: float = _PRINTED) -> ReadField:
    """A printed number as a field."""
    if figure is None:
        return ReadField()
    sure = weight * (0.6 + 0.4 * figure.span.score)
    return field_of([Found(f"{figure.value:f}", figure.span.text, sure, figure.span, source_of(line))])


def told(value: Decimal | str | None, source: str) -> ReadField:
    """A value without a place of its own."""
    if value is None:
        return ReadField()
    text = value if isinstance(value, str) else f"{value:f}"
    kind = "computed" if source == "computed" else "ocr" if source == "ocr" else "text"
    return field_of([Found(text, text, 0.8 if kind != "computed" else _COMPUTED, None, kind)])  # type: ignore[arg-type]


def _flat(item: Item) -> Decimal | None:
    if item.off is None or item.qty is None or not item.qty.value:
        return None
    return (item.off / item.qty.value).quantize(_FLAT_PLACES)


def _discount(each: Sum, order: int, paper: GstPaper) -> _Row:
    """In rupees, as printed; what percent it is stands in the label alone where it is printed with its amount."""
    return {
        "label": told(each.label, source_of(paper.lines[each.line])),
        "type": told("ABSOLUTE", "computed"),
        "value": field_of([sum_found(each, paper.lines, abs(each.value))]),
        "order": told(Decimal(order), "computed"),
    }


def _charge(charge: Charge, lines: Sequence[Line]) -> _Row:
    line = lines[charge.line]
    source = source_of(line)
    return {
        "label": told(charge.label, source),
        "ex_tax": figure_field(Figure(charge.value, charge.span), line),
        "gst_rate_hint": told(charge.rate, "computed" if charge.inferred else source),
        "gst_amount": told(charge.tax, source),
        "inc_tax": told(charge.with_tax, source),
        "taxable": ReadField(),
    }


def _summary(row: SummaryRow, lines: Sequence[Line]) -> _Row:
    line = lines[row.line]
    taxes = {
        key: told(row.taxes[key].amount if key in row.taxes else None, source_of(line))
        for key in ("cgst", "sgst", "igst")
    }
    return {
        "hsn": told(row.hsn, source_of(line)),
        "taxable": figure_field(row.taxable, line),
        **taxes,
        "total": figure_field(row.total, line),
    }
