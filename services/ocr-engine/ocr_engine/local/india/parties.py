"""Seller and buyer of a GST invoice: whose block a name, a GSTIN or an address stands in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr_engine.local.india.gstins import Gstin
from ocr_engine.local.india.states import STATES
from ocr_engine.local.page import Span
from ocr_engine.local.paper import Cell, Paper
from ocr_engine.local.spelling import fold

_TAIL = (
    r"(?:\s*(?:details|information|address|party|name|name (?:and|&) address))?"
    r"(?:\s*[(|/-]?\s*(?:bill(?:ed|ing)? ?to|ship(?:ped|ping)? ?to|buyer|consignee|recipient|receiver|customer)\s*\)?)?"
)
_OF = r"(?:(?:details?|name|particulars|address|name (?:and|&) address) (?:of|to) (?:the )?)?"
_BUYER = re.compile(
    rf"^\W*{_OF}(?:(?:buyer|customer|party|client)(?:\W?s)? name|bill(?:ed|ing)? ?to|buyer"
    rf"|receiver|recipient|customer|sold to|invoice to|purchaser|party|client"
    rf"|to|m/s\.?|billing address|bill to party)\b{_TAIL}\s*\)?\s*[:.,-]*\s*"
)
_SHIP = re.compile(
    rf"^\W*{_OF}(?:ship(?:ped|ping)? ?to|consignee|deliver(?:y|ed)? ?(?:to|at|address)"
    rf"|shipping address|place of delivery"
    rf"|dispatch(?:ed)? to)\b{_TAIL}\s*\)?\s*[:.-]*\s*"
)
_SELLER = re.compile(
    rf"^\W*{_OF}(?:sold by|seller|supplier|vendor|from|bill(?:ed)? (?:from|by)|dispatch(?:ed)? from|issued by|provider"
    rf"|service provider)\b{_TAIL}\s*\)?\s*[:.-]*\s*"
)
_KINDS = ((_SHIP, "ship"), (_BUYER, "buyer"), (_SELLER, "seller"))
_TITLE = re.compile(
    r"\b(?:tax invoice|invoice|bill of supply|original|duplicate|triplicate|recipient|transporter"
    r"|gstin|gst ?in\b|pan\b|cin\b"
    r"|phone|ph\b|tel\b|mob(?:ile)?\b|e-?mail|www\.|website|date|dated|irn\b|ack\b|e-?way|page \d|cash memo|credit note"
    r"|debit note|subject to|state\b|code\b|place of supply|udyam|msme|drug lic|fssai|d\.?l\.? no|estd|iso \d)|@"
)
_FORM = re.compile(
    r"\b(?:pvt|private|ltd|limited|llp|enterprises?|traders?|trading|industr(?:y|ies)|agenc(?:y|ies)"
    r"|stores?|mart|sons|bros"
    r"|brothers|works|corporation|corp|co|company|electronics|electricals?|pharma\w*|textiles?"
    r"|hardware|solutions|systems"
    r"|services|technolog(?:y|ies)|foods?|steels?|distributors?|sales|marketing|international|exports?|associates"
    r"|consultan\w+|chemicals?|motors?|tools|plastics|ceramics|garments|jewell?ers)\b"
)
_FOR = re.compile(r"^\W*for\s*[,:]?\s*(?:m/s\.?\s*)?(?=[A-Za-z])", re.IGNORECASE)
_SIGNED = re.compile(r"signator|authori[sz]ed|signature|partner|proprietor|director", re.IGNORECASE)
_PIN = re.compile(r"(?<!\d)([1-9]\d{2})\s?(\d{3})(?!\d)")
_LABEL = re.compile(
    r"^\W*(?:name|address|add|addr|party name|company|m/s\.?|messrs\.?|trade name|legal name"
    r"|buyer\W*s name)\s*[:.-]+\s*"
    r"|^\W*m/s\.?\s*"
)
_NO_ADDRESS = re.compile(
    r"\b(?:gstin?|gst no|pan|state (?:name|code)|phone|ph|tel|mob(?:ile)?|e-?mail|contact"
    r"|place of supply|cin|state|code"
    r"|uin|attn|kind attn|www"
    r"|date|dt|order|vehicle|due|terms)\b[^a-z]|\binv(?:oice)?\W*(?:no|date|#)|@|\bcode\s*:?\s*\d|^\W*india\W*$"
)
_OFFICER = re.compile(
    r"^\W*(?:the )?(?:accounts?|purchase|finance|general|branch|store|hr)? ?(?:manager|department|dept|officer|team)\b"
)
_LINES = 9
_HEAD = 14
_SIGN_LINES = 4
_LONGEST = 90
_TELLING = 6
"""Letters from which a part of a name tells whose it is."""
_STATE_TAIL = re.compile(r"[\s,.-]+$")


@dataclass(frozen=True)
class Block:
    """The cells of a party, below (and beside) its heading."""

    kind: str
    heading: Cell
    cells: tuple[Cell, ...]
    inline: tuple[str, Span] | None
    """What stands behind the heading in its own cell."""


@dataclass(frozen=True)
class Name:
    """A name and where it stands."""

    text: str
    span: Span
    line: int
    weight: float


@dataclass(frozen=True)
class Address:
    """An address as far as it was told apart."""

    text: str
    city: str
    pin: str
    span: Span | None
    line: int


def find_blocks(paper: Paper, table: int) -> tuple[Block, ...]:
    """The blocks of parties above the line where the table begins."""
    heads = [(cell, kind, hit) for cell in paper.cells() if cell.line < table for kind, hit in _named(cell)]
    places = {(cell.line, cell.order) for cell, _, _ in heads}
    return tuple(
        _block(cell, "seller" if _heads_paper(cell, hit, paper) else kind, hit, paper, (table, places))
        for cell, kind, hit in heads
    )


def _heads_paper(cell: Cell, hit: re.Match[str], paper: Paper) -> bool:
    """Whether a name behind `M/s` is the first of the paper: then it is the letterhead's."""
    if not hit[0].strip().startswith("m/s"):
        return False
    above = [
        other
        for row in paper.rows[: cell.line + 1]
        for other in row
        if (other.line, other.order) < (cell.line, cell.order)
    ]
    return all(_TITLE.search(other.folded) or sum(map(str.isalpha, other.folded)) < _TELLING for other in above)


def _named(cell: Cell) -> Iterator[tuple[str, re.Match[str]]]:
    text = cell.folded
    for pattern, kind in _KINDS:
        hit = pattern.match(text)
        if hit is None:
            continue
        rest = text[hit.end() :]
        colon = ":" in hit[0] or text.startswith("m/s")
        word = hit[0].strip(" :.-()")
        if word in {"to", "from", "party", "code"} and rest and not colon:
            return
        if rest and not colon and (len(rest) > 3 or word in {"buyer", "customer", "supplier", "receiver"}):  # noqa: PLR2004
            return
        if re.match(r"(?:gst|pan|code|id|no\b|ref|order|po\b|state|phone|mob)", rest):
            return
        yield kind, hit
        return


def _block(cell: Cell, kind: str, hit: re.Match[str], paper: Paper, edges: tuple[int, set[tuple[int, int]]]) -> Block:
    table, places = edges
    line = paper.lines[cell.line]
    row = paper.rows[cell.line]
    rivals = list(row[cell.order + 1 :])
    right = rivals[0].span.left if rivals else float("inf")
    rest = cell.span.text[hit.end() :].strip(" :-")
    inline = (rest, cell.span.part(hit.end(), len(cell.span.text))) if rest else None
    if inline is None and rivals and (rivals[0].line, rivals[0].order) not in places:
        # A value beside its label in a cell of its own.
        beside = rivals[0]
        near = beside.span.left - cell.span.right < 12 * line.height
        if near and len(cell.folded) < 30 and ":" in cell.folded + beside.folded[:2]:  # noqa: PLR2004 - a label
            inline = (beside.span.text.strip(" :"), beside.span)
            right = float("inf")
    cells: list[Cell] = []
    last = line
    for index in range(cell.line + 1, min(cell.line + 1 + _LINES, table, len(paper.lines))):
        below = paper.lines[index]
        if below.page != line.page or below.middle - last.middle > 3.2 * max(last.height, below.height):
            break
        own = [
            other
            for other in paper.rows[index]
            if other.span.left < right - line.height and other.span.right > cell.span.left - line.height
        ]
        if own and any(
            (other.line, other.order) in places and other.span.left < cell.span.left + 8 * line.height for other in own
        ):
            break
        own = [other for other in own if (other.line, other.order) not in places]
        if own:
            cells += own
            last = below
    return Block(kind, cell, tuple(cells), inline)


def name_in(block: Block) -> Name | None:
    """The party's name: behind the heading, or the block's first line."""
    if block.inline is not None and sum(map(str.isalpha, block.inline[0])) > 2:  # noqa: PLR2004 - a name
        text = _stripped(block.inline[0])
        if text.count(",") > 1 and any(map(str.isdigit, text)):
            # The address goes on behind the name.
            text = text.partition(",")[0]
        if text:
            return Name(text, block.inline[1], block.heading.line, 0.9)
    for cell in block.cells[:4]:
        text = _stripped(cell.span.text)
        letters = sum(map(str.isalpha, text))
        wrong = _OFFICER.match(fold(text)) or _NO_ADDRESS.search(fold(text)) or re.match(r"\W*\d", text)
        if letters > 2 and not wrong:  # noqa: PLR2004 - a name
            return Name(text, cell.span, cell.line, 0.88)
    return None


def _stripped(text: str) -> str:
    hit = _LABEL.match(fold(text))
    return text[hit.end() :].strip(" :,-") if hit else text.strip(" :,")


def address_in(block: Block, name: Name | None) -> Address:
    """The address below the name, with city and PIN code taken out of it."""
    parts: list[str] = []
    pin, city, line = "", "", block.heading.line
    span: Span | None = None
    for cell in block.cells:
        if name is not None and (cell.line < name.line or cell.span == name.span):
            continue
        text = _stripped(cell.span.text)
        folded = fold(text)
        code = _PIN.search(text)
        if code and not re.search(r"ph|tel|mob|gst|pan\b", folded):
            pin = pin or f"{code[1]}{code[2]}"
            before = _STATE_TAIL.sub(
                "", re.sub(r"\b(?:pin(?: ?code)?)\W*$", "", text[: code.start()], flags=re.IGNORECASE)
            )
            pieces = [piece.strip() for piece in re.split(r"[,–-]", before) if piece.strip()]
            named = [piece for piece in pieces if _state(piece) is None] or pieces
            if named:
                city = city or named[-1]
                if named[:-1]:
                    parts.append(", ".join(named[:-1]))
            continue
        if _NO_ADDRESS.search(f"{folded} ") or _state(text):
            continue
        if pin:
            break
        parts.append(text.strip(" ,"))
        span, line = span or cell.span, cell.line
    return Address(", ".join(parts), city, pin, span, line)


def _state(text: str) -> str | None:
    plain = re.sub(r"[^a-z& ]", "", fold(text)).strip().replace("&", "and")
    return next((code for code, name in STATES.items() if name == plain), None)


def find_sellers(paper: Paper, blocks: Sequence[Block], table: int) -> list[Name]:
    """Who may be the seller: named so, signing, or at the head of the paper; likeliest first."""
    found = [name for block in blocks if block.kind == "seller" and (name := name_in(block))]
    found = [Name(name.text, name.span, name.line, 0.93) for name in found]
    signing = list(_signing(paper))
    heads = list(_letterheads(paper, blocks, table))
    for head in heads:
        signs = next((one for one in signing if _same(one.text, head.text)), None)
        # Recognition may part a letterhead set wide; the signature then has the whole name.
        whole = signs is not None and len(signs.text) > len(head.text)
        named = signs if whole and signs is not None else head
        found.append(Name(named.text, named.span, named.line, 0.96 if signs else head.weight))
    found += [one for one in signing if not any(_same(one.text, other.text) for other in found)]
    return sorted(found, key=lambda each: -each.weight)


def _signing(paper: Paper) -> Iterator[Name]:
    for cell in paper.cells():
        hit = _FOR.match(cell.span.text)
        if not hit or len(cell.span.text) > _LONGEST:
            continue
        below = " ".join(line.text for line in paper.lines[cell.line : cell.line + _SIGN_LINES])
        rest = cell.span.text[hit.end() :].strip(" ,.:")
        if _SIGNED.search(below) and len(rest) > 3 and not _TITLE.search(fold(rest)):  # noqa: PLR2004
            yield Name(rest, cell.span.part(hit.end(), len(cell.span.text)), cell.line, 0.82)


def _letterheads(paper: Paper, blocks: Sequence[Block], table: int) -> Iterator[Name]:
    """Large or early lines at the head of the first page that are no title, label or part of a buyer's block."""
    taken = {
        (cell.line, cell.order) for block in blocks if block.kind != "seller" for cell in (block.heading, *block.cells)
    }
    top = [cell for cell in paper.cells() if cell.line < min(table, _HEAD) and paper.lines[cell.line].page == 0]
    heights = sorted(cell.span.tokens[0].height for cell in top) or [1.0]
    usual = heights[len(heights) // 2]
    for nth, cell in enumerate(top):
        folded = cell.folded
        letters = sum(map(str.isalpha, folded))
        if (cell.line, cell.order) in taken or letters < 4 or _TITLE.search(folded) or len(folded) > _LONGEST:  # noqa: PLR2004
            continue
        if re.search(r"\d{3}", folded) or ":" in folded:
            continue
        large = min(cell.span.tokens[0].height / usual, 2.0)
        weight = 0.45 + 0.18 * (large - 1) + (0.12 if _FORM.search(folded) else 0) - 0.012 * nth
        yield Name(_stripped(cell.span.text), cell.span, cell.line, min(max(weight, 0.3), 0.85))


def _same(one: str, other: str) -> bool:
    first, second = ("".join(re.findall("[a-z0-9]", fold(each))) for each in (one, other))
    return bool(first) and (
        first == second or (len(first) > _TELLING and first in second) or (len(second) > _TELLING and second in first)
    )


def assigned(gstins: Sequence[Gstin], blocks: Sequence[Block], paper: Paper) -> tuple[list[Gstin], list[Gstin]]:
    """The sellers' and the buyers' GSTINs, likeliest first; a consignee's counts only after theirs."""
    sellers: list[Gstin] = []
    buyers: list[Gstin] = []
    consignees: list[Gstin] = []
    for gstin in gstins:
        kind = _owner(gstin, blocks, paper)
        (buyers if kind == "buyer" else consignees if kind == "ship" else sellers).append(gstin)
    if not buyers and not consignees and len({each.value for each in sellers}) > 1:
        first = sellers[0].value
        buyers = [each for each in sellers if each.value != first]
        sellers = [each for each in sellers if each.value == first]
    taken = {each.value for each in sellers}
    others = [each for each in (*buyers, *consignees) if each.value not in taken]
    return sellers, others or [*buyers, *consignees]


def _owner(gstin: Gstin, blocks: Sequence[Block], paper: Paper) -> str:
    row = paper.rows[gstin.line]
    token = gstin.span.tokens[0]
    cell = next((each for each in row if any(token is other for other in each.span.tokens)), row[0])
    label = " ".join(each.folded for each in row[max(0, cell.order - 1) : cell.order + 1])
    if re.search(r"\b(?:buyer|party|customer|recipient|receiver|client|consumer)\b", label):
        return "buyer"
    if re.search(r"\b(?:our|seller|supplier|company)\b", label):
        return "seller"
    best: tuple[int, str] | None = None
    for block in blocks:
        if any(each.line == cell.line and each.order == cell.order for each in (block.heading, *block.cells)):
            key = (block.heading.line, block.kind)
            best = key if best is None or key[0] >= best[0] else best
    return best[1] if best else "seller"
