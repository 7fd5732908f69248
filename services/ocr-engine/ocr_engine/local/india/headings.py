"""How GST invoices head their columns; and headings such as CGST over `Rate | Amount` made single ones."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ocr_engine.local.india.kinds import ends_rows, is_carried, is_section
from ocr_engine.local.page import Line, Token
from ocr_engine.local.spelling import fold
from ocr_engine.local.table.vocabulary import Vocabulary

_INCL = r"(?:incl|inclusive|including|inc|with)(?: of)?(?: all)?(?: tax(?:es)?| gst)?"
_EXCL = r"(?:(?:excl|exclusive|excluding|ex|without|before|w o)(?: of)?(?: tax(?:es)?| gst)?)"
_AMT = r"(?:amt|amount|value|val)"
_TAX_NAMES = {
    "cgst": r"c ?gst|central (?:gst|tax)|cgst tax",
    "sgst": r"s ?gst(?: ?utgst)?|ut ?gst|state (?:gst|tax)|sgst tax|sgst ut ?gst|state ut tax",
    "igst": r"i ?gst|integrated (?:gst|tax)|igst tax",
    "cess": r"cess|comp(?:ensation)? cess|gst cess",
}


def _tax_headings() -> dict[str, str]:
    found = {}
    for key, names in _TAX_NAMES.items():
        found[f"{key}_rate"] = rf"{key}rate|(?:{names}) ?(?:rate|%|r)(?: ?%)?|% ?(?:{names})|rate of (?:{names})"
        found[key] = rf"{key}amount|(?:{names})(?: \d[\d ]*%)?(?: (?:{_AMT}|tax|amt rs))?|{_AMT} (?:of )?(?:{names})"
    return found


TABLES = Vocabulary(
    headings={
        "rate_with_tax": rf"(?:unit |sale |selling )?(?:rate|price|mrp)(?: per)?(?: unit)? {_INCL}"
        "|{_INCL} (?:rate|price)",
        "name": (
            r"(?:full )?(?:descriptions?|particulars?|name|details)(?: (?:and|&) (?:specifications?|specs))?(?: of)?"
            r"(?: the)?(?: (?:goods|products?|services?|items?|materials?|commodity|supply))?"
            r"(?: ?(?:and|&|or) ?(?:goods|services?))?(?: supplied)?|goods services?|goods|services?"
            r"|(?:item|product|goods|material|service|article) ?(?:and )?(?:descriptions?|name|details|particulars)"
            r"|items?|products?|item & description|item and description|product service|commodity|article|work done"
        ),
        "serial": r"(?:s|sl|sr|si|ser|serial|line|item|row)(?: ?(?:no|num|number|#|n))?|#|no|sno|slno|srno|s l no|n",
        "code": r"(?:item|product|part|material|sku|article|style|design) ?(?:code|no|id|number)|sku|code|upc"
        "|ean|barcode",
        "hsn": (
            r"(?:hsn|sac)(?: ?(?:/|and|or)? ?(?:hsn|sac))?(?: ?(?:code|no|number|cd))?(?: (?:of goods|for goods))?"
            r"|hsnsac|hsn sac ?(?:code|no)?|hsn code|hsncode"
        ),
        "batch": r"batch(?: no)?|lot(?: no)?|exp(?:iry)?(?: date)?|mfg(?: date)?|mfr|pack(?:ing|age)?s?|pkgs?"
        "|no of pkgs?",
        "free": r"free(?: qty| quantity)?|fr|sch(?:eme)?(?: qty)?|bonus|foc",
        "qty": (
            r"(?:billed |actual |total |inv(?:oice)? )?(?:qty|quantity|qnty|quan|qtty)(?: ?(?:billed"
            r"|nos|pcs|in nos|in kgs"
            r"|shipped|supplied|unit|uom))?|no of units|nos|units|pcs|hours|hrs|days"
        ),
        "unit": r"uom|uqc|unit|u o m|per|measure|unit of measure(?:ment)?|u m|unit code",
        "discount": (
            r"(?:trade |cash |item |line )?(?:disc(?:ount)?|dis)(?: ?(?:%|per|pct|percent(?:age)?"
            r"|rate|in %|1|1 %|% 1))?"
            r"|% ?(?:disc(?:ount)?|dis)|less disc(?:ount)?|d1|d 1 ?%?|cd ?%?|td ?%?|disc\d?% ?"
        ),
        "discount2": (
            r"(?:spl|special|addl|additional|scheme|sch|extra|second|2nd|cash)(?: ?(?:disc(?:ount)?|dis))(?: ?%)?"
            r"|(?:disc(?:ount)?|dis) ?2 ?%?|d2|d 2 ?%?|sd ?%?|(?:disc|discount) % 2"
        ),
        "discount_amount": rf"(?:disc(?:ount)?|dis|total disc(?:ount)?) {_AMT}|rebate|(?:less )?abatement",
        **_tax_headings(),
        "gst_rate": (
            r"(?:gst|tax) ?(?:rate|%|slab|per|percent)(?: ?%)?|(?:rate of|%) ?(?:gst|tax)|rate ?% ?gst|gst r|tax rate %"
            r"|igst sgst cgst %|gst % rate|gst rate percent"
        ),
        "gst": r"gst|tax(?:es)?|gst tax|i c s gst",
        "gst_amount": rf"(?:total )?(?:gst|tax) {_AMT}|total (?:gst|tax)|{_AMT} of (?:gst|tax)|tax payable|gst payable",
        "taxable": (
            rf"(?:total |net )?(?:taxable|assess?able|taxble)(?: ?(?:{_AMT}|supply))?|{_AMT} {_EXCL}(?: tax)?"
            rf"|(?:net|total) {_AMT} {_EXCL}|total {_EXCL}|{_AMT} before (?:tax|gst)"
            r"|taxable value of supply|total taxable (?:value|amount)"
        ),
        "gross": rf"gross(?: ?{_AMT})?|(?:total|{_AMT}) before disc(?:ount)?|basic {_AMT}|sub ?total",
        "total": (
            rf"(?:line |net |item |total )?(?:total|{_AMT})(?: {_AMT})? {_INCL}|(?:total )?{_AMT} after (?:tax|gst)"
            rf"|total(?: ?{_AMT})?(?: rs)?|gross total|net total|total (?:invoice )?value|line total"
            rf"|grand total|total price"
        ),
        "amount": rf"(?:net |line |final |bill )?{_AMT}(?: rs)?|net(?: price)?|total price"
        "|ext(?:ended)? (?:price|amount)",
        "mrp": r"(?:m ?r ?p|mrp(?: rate)?|list price|max(?:imum)? retail price)(?: ?(?:unit|rs|each))?",
        "rate": (
            rf"(?:unit |basic |net |base |sale |selling |item )?(?:rate|price|cost)(?: ?(?:per"
            rf"|/)? ?(?:unit|item|each|pc|pcs"
            rf"|kg|nos|uom))?(?: {_EXCL})?|per unit(?: rate| price)?"
            r"|(?:rate|price) ?(?:hr|hour|day|month"
            r"|mtr|ltr|ton|sqft|sq ft|person|bag|box|no)|unit value|each|rate ?/? ?unit"
        ),
    },
    figures=frozenset({"qty", "free", "rate", "rate_with_tax", "mrp", "amount", "taxable", "total", "gross"}),
    amounts=("amount", "taxable", "total", "gross", "rate", "rate_with_tax"),
    text="name",
    sums=ends_rows,
    sections=is_section,
    skips=is_carried,
    repeated={"discount": "discount2"},
    taxes=frozenset({"gst", "gst_rate", "gst_amount", *_TAX_NAMES, *(f"{key}_rate" for key in _TAX_NAMES)}),
    with_tax="total",
)
"""Goods and services, and the tax summary by HSN."""

_GROUP = {key: re.compile(rf"\W*(?:{names})\W*") for key, names in _TAX_NAMES.items()}
_RATE = re.compile(r"\W*(?:rate(?: ?%| ?\(%\))?|%|\(%\)|r|per|tax rate)\W*")
_AMOUNT = re.compile(r"\W*am(?:oun)?t\.?(?: ?\(?(?:rs\.?|inr|₹)\)?)?\W*")
_BELOW = 3.2
"""In line heights: how far under the name of a tax its two columns are headed."""
_ASIDE = 6.0
_WIDEST = 18.0
"""In line heights: the two columns of a tax together."""
_MOST_WORDS = 3
_MOST_NAMES = 8
"""Of taxes on a line; more are a sentence on them."""
_GLUED = re.compile(r"(?:[a-z.)%]|SAC|HSN)(?=[A-Z])")
_SHORT = 3
_ROOM = 0.05


def with_single_headings(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with each `Rate | Amount` under the name of a tax written as that tax's rate and amount."""
    result = [_unglued(line) for line in lines]
    for index, line in enumerate(result):
        groups = list(_names(line))
        if not groups or len(groups) > _MOST_NAMES:
            continue
        near = [
            place
            for place in range(max(0, index - 1), min(index + 4, len(result)))
            if result[place].page == line.page
            and (place == index or not any(map(str.isdigit, result[place].text)))
            and abs(result[place].middle - line.middle) <= _BELOW * max(line.height, result[place].height)
        ]
        # Where the page lies askew the two of a pair stand on different lines.
        own = {id(token) for _, tokens in groups for token in tokens}
        subs = [token for place in near for token in result[place].tokens if _is_sub(token) and id(token) not in own]
        if not any(_is_sub(token) for place in near if place > index for token in result[place].tokens):
            continue
        matched = _matched(groups, subs, line.height)
        gone = {id(token) for group, _ in matched for token in group[1]}
        names = {id(token): name for _, pair in matched for token, name in pair}
        for place in near:
            result[place] = _renamed(result[place], gone, names)
    return tuple(line for line in result if line.tokens)


def _unglued(line: Line) -> Line:
    """A line of headings with those parted that touch one another: `RateDiscount`, `HSN/SACQty`."""
    named = sum(TABLES.column(cell.text) is not None for cell in line.cells())
    if named < TABLES.least or not any(_GLUED.search(token.text) for token in line.tokens):
        return line
    return replace(line, tokens=tuple(part for token in line.tokens for part in _parted(token)))


def _parted(token: Token) -> Iterator[Token]:
    for hit in _GLUED.finditer(token.text):
        one, two = token.text[: hit.end()], token.text[hit.end() :]
        if TABLES.column(one) and (TABLES.column(two) or len(two) > _SHORT):
            edge = token.left + (token.right - token.left) * len(one) / len(token.text)
            yield replace(token, text=one, right=edge)
            # A sliver of room, so that they do not touch again.
            yield replace(token, text=two, left=edge + token.height * _ROOM)
            return
    yield token


_Name = tuple[str, list[Token]]


def _names(line: Line) -> Iterator[_Name]:
    """The names of taxes on a line, each with its words."""
    for cell in line.cells():
        start = 0
        tokens = cell.tokens
        while start < len(tokens):
            for width in range(min(_MOST_WORDS, len(tokens) - start), 0, -1):
                text = fold(" ".join(token.text for token in tokens[start : start + width])).replace("/", " ")
                key = next((key for key, pattern in _GROUP.items() if pattern.fullmatch(text)), None)
                if key:
                    yield key, list(tokens[start : start + width])
                    start += width
                    break
            else:
                start += 1


def _is_sub(token: Token) -> bool:
    folded = fold(token.text)
    return bool(_RATE.fullmatch(folded) or _AMOUNT.fullmatch(folded))


def _matched(
    groups: Sequence[_Name], subs: Sequence[Token], height: float
) -> list[tuple[_Name, list[tuple[Token, str]]]]:
    """Each tax with the neighbouring headings of a rate and an amount that stand about its name."""
    ordered = sorted(subs, key=lambda token: token.left)
    pairs = [
        (one, two)
        for one, two in pairwise(ordered)
        if _RATE.fullmatch(fold(one.text))
        and _AMOUNT.fullmatch(fold(two.text))
        and two.right - one.left <= _WIDEST * height
    ]
    found = []
    for group in groups:
        middle = (group[1][0].left + group[1][-1].right) / 2

        def aside(pair: tuple[Token, Token], middle: float = middle) -> float:
            return abs((pair[0].left + pair[1].right) / 2 - middle)

        best = min(pairs, key=aside, default=None)
        if best is None or aside(best) > _ASIDE * height:
            continue
        pairs.remove(best)
        found.append((group, [(best[0], f"{group[0]}rate"), (best[1], f"{group[0]}amount")]))
    return found


def _renamed(line: Line, gone: set[int], names: dict[int, str]) -> Line:
    tokens = tuple(
        replace(each, text=names[id(each)]) if id(each) in names else each
        for each in line.tokens
        if id(each) not in gone
    )
    return replace(line, tokens=tokens)
