"""Seller and buyer: by labelled blocks, the line above the recipient's window, foot, letterhead and domain."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.invoice.blocks import Block, Name, block_of, is_label, joined, may_name
from ocr_engine.local.invoice.labels import (
    BANK,
    BUYER,
    BUYER_INLINE,
    FOOT,
    FRENCH_FORM,
    HOLDER,
    LEGAL_FORM,
    NOT_A_NAME,
    PAPER_BEHIND,
    PERSON,
    POSTAL,
    SELLER,
    SELLER_INLINE,
    SEPARATOR,
    STREET,
    TITLE_WORDS,
    TOWN,
)
from ocr_engine.local.page import Line
from ocr_engine.local.paper import Paper
from ocr_engine.local.spelling import fold

_BLOCK_LINES = 8
_LONGEST_NAME = 60
_LETTERHEAD = 0.3
"""Share of the first page that a letterhead takes."""


@dataclass
class _Weighed:
    name: Name
    weight: float
    reasons: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Parties:
    """Candidates of seller and buyer, and the lines that their blocks take."""

    sellers: list[Found]
    buyers: list[Found]
    seller_cells: frozenset[tuple[int, int]]
    buyer_cells: frozenset[tuple[int, int]]


def find_parties(paper: Paper, domains: Sequence[str]) -> Parties:
    """Seller and buyer; `domains` are those of e-mail and web addresses on the paper."""
    sellers = [block_of(cell, paper) for cell in paper.cells() if SELLER.match(cell.folded)]
    buyers = [block_of(cell, paper) for cell in paper.cells() if BUYER.match(cell.folded)]
    buyer_names = [block.name for block in buyers if block.name] + list(_inline(BUYER_INLINE, paper))
    window = None if buyer_names else _window(paper, sellers)
    buyer_names += [window] if window else []
    weighed = _weigh(paper, sellers, buyer_names, domains)
    if not buyer_names and weighed:
        others = [name for name in _addressed(paper) if not _same(name.text, weighed[0].name.text)]
        buyer_names += others[:1]
    return Parties(
        [_found(each.name, each.weight, paper) for each in weighed],
        [_found(name, 0.85 - 0.05 * place, paper) for place, name in enumerate(buyer_names)],
        frozenset((cell.line, cell.order) for block in sellers for cell in block.cells),
        frozenset((cell.line, cell.order) for block in buyers for cell in block.cells),
    )


def _weigh(paper: Paper, sellers: Sequence[Block], buyers: Sequence[Name], domains: Sequence[str]) -> list[_Weighed]:
    weighed: list[_Weighed] = []
    for name, weight, reason in _candidates(paper, sellers, domains):
        same = next((each for each in weighed if _same(each.name.text, name.text)), None)
        if same is None:
            weighed.append(_Weighed(name, weight, {reason}))
        elif reason not in same.reasons:
            same.reasons.add(reason)
            same.weight = max(same.weight, weight) + 0.08
    for each in weighed:
        if any(_same(each.name.text, buyer.text) for buyer in buyers):
            each.weight -= 0.6
        if LEGAL_FORM.search(fold(each.name.text)):
            each.weight += 0.1
        if BANK.search(fold(each.name.text)):
            each.weight -= 0.25
        if any(_of_domain(each.name.text, domain) for domain in domains):
            each.weight += 0.12
    best = sorted(weighed, key=lambda each: -each.weight)
    bare = _without_stated_form(best[0].name, paper) if best else None
    return [_Weighed(bare, best[0].weight), *best] if bare else best


def _without_stated_form(name: Name, paper: Paper) -> Name | None:
    """A French name without the form that the paper states by itself.

    It must stand beside the name together with the capital (Code de commerce, R123-238) and is no part of it.
    """
    hit = FRENCH_FORM.search(fold(name.text))
    if hit is None or hit.start() == 0:
        return None
    stated = re.compile(rf"\b{re.escape(hit[1])}\W+(?:unipersonnelle )?au capital")
    if not any(stated.search(cell.folded) for cell in paper.cells()):
        return None
    return Name(name.text[: hit.start()].strip(" ,-"), name.span, name.line)


def _candidates(paper: Paper, sellers: Sequence[Block], domains: Sequence[str]) -> Iterator[tuple[Name, float, str]]:
    for place, block in enumerate(sellers):
        if block.name:
            yield block.name, 0.8 - 0.05 * place, "label"
    yield from ((name, 0.75, "label") for name in _inline(SELLER_INLINE, paper))
    yield from ((name, 0.6, "sender") for name in _senders(paper))
    yield from ((name, 0.5, "foot") for name in _foot(paper))
    for name in _letterhead(paper, domains):
        down = name.span.tokens[0].box[1] / _LETTERHEAD
        yield name, 0.6 - 0.4 * down, "head"
    yield from ((name, 0.35, "holder") for name in _holders(paper))


def _inline(label: re.Pattern[str], paper: Paper) -> Iterator[Name]:
    """Names behind a label in the same cell (`Sold by: …`), without the address that may follow."""
    for cell in paper.cells():
        hit = label.match(cell.folded)
        text = re.split(r",\s+(?=\S*\d|ship|address)|\s+-\s+", cell.span.text[hit.end() :])[0] if hit else ""
        if sum(map(str.isalpha, text)) > 2 and not NOT_A_NAME.search(fold(text)):  # noqa: PLR2004 - no name
            yield Name(text.strip(" ,:;"), cell.span, cell.line)


def _senders(paper: Paper) -> Iterator[Name]:
    """The name in a line of name, street and town: the sender above a recipient's window, a letterhead."""
    for cell in paper.cells():
        parts = [part for part in SEPARATOR.split(cell.span.text) if part]
        if len(parts) < 3 or not POSTAL.search(cell.folded):  # noqa: PLR2004 - name, street, town
            continue
        first = parts[0].strip()
        places = (NOT_A_NAME, POSTAL, STREET)
        if any(map(str.isdigit, first)) and not LEGAL_FORM.search(fold(first)):
            continue
        if sum(map(str.isalpha, first)) > 2 and not any(place.search(fold(first)) for place in places):  # noqa: PLR2004
            yield Name(first, cell.span, cell.line)


def _foot(paper: Paper) -> Iterator[Name]:
    """The first line of a block that speaks of register, directors or capital."""
    for cell in paper.cells():
        if not FOOT.search(cell.folded):
            continue
        page = paper.lines[cell.line].page
        names = [
            other
            for index in range(max(0, cell.line - _BLOCK_LINES), cell.line + 1)
            if paper.lines[index].page == page
            for other in paper.rows[index]
            if may_name(other) and LEGAL_FORM.search(other.folded) and not FOOT.search(other.folded)
        ]
        short = next((other for other in names if len(other.folded) < _LONGEST_NAME), None)
        if short is not None:
            yield Name(short.span.text.strip(), short.span, short.line)


def _letterhead(paper: Paper, domains: Sequence[str]) -> Iterator[Name]:
    """Names at the top of the first page: the first line, and those with a company's form or the paper's own domain."""
    first = True
    for cell in paper.cells():
        line = paper.lines[cell.line]
        if line.page or line.tokens[0].box[1] > _LETTERHEAD:
            return
        if not may_name(cell) or TITLE_WORDS.match(cell.folded) or is_label(cell):
            continue
        if cell.folded.rstrip().endswith(":") or POSTAL.search(cell.folded) or PERSON.match(cell.folded):
            continue
        own = any(_of_domain(cell.span.text, domain) for domain in domains)
        if (first or own or LEGAL_FORM.search(cell.folded)) and len(SEPARATOR.split(cell.span.text)) < 3:  # noqa: PLR2004
            below = paper.rows[cell.line + 1] if cell.line + 1 < len(paper.rows) else ()
            following = next((o for o in below if abs(o.span.left - cell.span.left) < line.height), None)
            yield joined(cell, following)
        first = False


def _holders(paper: Paper) -> Iterator[Name]:
    for cell in paper.cells():
        hit = HOLDER.search(cell.folded)
        if hit is None:
            continue
        rest = cell.span.text[hit.end() :].strip(" :")
        row = paper.rows[cell.line]
        if not rest and cell.order + 1 < len(row):
            cell = row[cell.order + 1]  # noqa: PLW2901 - the value stands beside its label
            rest = cell.span.text.strip(" :")
        if sum(map(str.isalpha, rest)) > 2:  # noqa: PLR2004 - no name
            yield Name(rest, cell.span, cell.line)


def _window(paper: Paper, sellers: Sequence[Block]) -> Name | None:
    """The recipient in the window of the envelope: the block under the sender's line, or one with a salutation."""
    taken = {(cell.line, cell.order) for block in sellers for cell in block.cells}
    for cell in paper.cells():
        line = paper.lines[cell.line]
        if line.page or line.tokens[0].box[1] > 0.45:  # noqa: PLR2004 - a window is in the upper half
            return None
        if (cell.line, cell.order) in taken:
            continue
        sender = len(SEPARATOR.split(cell.span.text)) > 2 and POSTAL.search(cell.folded)  # noqa: PLR2004
        salutation = PERSON.match(cell.folded)
        if not sender and not salutation:
            continue
        below = [
            other
            for index in range(cell.line + 1, min(cell.line + 4, len(paper.rows)))
            for other in paper.rows[index]
            if abs(other.span.left - cell.span.left) < 6 * line.height
        ]
        name = next((other for other in below if may_name(other) and not PERSON.fullmatch(other.folded.strip())), None)
        if name is not None and not TITLE_WORDS.match(name.folded):
            return Name(name.span.text.strip(), name.span, name.line)
    return None


def _addressed(paper: Paper) -> Iterator[Name]:
    """The first lines of the blocks in the upper half of the first page that end in a town with its postal code."""
    for cell in paper.cells():
        line = paper.lines[cell.line]
        if line.page or line.tokens[0].box[1] > 0.45:  # noqa: PLR2004 - below are no addresses
            return
        town = TOWN.search(cell.folded) and not NOT_A_NAME.search(cell.folded) and ":" not in cell.folded
        if not POSTAL.search(cell.folded) and not town:
            continue
        top = cell
        for index in range(cell.line - 1, max(-1, cell.line - 5), -1):
            near = paper.lines[index + 1].middle - paper.lines[index].middle < 2 * line.height
            above = [other for other in paper.rows[index] if abs(other.span.left - cell.span.left) < line.height]
            if not near or (above and is_label(above[0])):
                break
            if above and may_name(above[0]):
                top = above[0]
        if top is not cell and not STREET.search(top.folded) and not PERSON.fullmatch(top.folded.strip()):
            yield Name(top.span.text.strip(), top.span, top.line)


def _same(one: str, other: str) -> bool:
    a, b = (re.sub(r"[^a-z0-9]", "", fold(text)) for text in (one, other))
    return bool(a) and (a == b or fuzz.ratio(a, b) >= 92)  # noqa: PLR2004 - a letter apart


def _of_domain(name: str, domain: str) -> bool:
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", domain.lower()).split("/")[0].rpartition("@")[2]
    label = re.sub(r"[^a-z0-9]", "", host.rpartition(".")[0])
    plain = re.sub(r"[^a-z0-9]", "", LEGAL_FORM.sub("", fold(name)))
    if len(label) < 4 or len(plain) < 3:  # noqa: PLR2004 - too short to compare
        return False
    return label in plain or plain in label or fuzz.ratio(label, plain) > 80  # noqa: PLR2004


def _trimmed(text: str) -> str:
    """A name without the paper's own kind behind it (`Acme Ltd Invoice`)."""
    text = re.sub(r"(?<=[Rr]\.)\s?I(?=\.)", "l", text)  # `S.r.I.` is how recognition sees `S.r.l.`
    hit = PAPER_BEHIND.search(fold(text))
    return text[: hit.start()].strip(" ,-") if hit and hit.start() > 2 else text  # noqa: PLR2004 - a name is left


def _found(name: Name, weight: float, paper: Paper) -> Found:
    line: Line = paper.lines[name.line]
    sure = min(max(weight, 0.05), 0.97) * (0.5 + 0.5 * name.span.score)
    return Found(_trimmed(name.text), name.span.text, sure, name.span, source_of(line), name.line)
