"""A page as reading rules see it: words on straightened lines, each with its place on the shown page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ocr_engine.evidence import Word, enclosing_box
from shared.contracts.reading import Box

GAP = 1.15
"""In line heights: a wider space ends a cell. Words of one phrase stand 0.3-0.7 apart, columns further."""


@dataclass(frozen=True)
class Token:
    """A word with its straightened place (pixels or points, y down) and its place on the page as shown."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    score: float
    box: Box

    @property
    def middle(self) -> float:
        """Height of the word's centre."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Height of the word."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Span:
    """Words that stand together: a cell of a line, or the part of it that a value was read from."""

    tokens: tuple[Token, ...]
    page: int
    aspect: float

    @property
    def text(self) -> str:
        """The words with one space between."""
        return " ".join(token.text for token in self.tokens)

    @property
    def left(self) -> float:
        """Left edge."""
        return min(token.left for token in self.tokens)

    @property
    def right(self) -> float:
        """Right edge."""
        return max(token.right for token in self.tokens)

    @property
    def score(self) -> float:
        """How sure the recogniser was of its weakest word."""
        return min(token.score for token in self.tokens)

    @property
    def box(self) -> Box:
        """The place on the page as shown."""
        return enclosing_box([token.box for token in self.tokens], self.aspect)

    def part(self, start: int, end: int) -> "Span":
        """The words that the characters `start` to `end` of the text lie in."""
        place, taken = 0, []
        for token in self.tokens:
            if place < end and place + len(token.text) > start:
                taken.append(token)
            place += len(token.text) + 1
        return Span(tuple(taken or self.tokens), self.page, self.aspect)


@dataclass(frozen=True)
class Line:
    """Words at one height, left to right."""

    tokens: tuple[Token, ...]
    page: int
    aspect: float
    ocr: bool
    """True where the words were recognised in a picture, False where they are a PDF's own text."""

    @property
    def text(self) -> str:
        """The words with one space between."""
        return " ".join(token.text for token in self.tokens)

    @property
    def top(self) -> float:
        """Top of the highest word."""
        return min(token.top for token in self.tokens)

    @property
    def middle(self) -> float:
        """Mean height of the words' centres."""
        return sum(token.middle for token in self.tokens) / len(self.tokens)

    @property
    def bottom(self) -> float:
        """Bottom of the lowest word."""
        return max(token.bottom for token in self.tokens)

    @property
    def height(self) -> float:
        """The words' usual height."""
        heights = sorted(token.height for token in self.tokens)
        return heights[len(heights) // 2]

    def span(self, tokens: Sequence[Token] | None = None) -> Span:
        """These words (all of them by default) as a span."""
        return Span(tuple(self.tokens if tokens is None else tokens), self.page, self.aspect)

    def cells(self) -> tuple[Span, ...]:
        """The line cut where the space is wider than between words."""
        widest = GAP * self.height
        groups: list[list[Token]] = []
        for token in self.tokens:
            if groups and token.left - groups[-1][-1].right <= widest:
                groups[-1].append(token)
            else:
                groups.append([token])
        return tuple(self.span(group) for group in groups)


@dataclass(frozen=True)
class Document:
    """A document made ready for a schema's rules: its lines from the first page to the last, and its codes."""

    lines: tuple[Line, ...]
    pages: int
    pages_read: int
    qr: tuple[str, ...] = ()
    xml: str | None = None
    warnings: tuple[str, ...] = ()

    def words(self) -> tuple[Word, ...]:
        """Every word with its place, in reading order."""
        return tuple(words_of(self.lines))

    @property
    def text(self) -> str:
        """The lines, one below the other."""
        return "\n".join(line.text for line in self.lines)


def words_of(lines: Iterable[Line]) -> Iterable[Word]:
    """The lines' words in reading order."""
    for line in lines:
        for token in line.tokens:
            yield Word(token.text, line.page, token.box, line.aspect)
