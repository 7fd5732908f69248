"""A document read under the schema `odoo_invoice`: every field, the lines, the tax by rate and the orders."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_engine.iso import country_code
from ocr_engine.local.amounts import decimal_sign
from ocr_engine.local.found import Found, field_of, source_of
from ocr_engine.local.invoice.context import same_column
from ocr_engine.local.invoice.dating import find_invoice_dates
from ocr_engine.local.invoice.identifiers import (
    VatId,
    country_in,
    country_of_address,
    country_of_domain,
    find_abas,
    find_bics,
    find_emails,
    find_ibans,
    find_sites,
    find_tax_ids,
    find_vat_ids,
    qr_bill,
    qr_bill_reference,
)
from ocr_engine.local.invoice.items import Items, read_items
from ocr_engine.local.invoice.lines import item_fields
from ocr_engine.local.invoice.numbering import find_numbers, find_orders, find_references
from ocr_engine.local.invoice.parties import Parties, find_parties
from ocr_engine.local.invoice.sums import TaxRow, every_amount, sums_of, tax_rows
from ocr_engine.local.invoice.tape import is_tape, read_tape, tape_items
from ocr_engine.local.invoice.totals import Ledger
from ocr_engine.local.invoice.unheaded import unheaded_items
from ocr_engine.local.page import Document, Line, Span
from ocr_engine.local.paper import Paper
from ocr_engine.local.peru.items import read_goods
from ocr_engine.local.peru.reader import comprobante_of
from ocr_engine.local.peru.sums import without_other_sums
from shared.contracts.odoo import ODOO_INVOICE
from shared.contracts.reading import ReadField, Reading

_REFUND = re.compile(
    r"\b(?:gutschrift|stornorechnung|storno|rechnungskorrektur|korrekturrechnung|credit ?note|credit memo"
    r"|(?<!')avoir(?=\s*(?:n[°o.]|$|[a-z]{0,4}-?\d))|note de credit|nota de credito|factura rectificativa|abono"
    r"|nota di credito|creditnota|creditfactuur|nota de abono)\b"
)
_CURRENCIES = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "¥": "JPY",
    "US$": "USD",
    "B/.": "PAB",
    "S/": "PEN",
    "R$": "BRL",
    "zł": "PLN",
    "Kč": "CZK",
    "$": "USD",
}
_CODE = re.compile(
    r"\b(EUR|USD|GBP|CHF|PAB|CAD|AUD|NZD|MXN|BRL|PEN|COP|CLP|ARS|INR|JPY|CNY|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN"
    r"|TRY|ZAR|SGD|MYR|HKD|AED|DEM)\b"
)
_CURRENCY_LABEL = re.compile(r"wahrung|currency|devise|moneda|divisa|valuta|moeda|betrage in|amounts in")
_HEAD_LINES = 30
_LEAST = 0.2
_TAKEN = 0.19
"""Share of its weight that a value has for a field beside its own; less than what any field asks for."""
_ADDRESS_LINES = 5
_MOST_LINES, _WORDS, _LETTERS = 4000, 120, 120


def read_invoice(document: Document, mode: int = 1) -> Reading:
    """The reading of an invoice as printed; `mode` is the upload's and says nothing here."""
    del mode
    lines = _bounded(document.lines)
    decimal = decimal_sign(line.text for line in lines)
    paper = Paper.of(lines)
    tape = is_tape(lines)
    peru = comprobante_of(document, paper, decimal)
    items = read_goods(lines, decimal, tape=tape) if peru else Items(())
    items = items if items.items else _goods(lines, decimal, tape=tape)
    sums = sums_of(lines, decimal)
    sums = without_other_sums(sums) if peru else sums
    totals = Ledger(lines, sums, tax_rows(lines, decimal), items, every_amount(lines, decimal)).totals()
    totals = peru.taxes(totals) if peru else totals
    fields = _header(paper, document.qr) | {
        "currency": field_of(_currencies(lines, paper)),
        "subtotal": field_of(totals.subtotal, 0.45),
        "total_tax_amount": field_of(totals.tax, 0.45),
        "total": field_of(totals.total, 0.3),
    }
    if tape:
        fields |= {key: field_of(found, _LEAST) for key, found in read_tape(document).items() if found}
    fields, warnings = peru.fields(fields) if peru else (fields, ())
    return Reading(
        schema_name=ODOO_INVOICE,
        provider="local",
        fields=fields,
        items=item_fields(items, peru.line_taxes(totals) if peru else totals, lines),
        tables={
            "purchase_orders": tuple({"number": field_of([order])} for order in find_orders(paper)),
            "taxes": tuple(_tax_fields(row, lines) for row in totals.rows),
        },
        pages=document.pages,
        pages_read=document.pages_read,
        warnings=(*document.warnings, *warnings),
    )


def _header(paper: Paper, codes: Sequence[str]) -> dict[str, ReadField]:
    """Every header field but the sums; `codes` are the texts of the paper's QR codes."""
    dates = find_invoice_dates(paper)
    emails, sites = find_emails(paper), find_sites(paper)
    parties = find_parties(paper, [each.value for each in (*emails, *sites)])
    vats = find_vat_ids(paper) or find_tax_ids(paper)
    bill = qr_bill(codes)
    references = _references(paper, bill)
    fields = {
        "type": field_of(_types(paper)),
        "supplier": field_of(parties.sellers, 0.3),
        **_vat_fields(vats, parties, paper),
        "client": field_of(parties.buyers, 0.3),
        "invoice_id": field_of([*find_numbers(paper), *_doubted([*find_orders(paper), *references])], 0.3),
        "date": field_of([*dates.issued, *_doubted(dates.due)], 0.3),
        "due_date": field_of([*dates.due, *_doubted(dates.issued)], 0.4),
        "payment_ref": field_of(references),
        "iban": field_of(find_ibans(paper)),
        "swift_code": field_of(find_bics(paper)),
        "aba": field_of(find_abas(paper)),
        "qr_bill": field_of([bill] if bill else []),
        "email": field_of(emails),
        "website": field_of(sites),
    }
    fields["supplier_country"] = field_of(_countries(fields, vats, parties, paper))
    return fields


def _goods(lines: Sequence[Line], decimal: str, *, tape: bool) -> Items:
    """The invoice's lines: a tape's, else a table's, else rows that add up under no heading that is known."""
    items = tape_items(lines, decimal) if tape else Items(())
    items = items if items.items else read_items(lines, decimal)
    return items if items.items else unheaded_items(lines, decimal)


def _bounded(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines without words and tails that no invoice has; what a rule costs grows with a line's length."""
    kept = (
        replace(line, tokens=tuple(token for token in line.tokens[:_WORDS] if len(token.text) <= _LETTERS))
        for line in lines[:_MOST_LINES]
    )
    return tuple(line for line in kept if line.tokens)


def invoice_quality(reading: Reading) -> tuple[float, ...]:
    """How good a reading is, for choosing between two of the same paper: more is better at the first difference."""
    wanted = ("total", "date", "invoice_id", "supplier", "subtotal")
    present = sum(reading.value(key) is not None for key in wanted) + bool(reading.items)
    sure = sum(reading.fields[key].confidence for key in wanted)
    return float(present), sure, float(len(reading.items))


def _types(paper: Paper) -> list[Found]:
    """A credit note where the head of the paper calls itself one."""
    for cell in paper.cells():
        if cell.line >= _HEAD_LINES:
            break
        hit = _REFUND.search(cell.folded)
        if hit and hit.start() < 25 and len(cell.folded) < 80:  # noqa: PLR2004 - a title, no sentence
            return [Found("refund", cell.span.text, 0.9, cell.span, source_of(paper.lines[cell.line]), cell.line)]
    return [Found("invoice", "", 0.85, None, "computed")]


def _currencies(lines: Sequence[Line], paper: Paper) -> list[Found]:
    found: dict[str, Found] = {}
    for index, line in enumerate(lines):
        labelled = any(_CURRENCY_LABEL.search(cell.folded) for cell in paper.rows[index])
        for token in line.tokens:
            hit = _CODE.search(token.text)
            sign = next((code for mark, code in _CURRENCIES.items() if mark in token.text), None)
            code = hit[1] if hit else sign
            if code is None:
                continue
            weight = 0.95 if labelled and hit else 0.7 if hit else 0.65
            before = found.get(code)
            more = min(0.97, (before.weight if before else weight) + (0.01 if before else 0.0))
            found[code] = Found(code, token.text, max(more, weight), line.span([token]), source_of(line), index)
    return list(found.values())


def _vat_fields(vats: Sequence[VatId], parties: Parties, paper: Paper) -> dict[str, ReadField]:
    """Each VAT id given to the party in whose block, or nearer to whose name, it stands."""
    sellers: list[Found] = []
    buyers: list[Found] = []
    for vat in vats:
        line = paper.lines[vat.line]
        sure = (0.95 if vat.valid else 0.7 if vat.country else 0.6) - 0.0005 * vat.line
        found = Found(vat.value, vat.span.text, sure, vat.span, source_of(line), vat.line)
        (buyers if _is_buyers(vat, parties, paper) else sellers).append(found)
    if not buyers:
        sellers, buyers = _shared_out(sellers, parties)
    taken = {each.value for each in sellers}
    buyers = [each for each in buyers if each.value not in taken]
    return {
        "supplier_vat": field_of([*sellers, *_doubted(buyers)]),
        "client_vat": field_of([*buyers, *_doubted(sellers)]),
    }


def _shared_out(sellers: list[Found], parties: Parties) -> tuple[list[Found], list[Found]]:
    """Of several numbers the one below the buyer's name, and nearer to it than to the seller's, is the buyer's."""
    buyer = parties.buyers[0] if parties.buyers else None
    seller = parties.sellers[0] if parties.sellers else None
    if buyer is None or seller is None or buyer.span is None or seller.span is None:
        return sellers, []
    theirs = [
        each
        for each in sellers
        if each.span is not None
        and buyer.line <= each.line
        and _distance(each.span, buyer.span) < _distance(each.span, seller.span)
    ]
    values = {each.value for each in theirs}
    rest = [each for each in sellers if each.value not in values]
    return (rest, theirs) if rest else (sellers, [])


def _doubted(found: Sequence[Found]) -> list[Found]:
    """What was taken for another value, as a candidate that is never chosen."""
    return [replace(each, weight=_TAKEN * each.weight) for each in found]


_BUYERS_LABEL = re.compile(
    r"kunde|customer|client|ihre|your|acheteur|comprador|klant|cessionario|buyer|receptor|adquirente"
)


def _is_buyers(vat: VatId, parties: Parties, paper: Paper) -> bool:
    row = paper.rows[vat.line]
    cell = next((each for each in row if vat.span.tokens[0] in each.span.tokens), row[0])
    own = {(cell.line, cell.order), *((cell.line, order) for order in range(cell.order))}
    if own & parties.buyer_cells and not own & parties.seller_cells:
        return True
    if own & parties.seller_cells:
        return False
    label = " ".join(each.folded for each in row[: cell.order + 1])
    if _BUYERS_LABEL.search(label):
        return True
    buyer = parties.buyers[0] if parties.buyers else None
    seller = parties.sellers[0] if parties.sellers else None
    if buyer is None or buyer.span is None or buyer.span.page != vat.span.page:
        return False
    if seller is None or seller.span is None:
        return False
    return _distance(vat.span, buyer.span) < 0.5 * _distance(vat.span, seller.span) and 0 <= vat.line - buyer.line <= 8  # noqa: PLR2004 - a block's lines


def _distance(one: Span, other: Span) -> float:
    if one.page != other.page:
        return float("inf")
    return abs(one.tokens[0].middle - other.tokens[0].middle) + 0.5 * abs(one.left - other.left)


def _references(paper: Paper, bill: Found | None) -> list[Found]:
    found = find_references(paper)
    reference = qr_bill_reference(bill.value) if bill else None
    return [Found(reference, reference, 0.97, None, "qr"), *found] if reference else found


def _countries(fields: dict[str, ReadField], vats: Sequence[VatId], parties: Parties, paper: Paper) -> list[Found]:
    """The seller's country: its VAT id's, its address's, its bank's, its domain's."""
    found: list[Found] = []
    vat = fields["supplier_vat"].value
    own = next((each for each in vats if each.value == vat), None)
    if own is not None and own.valid:
        found.append(Found(own.country, own.value, 0.93, own.span, source_of(paper.lines[own.line]), own.line))
    for line, order in sorted(parties.seller_cells):
        country_named = country_in(paper.rows[line][order].folded)
        if country_named:
            cell = paper.rows[line][order]
            found.append(Found(country_named, cell.span.text, 0.9, cell.span, source_of(paper.lines[line]), line))
    found += _of_address(fields["supplier"], parties, paper)
    letters = country_code(own.value[:2]) if own else None
    if own is not None and letters and not found:
        found.append(Found(letters, own.value, 0.8, own.span, source_of(paper.lines[own.line]), own.line))
    iban = fields["iban"].value
    if iban:
        found.append(Found(iban[:2], iban, 0.6, None, "computed"))
    for key in ("website", "email"):
        value = fields[key].value
        country_of_site = country_of_domain(re.sub(r"^https?://", "", value).split("/")[0]) if value else None
        if country_of_site:
            found.append(Found(country_of_site, value or "", 0.55, None, "computed"))
    return found


def _of_address(supplier: ReadField, parties: Parties, paper: Paper) -> list[Found]:
    """The country of the lines below the seller's name, by its postal code."""
    seller = next((each for each in parties.sellers if each.value == supplier.value and each.span), None)
    if seller is None or seller.span is None:
        return []
    for index in range(seller.line, min(seller.line + _ADDRESS_LINES, len(paper.rows))):
        for cell in paper.rows[index]:
            country = country_of_address(cell.span.text) if same_column(cell.span, seller.span) else None
            if country:
                return [Found(country, cell.span.text, 0.75, cell.span, source_of(paper.lines[index]), index)]
    return []


def _tax_fields(row: TaxRow, lines: Sequence[Line]) -> dict[str, ReadField]:
    source = source_of(lines[row.line])
    base = [Found(f"{row.base:f}", "", 0.9, None, source, row.line)] if row.base is not None else []
    return {
        "rate": field_of([Found(f"{row.rate:f}", row.span.text, 0.92, row.span, source, row.line)]),
        "base": field_of(base),
        "amount": field_of([Found(f"{row.amount:f}", row.span.text, 0.92, row.span, source, row.line)]),
    }
