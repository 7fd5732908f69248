"""Everything that the rules find on a GST invoice, before it is written under one of the two schemas."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.india.charges import Charge, charges_of
from ocr_engine.local.india.einvoice import SignedInvoice, signed_invoice
from ocr_engine.local.india.gstins import Gstin, find_gstins
from ocr_engine.local.india.head import (
    find_due,
    find_issued,
    find_loose_dates,
    find_numbers,
    find_places,
    find_reverse_charge,
)
from ocr_engine.local.india.headings import with_single_headings
from ocr_engine.local.india.items import Item, Tables, digits_of, read_tables, shown_rate
from ocr_engine.local.india.parties import Block, Name, assigned, find_blocks, find_sellers, name_in
from ocr_engine.local.india.totals import Totals, read_totals
from ocr_engine.local.page import Document, Line
from ocr_engine.local.paper import Paper

_MOST_LINES, _WORDS, _LETTERS = 1500, 120, 60
_COPY = re.compile(r"\b(?:duplicate|triplicate|quadruplicate|extra copy)\b", re.IGNORECASE)
_ORIGINAL = re.compile(r"\boriginal\b.{0,60}\bduplicate\b", re.IGNORECASE)
_TOP_LINES = 8


@dataclass(frozen=True)
class GstPaper:
    """A GST invoice as read: candidates of its head, its tables, its sums, and its QR code."""

    lines: Sequence[Line]
    numbers: list[Found]
    issued: list[Found]
    due: list[Found]
    places: list[Found]
    reverse_charge: list[Found]
    sellers: list[Name]
    seller_gstins: list[Gstin]
    buyer_gstins: list[Gstin]
    buyer: tuple[Block, Name | None] | None
    tables: Tables
    totals: Totals
    charges: tuple[Charge, ...]
    signed: SignedInvoice | None


def read_paper(document: Document) -> GstPaper:
    """Find everything; what a rule costs is bounded by leaving out lines and words that no invoice has."""
    lines = with_single_headings(_originals(_bounded(document.lines)))
    paper = Paper.of(lines)
    tables = read_tables(lines)
    totals = read_totals(lines, tables)
    tables = replace(tables, items=_with_rates(tables, totals))
    table = min(tables.first, len(lines))
    blocks = find_blocks(paper, table)
    gstins = list(find_gstins(lines))
    sellers, buyers = assigned(gstins, blocks, paper)
    issued = list(find_issued(paper)) or list(find_loose_dates(paper))[:3]
    return GstPaper(
        lines=lines,
        numbers=list(find_numbers(paper)),
        issued=issued,
        due=list(find_due(paper)),
        places=list(find_places(paper)),
        reverse_charge=list(find_reverse_charge(paper)),
        sellers=find_sellers(paper, blocks, table),
        seller_gstins=sellers,
        buyer_gstins=buyers,
        buyer=_buyer(blocks),
        tables=tables,
        totals=totals,
        charges=charges_of(tables, totals),
        signed=signed_invoice(document.qr),
    )


def gstin_found(gstins: Sequence[Gstin], lines: Sequence[Line]) -> list[Found]:
    """GSTINs as candidates of a field."""
    return [
        Found(
            each.value,
            each.span.text,
            (0.95 if each.valid else 0.6) * (0.6 + 0.4 * each.span.score) - 0.001 * nth,
            each.span,
            source_of(lines[each.line]),
            each.line,
        )
        for nth, each in enumerate(gstins)
    ]


def _bounded(lines: Sequence[Line]) -> tuple[Line, ...]:
    kept = (
        replace(line, tokens=tuple(token for token in line.tokens[:_WORDS] if len(token.text) <= _LETTERS))
        for line in lines[:_MOST_LINES]
    )
    return tuple(line for line in kept if line.tokens)


def _originals(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines without the pages that call themselves a duplicate of the ones before."""
    dropped: set[int] = set()
    tops: dict[int, list[str]] = {}
    for line in lines:
        tops.setdefault(line.page, [])
        if len(tops[line.page]) < _TOP_LINES:
            tops[line.page].append(line.text)
    for page, texts in tops.items():
        text = " ".join(texts)
        if page and _COPY.search(text) and not _ORIGINAL.search(text):
            dropped.add(page)
    return tuple(line for line in lines if line.page not in dropped)


def _buyer(blocks: Sequence[Block]) -> tuple[Block, Name | None] | None:
    for kind in ("buyer", "ship"):
        named = [(block, name) for block in blocks if block.kind == kind and (name := name_in(block)) is not None]
        if named:
            return named[0]
    return None


def _with_rates(tables: Tables, totals: Totals) -> tuple[Item, ...]:
    """The lines, those without a rate with the one that the tax summary or the labels of the sums tell."""
    by_hsn = {row.hsn: row.rate for row in tables.summary if row.hsn and row.rate is not None}
    general: set[Decimal] = {row.rate for row in tables.summary if row.rate is not None} or totals.rates
    usual = next(iter(general)) if len(general) == 1 else None
    return tuple(item if item.gst_rate is not None else _rated(item, by_hsn, usual) for item in tables.items)


def _rated(item: Item, by_hsn: dict[str, Decimal], usual: Decimal | None) -> Item:
    own = shown_rate(item)
    if own is None and item.hsn:
        own = by_hsn.get(digits_of(item.hsn))
    return replace(item, gst_rate=own if own is not None else usual)
