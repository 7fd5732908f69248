"""Where a table begins: lines of headings, stacked or side by side, and the columns that they open."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ocr_engine.local.page import Line, Span, Token
from ocr_engine.local.table.vocabulary import Vocabulary, heading_text

_WIDEST = 5
"""Words of one heading."""
_STACKED = 1.4
"""In line heights: how far apart the lines of one heading stand."""
_MOST_LINES = 4
_DATA = re.compile(r"\d[\d.,]*[.,]\d{2}\b|\d{3,}")


@dataclass(frozen=True)
class Heading:
    """A column's heading: its place, and the keys it names from the top down (None: a column of no interest)."""

    left: float
    right: float
    keys: tuple[str, ...]
    text: str

    @property
    def key(self) -> str | None:
        """The column's own key."""
        return self.keys[0] if self.keys else None


@dataclass(frozen=True)
class Head:
    """The headings of a table and the lines that they stand on."""

    headings: tuple[Heading, ...]
    first: int
    last: int

    def keys(self) -> set[str]:
        """Every column that is named."""
        return {key for heading in self.headings for key in heading.keys}


@dataclass(frozen=True)
class _Piece:
    """A stretch of a line of headings, known or not."""

    span: Span
    line: int
    key: str | None

    @property
    def text(self) -> str:
        return self.span.text


def find_heads(lines: Sequence[Line], vocabulary: Vocabulary) -> list[Head]:
    """Every heading of the document, in order."""
    heads: list[Head] = []
    index = 0
    while index < len(lines):
        head = _head(lines, index, vocabulary, heads[-1].last + 1 if heads else 0)
        if head is None:
            index += 1
            continue
        heads.append(head)
        index = head.last + 1
    return heads


def _head(lines: Sequence[Line], seed: int, vocabulary: Vocabulary, floor: int) -> Head | None:
    if _DATA.search(lines[seed].text):
        return None
    pieces = list(_pieces(lines[seed], seed, vocabulary))
    if not _is_seed(pieces, vocabulary):
        return None
    taken = [seed]
    for step in (-1, 1):
        index = seed + step
        while floor <= index < len(lines) and len(taken) <= _MOST_LINES + 2:
            added = _stacked(lines, index, taken, pieces, vocabulary)
            if added is None:
                break
            pieces += added
            taken.append(index)
            index += step
    whole = _whole(pieces, [lines[index] for index in taken], vocabulary)
    loose = [piece for piece in pieces if all(_inside(piece, each) < 0 for each in whole)]
    headings = sorted([*whole, *_headings(loose, vocabulary)], key=lambda each: each.left)
    headings = _distinct(headings, vocabulary)
    keys = {key for heading in headings for key in heading.keys}
    if not keys & vocabulary.figures or len(keys) < vocabulary.least:
        return None
    return Head(tuple(headings), min(taken), max(taken))


def _is_seed(pieces: Sequence[_Piece], vocabulary: Vocabulary) -> bool:
    known = {piece.key for piece in pieces if piece.key}
    words = sum(len(piece.text.split()) for piece in pieces)
    named = sum(len(piece.text.split()) for piece in pieces if piece.key)
    enough = len(known) >= vocabulary.least and known & vocabulary.figures
    return bool(enough) and 2 * named >= words


def _pieces(line: Line, index: int, vocabulary: Vocabulary) -> Iterator[_Piece]:
    """The line's headings: the longest runs of words that name a column, and what is left between them."""
    for cell in line.cells():
        tokens, start, loose = cell.tokens, 0, 0
        while start < len(tokens):
            for width in range(min(_WIDEST, len(tokens) - start), 0, -1):
                part = tokens[start : start + width]
                key = vocabulary.column(" ".join(token.text for token in part))
                if key:
                    if loose < start:
                        yield _Piece(_span(tokens[loose:start], line), index, None)
                    yield _Piece(_span(part, line), index, key)
                    start += width
                    loose = start
                    break
            else:
                start += 1
        if loose < len(tokens):
            yield _Piece(_span(tokens[loose:], line), index, None)


def _span(tokens: Sequence[Token], line: Line) -> Span:
    return Span(tuple(tokens), line.page, line.aspect)


def _stacked(
    lines: Sequence[Line], index: int, taken: Sequence[int], pieces: Sequence[_Piece], vocabulary: Vocabulary
) -> list[_Piece] | None:
    """The pieces of a line that belongs to the same heading; None where it does not."""
    line = lines[index]
    near = min((lines[other] for other in taken), key=lambda other: abs(other.middle - line.middle))
    height = max(line.height, near.height)
    if line.page != near.page or abs(line.middle - near.middle) > _STACKED * height or _DATA.search(line.text):
        return None
    if line.height > 1.3 * near.height:
        return None
    added = list(_pieces(line, index, vocabulary))
    if not added or any(len(piece.text.split()) > _WIDEST for piece in added):
        return None
    for piece in added:
        above = [other for other in pieces if _overlap(other.span, piece.span) > 0]
        joined = [vocabulary.column(f"{other.text} {piece.text}") for other in above]
        joined += [vocabulary.column(f"{piece.text} {other.text}") for other in above]
        if piece.key is None and not any(joined) and not re.fullmatch(r"\W*[\w.%€$/]{1,12}\W*", piece.text):
            return None
    # A lone word under the column of texts is the first row's, or a title's.
    lone = len(added) == 1 and added[0].key is None
    if lone and any(_overlap(other.span, added[0].span) > 0 and other.key == vocabulary.text for other in pieces):
        return None
    if not any(piece.key for piece in added) and not all(
        any(_overlap(other.span, piece.span) > 0 for other in pieces) for piece in added
    ):
        return None
    return added


def _overlap(one: Span, other: Span) -> float:
    return min(one.right, other.right) - max(one.left, other.left)


def _inside(piece: _Piece, heading: Heading) -> float:
    return min(piece.span.right, heading.right) - max(piece.span.left, heading.left)


def _whole(pieces: Sequence[_Piece], taken: Sequence[Line], vocabulary: Vocabulary) -> list[Heading]:
    """Headings whose words over several lines, cell by cell, name a column that no piece of them names by itself."""
    groups: list[list[Span]] = []
    for cell in (cell for line in sorted(taken, key=lambda each: each.middle) for cell in line.cells()):
        over = [group for group in groups if any(_overlap(cell, other) > 0 for other in group)]
        merged = [cell for group in over for cell in group]
        groups = [group for group in groups if group not in over] + [[*merged, cell]]
    found = []
    for group in groups:
        key = vocabulary.column(" ".join(cell.text for cell in group))
        inside = {piece.key for piece in pieces if any(_overlap(piece.span, cell) > 0 for cell in group)}
        if key and len(group) > 1 and inside != {key}:
            left, right = min(cell.left for cell in group), max(cell.right for cell in group)
            found.append(Heading(left, right, (key,), heading_text(" ".join(cell.text for cell in group))))
    return found


def _headings(pieces: Sequence[_Piece], vocabulary: Vocabulary) -> list[Heading]:
    """Pieces that stand above one another put together, left to right."""
    groups: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda each: (each.key is None, each.span.right - each.span.left)):
        best, most = None, 0.0
        for group in groups:
            if any(other.line == piece.line for other in group):
                continue
            overlap = max(_overlap(other.span, piece.span) for other in group)
            if overlap > most:
                best, most = group, overlap
        if best is None:
            groups.append([piece])
        else:
            best.append(piece)
    headings = [_heading(sorted(group, key=lambda each: each.line), vocabulary) for group in groups]
    return sorted(headings, key=lambda each: each.left)


def _distinct(headings: Sequence[Heading], vocabulary: Vocabulary) -> list[Heading]:
    """The headings with each name once, as the vocabulary tells two of one name apart."""
    result = list(headings)
    texts = next((place for place, each in enumerate(headings) if each.key == vocabulary.text), 0)
    for place, heading in enumerate(headings):
        later = [other for other in range(place + 1, len(headings)) if headings[other].key == heading.key]
        if not heading.key or not later:
            continue
        last = headings[later[-1]]
        if heading.key == vocabulary.amounts[0] and vocabulary.with_tax and place > texts:
            between = {key for each in headings[place + 1 : later[-1]] for key in each.keys}
            if between & vocabulary.taxes:
                result = [replace(each, keys=()) if each.key == vocabulary.with_tax else each for each in result]
                result[later[-1]] = replace(last, keys=(vocabulary.with_tax,))
            else:
                result[place] = replace(heading, keys=())
        elif heading.key in vocabulary.repeated and vocabulary.repeated[heading.key] not in _named(result):
            result[later[-1]] = replace(last, keys=(vocabulary.repeated[heading.key],))
        elif heading.key in vocabulary.instead and place <= texts:
            other = vocabulary.instead[heading.key]
            result[place] = replace(heading, keys=() if other in _named(result) else (other,))
    return result


def _named(headings: Sequence[Heading]) -> set[str]:
    return {key for heading in headings for key in heading.keys}


def _heading(group: Sequence[_Piece], vocabulary: Vocabulary) -> Heading:
    keys: list[str] = []
    start = 0
    while start < len(group):
        for end in range(len(group), start, -1):
            key = vocabulary.column(" ".join(piece.text for piece in group[start:end]))
            if key:
                if key not in keys:
                    keys.append(key)
                start = end
                break
        else:
            start += 1
    text = heading_text(" ".join(piece.text for piece in group))
    # A word that only continues the heading does not widen it beyond its own place.
    return Heading(min(p.span.left for p in group), max(p.span.right for p in group), tuple(keys), text)
