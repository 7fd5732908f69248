"""Printed words back to lines of text. Pure."""

import math
from collections.abc import Sequence

from ocr_engine.evidence import Word

_SAME_LINE = 0.6
"""Share of a word's height by which the next one may stand off and still be on its line."""


def text_of(words: Sequence[Word]) -> str:
    """The words, which come in reading order, as lines; also where the page is turned."""
    lines: list[list[str]] = []
    for position, word in enumerate(words):
        if position and _on_one_line(words[position - 1], word):
            lines[-1].append(word.text)
        else:
            lines.append([word.text])
    return "\n".join(" ".join(line) for line in lines)


def _on_one_line(one: Word, other: Word) -> bool:
    angle = math.radians(one.box[4])
    # One unit for both directions: the page's width.
    right, down = other.box[0] - one.box[0], (other.box[1] - one.box[1]) * one.aspect
    ahead = right * math.cos(angle) + down * math.sin(angle)
    aside = down * math.cos(angle) - right * math.sin(angle)
    return one.page == other.page and ahead > 0 and abs(aside) <= _SAME_LINE * one.box[3] * one.aspect
