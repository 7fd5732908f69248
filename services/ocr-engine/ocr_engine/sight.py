"""The words of a document made ready for finding values among them: by their texts, as amounts, as dates. Pure."""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from rapidfuzz import fuzz

from ocr_engine.evidence import Word
from ocr_engine.local.amounts import decimal_sign, parse_number
from ocr_engine.local.dates import find_dates
from ocr_engine.local.spelling import fold

Run = tuple[int, ...]
"""Places of words, in reading order, that together are a value."""

MOST_STEPS = 300_000
"""Words compared for one document; an invoice of five pages takes some thousands."""
SAME_LINE = 0.6
"""In word heights: how far the next word of a line may stand above or below."""
_NEXT_LINE = 2.5
_HEADING = 9
"""In word heights: how far above a figure the heading of its column may stand."""
_LONGEST_RUN = 24
_LONGEST_WRAP = 80
_ENOUGH = 0.6
"""Share of a text that breaks off on the paper, as far as can be seen, and is found all the same."""
_ALIKE = 88
_BEGINS_ALIKE = 60
_SHORTEST_ALIKE = 6
"""Characters; a shorter text must match exactly."""
_MOST_PARTS = 3
"""Words of an amount: `1 234,50`."""


@dataclass(frozen=True)
class _Frame:
    """A word on its page turned upright; lengths in widths of the page."""

    page: int
    left: float
    right: float
    middle: float
    height: float


class Sight:
    """The words of a document, in reading order.

    Looking for texts among words that are all alike costs without an end, so that all of a document's searches together
    take a bounded number of steps; whatever is looked for after that is not found.
    """

    def __init__(self, words: Sequence[Word], steps: int = MOST_STEPS) -> None:
        self.words = words
        self._frames = [_frame(word) for word in words]
        self._steps = steps

    def _may_go_on(self, steps: int = 1) -> bool:
        self._steps -= steps
        return self._steps > 0

    def spelled(self, wanted: str) -> list[Run]:
        """Runs of words that spell a text exactly, but for case, accents, spaces and signs at the ends."""
        return self._spelled(plain(wanted), self._plain, self._by_plain)

    def coded(self, wanted: str) -> list[Run]:
        """Likewise by letters and digits alone; a label may be glued to the first word (`VAT:BE0123`)."""
        return self._spelled(code(wanted), self._codes, self._by_code)

    def alike(self, wanted: str) -> list[Run]:
        """Runs of words that spell a text almost, the likest first.

        Recognition mistakes a letter here and there, and a model may write a name out that is printed shorter.
        """
        text = plain(wanted)
        if len(text) < _SHORTEST_ALIKE or text.isdigit() or self._steps <= 0:
            return []
        scored = [(score, run) for start in range(len(self._plain)) for score, run in self._alike(start, text)]
        scored.sort(key=lambda each: (-each[0], each[1]))
        return [run for _, run in scored]

    def wrapped(self, wanted: str) -> list[Run]:
        """Runs that begin a text on one line and end it below, whatever stands beside it."""
        return [run for text, run in self._wraps(wanted) if text == plain(wanted)]

    def begun(self, wanted: str) -> list[Run]:
        """Likewise where most of the text is found, the longest first: the rest is read or printed otherwise."""
        enough = _ENOUGH * len(plain(wanted))
        return [run for text, run in self._wraps(wanted) if len(text) >= enough]

    def _wraps(self, wanted: str) -> list[tuple[str, Run]]:
        text = plain(wanted)
        if len(text) < _SHORTEST_ALIKE or self._steps <= 0:
            return []
        found = [self._wrap(start, text) for start in self._by_plain.get(text[0], ())]
        return sorted(found, key=lambda each: -len(each[0]))

    def containing(self, wanted: str) -> list[Run]:
        """Single words that hold a text."""
        text = plain(wanted)
        if len(text) < _SHORTEST_ALIKE or self._steps <= 0:
            return []
        return [(index,) for index, each in enumerate(self._plain) if text in each]

    def amounts(self, amount: Decimal) -> list[Run]:
        """Words that print an amount, whatever its grouping; a sign may be missing."""
        return self._amounts.get(abs(amount), [])

    def percents(self, amount: Decimal) -> list[Run]:
        """Likewise with the percent sign that stands behind it by itself."""
        runs = self.amounts(amount)
        return [(*run, run[-1] + 1) if self._is_signed(run[-1] + 1) else run for run in runs]

    def _is_signed(self, index: int) -> bool:
        return index < len(self.words) and self.words[index].text == "%" and self._beside(index - 1, index)

    def dates(self, day: str) -> list[Run]:
        """Words that print a date (`YYYY-MM-DD`), day or month first."""
        return self._dates.get(day, [])

    def on_line(self, run: Run, anchor: Run) -> float | None:
        """How far a run stands above or below another one, in word heights; None where further than two."""
        one, other = self._frames[run[0]], self._frames[anchor[0]]
        if one.page != other.page or not other.height or not self._may_go_on():
            return None
        lines = [self._frames[index].middle for index in anchor]
        away = min(abs(one.middle - middle) for middle in lines) / other.height
        return away if away < 2 else None  # noqa: PLR2004 - the line itself, or the one above or below

    def label(self, run: Run) -> str:
        """The words before a run on its line, back to the figure before it; else those above it."""
        words: list[str] = []
        index = run[0]
        while self._may_go_on() and index > 0 and self._beside(index - 1, index) and not self._is_figure(index - 1):
            index -= 1
            words.insert(0, self.words[index].text)
        return " ".join(words) if any(map(str.isalpha, "".join(words))) else self._heading(run)

    def _is_figure(self, index: int) -> bool:
        text = self.words[index].text
        return bool(re.search(r"\d[.,]\d", text)) and not any(map(str.isalpha, text))

    def _heading(self, run: Run) -> str:
        """The nearest words above a run that are no figures, as far as a column of a few lines reaches."""
        own = self._frames[run[0]]
        above: list[int] = []
        for index in range(run[0] - 1, max(-1, run[0] - _LONGEST_WRAP), -1):
            each = self._frames[index]
            if each.page != own.page or own.middle - each.middle > _HEADING * own.height or not self._may_go_on():
                break
            if above and self._frames[above[-1]].middle - each.middle > SAME_LINE * each.height:
                break
            over = min(each.right, own.right) > max(each.left, own.left) and own.middle > each.middle
            if over and not self._is_figure(index):
                above.append(index)
        return " ".join(self.words[index].text for index in reversed(above))

    @cached_property
    def _plain(self) -> list[str]:
        return [plain(word.text) for word in self.words]

    @cached_property
    def _codes(self) -> list[str]:
        return [code(word.text) for word in self.words]

    @cached_property
    def _by_plain(self) -> Mapping[str, list[int]]:
        return _by_first(self._plain)

    @cached_property
    def _by_code(self) -> Mapping[str, list[int]]:
        return _by_first(self._codes)

    @cached_property
    def _tails(self) -> list[tuple[int, str]]:
        """Codes behind a label in the same word."""
        return [
            (index, code(word.text.rpartition(":")[2])) for index, word in enumerate(self.words) if ":" in word.text
        ]

    @cached_property
    def _amounts(self) -> Mapping[Decimal, list[Run]]:
        decimal = decimal_sign(word.text for word in self.words)
        found: defaultdict[Decimal, list[Run]] = defaultdict(list)
        for start, word in enumerate(self.words):
            if not any(map(str.isdigit, word.text)):
                continue
            for run, text in self._parts(start):
                value = parse_number(text.strip("*#:;%€£$"), decimal)
                if value is not None:
                    found[abs(value)].append(run)
        return found

    def _parts(self, start: int) -> Iterator[tuple[Run, str]]:
        """The word, and it with the groups of three digits behind it."""
        text = self.words[start].text
        run: Run = (start,)
        yield run, text
        for index in range(start + 1, min(start + _MOST_PARTS, len(self.words))):
            more = self.words[index].text
            if not re.match(r"\d{3}(?:\D|$)", more) or not self._beside(run[-1], index):
                return
            text, run = text + more, (*run, index)
            yield run, text

    @cached_property
    def _dates(self) -> Mapping[str, list[Run]]:
        found: defaultdict[str, list[Run]] = defaultdict(list)
        for line in self._lines():
            text, places = "", []
            for index in line:
                places += [index] * (len(self.words[index].text) + 1)
                text += self.words[index].text + " "
            for date in find_dates(text):
                run = tuple(dict.fromkeys(places[date.start : date.end]))
                for each in (date.value, date.other):
                    if each is not None and run:
                        found[each.isoformat()].append(run)
        return found

    def _lines(self) -> Iterator[list[int]]:
        line: list[int] = []
        for index in range(len(self.words)):
            if line and not self._beside(line[-1], index):
                yield line
                line = []
            line.append(index)
        if line:
            yield line

    def _spelled(self, wanted: str, texts: Sequence[str], by_first: Mapping[str, list[int]]) -> list[Run]:
        if not wanted or self._steps <= 0:
            return []
        starts = [(start, texts[start]) for start in by_first.get(wanted[0], ())]
        if texts is self._codes:
            starts += [(index, tail) for index, tail in self._tails if tail and tail != texts[index]]
        found = [run for start, first in starts if (run := self._run(start, first, wanted, texts))]
        return sorted(found)

    def _run(self, start: int, first: str, wanted: str, texts: Sequence[str]) -> Run | None:
        if not self._may_go_on() or not wanted.startswith(first):
            return None
        text, run = first, [start]
        while text != wanted:
            index = run[-1] + 1
            if len(run) >= _LONGEST_RUN or index >= len(texts) or not self._follows(run[-1], index):
                return None
            if not self._may_go_on():
                return None
            text += texts[index]
            run.append(index)
            if not wanted.startswith(text):
                return None
        return tuple(run)

    def _alike(self, start: int, wanted: str) -> Iterator[tuple[float, Run]]:
        """The likest run from a word on, where it begins like the text."""
        first = self._plain[start]
        if (
            not self._may_go_on()
            or not first
            or not fuzz.ratio(first, wanted[: len(first)], score_cutoff=_BEGINS_ALIKE)
        ):
            return
        text, run = "", list[int]()
        best: tuple[float, Run] | None = None
        for index in range(start, min(start + _LONGEST_RUN, len(self._plain))):
            if not self._may_go_on() or (run and not self._follows(run[-1], index)):
                break
            text += self._plain[index]
            run.append(index)
            score = fuzz.ratio(text, wanted, score_cutoff=_ALIKE)
            if score and (best is None or score > best[0]):
                best = score, tuple(run)
            if len(text) > 1.3 * len(wanted) + 3:
                break
        if best is not None:
            yield best

    def _wrap(self, start: int, wanted: str) -> tuple[str, Run]:
        """As much of a text as goes on from a word, on its line and below it."""
        text, run = "", list[int]()
        index: int | None = start if wanted.startswith(self._plain[start]) else None
        while index is not None and len(run) < _LONGEST_WRAP and self._may_go_on():
            text += self._plain[index]
            run.append(index)
            following = index + 1
            while following < len(self._plain) and self._beside(run[-1], following):
                if not self._may_go_on() or not wanted.startswith(text + self._plain[following]):
                    break
                text += self._plain[following]
                run.append(following)
                following += 1
            index = self._below(start, run, wanted[len(text) :]) if text != wanted else None
        return text, tuple(run)

    def _below(self, start: int, run: Sequence[int], rest: str) -> int | None:
        """The word on one of the next lines, under the first one of the run, with which the rest goes on."""
        first, last = self._frames[start], self._frames[run[-1]]
        for index in range(run[-1] + 1, min(run[-1] + _LONGEST_WRAP, len(self._frames))):
            each = self._frames[index]
            down = each.middle - last.middle
            if each.page != last.page or down > _NEXT_LINE * last.height or not self._may_go_on():
                return None
            under = abs(each.left - first.left) < 2 * first.height and down > SAME_LINE * last.height
            if under and self._plain[index] and rest.startswith(self._plain[index]):
                return index
        return None

    def _beside(self, before: int, after: int) -> bool:
        """Whether the second word is the next on the first one's line."""
        one, other = self._frames[before], self._frames[after]
        return (
            one.page == other.page and abs(other.middle - one.middle) < SAME_LINE * one.height and other.left > one.left
        )

    def _follows(self, before: int, after: int) -> bool:
        """On the same line, or at the start of the next (a wrapped name or address)."""
        one, other = self._frames[before], self._frames[after]
        down = other.middle - one.middle
        return one.page == other.page and -SAME_LINE * one.height < down < _NEXT_LINE * one.height


def plain(text: str) -> str:
    """For comparing: lower case, no accents, no spaces, no currency, no punctuation at the ends."""
    folded = "".join(
        character for character in unicodedata.normalize("NFKD", text) if not unicodedata.combining(character)
    ).lower()
    compact = re.sub(r"\s+|b/\.?|\$", "", folded)
    return compact.strip(".:;,()[]*#")


def code(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", fold(text))


def _by_first(texts: Sequence[str]) -> Mapping[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for index, text in enumerate(texts):
        if text:
            found[text[0]].append(index)
    return found


def _frame(word: Word) -> _Frame:
    cx, cy, width, height, angle = word.box
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x, y = cx * cos + cy * word.aspect * sin, cy * word.aspect * cos - cx * sin
    return _Frame(word.page, x - width / 2, x + width / 2, y, height * word.aspect)
