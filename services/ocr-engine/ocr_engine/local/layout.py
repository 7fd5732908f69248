"""From scattered runs of text to straight lines: the page's slope is measured on the runs themselves."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from ocr_engine.local.glyphs import TextWord
from ocr_engine.local.page import Line, Token
from ocr_engine.local.recognizer import Quad, Run
from shared.contracts.reading import Box

_ROOM_ABOVE, _ROOM_BELOW = 0.19, 0.13
"""Shares of a detected run's height that lie above and below the line of its font (from ascent to descent), as measured
against the text layers of PDFs that were drawn as scans."""
_LONG_RUN = 3.0
"""Length over height from which a run's slope is worth something."""
_SLOPE_SPREAD = 0.03
_MIN_RUNS_FOR_FAN = 8
_SAME_LINE = 0.5
"""Share of the lower height by which two words must overlap to stand on one line."""


@dataclass(frozen=True)
class Shown:
    """How the upright picture lies on the page as shown: its size there, and the turn that set it upright."""

    width: float
    height: float
    turn: int

    @property
    def aspect(self) -> float:
        """Height over width of the page as shown."""
        return self.height / self.width

    def box(self, quad: Quad) -> Box:
        """The quad of an upright picture as a box on the page as shown."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
        length = (math.hypot(bx - ax, by - ay) + math.hypot(cx - dx, cy - dy)) / 2
        thick = (math.hypot(dx - ax, dy - ay) + math.hypot(cx - bx, cy - by)) / 2
        x, y = (ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4
        angle = math.degrees(math.atan2(by - ay + cy - dy, bx - ax + cx - dx)) - self.turn
        if self.turn == 90:  # noqa: PLR2004 - a quarter turn
            x, y = y, self.height - x
        elif self.turn == 180:  # noqa: PLR2004 - half a turn
            x, y = self.width - x, self.height - y
        elif self.turn == 270:  # noqa: PLR2004 - three quarters
            x, y = self.width - y, x
        return (
            round(x / self.width, 5),
            round(y / self.height, 5),
            round(length / self.width, 5),
            round(thick / self.height, 5),
            round((angle + 180) % 360 - 180, 2),
        )


def lines_of_runs(runs: Sequence[Run], shown: Shown, page: int) -> tuple[Line, ...]:
    """Recognised runs as straightened lines."""
    slope = _Slope.measured(runs)
    tokens = [_token(text, quad, run, slope, shown) for run in runs for text, quad in run.words if text.strip()]
    return tuple(Line(tuple(group), page, shown.aspect, ocr=True) for group in _grouped(tokens))


def lines_of_text(words: Iterable[TextWord], shown: Shown, page: int) -> tuple[Line, ...]:
    """A text layer's words as lines."""
    tokens = []
    for word in words:
        quad = (
            (word.left, word.top),
            (word.right, word.top),
            (word.right, word.bottom),
            (word.left, word.bottom),
        )
        tokens.append(Token(word.text, word.left, word.top, word.right, word.bottom, 1.0, shown.box(quad)))
    return tuple(Line(tuple(group), page, shown.aspect, ocr=False) for group in _grouped(tokens))


@dataclass(frozen=True)
class _Slope:
    """Slope of the text as a straight function of the height: a sheet seen askew fans out."""

    at_zero: float
    per_pixel: float
    mean: float

    @classmethod
    def measured(cls, runs: Sequence[Run]) -> "_Slope":
        long_runs = [(y, slope, length) for run in runs for y, slope, length in [_inclination(run.quad)] if length]
        if not long_runs:
            return cls(0.0, 0.0, 0.0)
        middle = _weighted_median([(slope, length) for _, slope, length in long_runs])
        kept = [(y, slope, length) for y, slope, length in long_runs if abs(slope - middle) < _SLOPE_SPREAD]
        if len(kept) < _MIN_RUNS_FOR_FAN:
            return cls(middle, 0.0, middle)
        weight = sum(length for _, _, length in kept)
        mean_y = sum(y * length for y, _, length in kept) / weight
        mean = sum(slope * length for _, slope, length in kept) / weight
        spread = sum(length * (y - mean_y) ** 2 for y, _, length in kept)
        fan = sum(length * (y - mean_y) * (slope - mean) for y, slope, length in kept) / spread if spread else 0.0
        return cls(mean - fan * mean_y, fan, mean)

    def straight(self, x: float, y: float) -> tuple[float, float]:
        """The point where it would lie on a sheet seen straight."""
        return x + y * self.mean, y - x * (self.at_zero + self.per_pixel * y)


def _inclination(quad: Quad) -> tuple[float, float, float]:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    length = (bx - ax + cx - dx) / 2
    thick = (math.hypot(dx - ax, dy - ay) + math.hypot(cx - bx, cy - by)) / 2
    if length < _LONG_RUN * max(thick, 1):
        return 0.0, 0.0, 0.0
    return (ay + by + cy + dy) / 4, (by - ay + cy - dy) / 2 / length, length


def _weighted_median(values: list[tuple[float, float]]) -> float:
    half = sum(weight for _, weight in values) / 2
    passed = 0.0
    for value, weight in sorted(values):
        passed += weight
        if passed >= half:
            return value
    return 0.0


def _token(text: str, quad: Quad, run: Run, slope: _Slope, shown: Shown) -> Token:
    points = [slope.straight(x, y) for x, y in quad]
    left = (points[0][0] + points[3][0]) / 2
    right = (points[1][0] + points[2][0]) / 2
    top = (points[0][1] + points[1][1]) / 2
    bottom = (points[2][1] + points[3][1]) / 2
    return Token(text, left, top, max(right, left), max(bottom, top), run.score, shown.box(_trimmed(quad)))


def _trimmed(quad: Quad) -> Quad:
    """The quad without the room that detection leaves above and below the letters."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad

    def between(upper: tuple[float, float], lower: tuple[float, float], share: float) -> tuple[float, float]:
        return upper[0] + share * (lower[0] - upper[0]), upper[1] + share * (lower[1] - upper[1])

    left, right = ((ax, ay), (dx, dy)), ((bx, by), (cx, cy))
    low = 1 - _ROOM_BELOW
    return between(*left, _ROOM_ABOVE), between(*right, _ROOM_ABOVE), between(*right, low), between(*left, low)


def _grouped(tokens: list[Token]) -> list[list[Token]]:
    """Words into lines by overlap in height, against the words already nearest on that line."""
    lines: list[list[Token]] = []
    for token in sorted(tokens, key=lambda each: each.middle):
        best, share = None, _SAME_LINE
        for line in lines[-6:]:
            overlap = _overlap(token, line)
            if overlap > share:
                best, share = line, overlap
        if best is None:
            lines.append([token])
        else:
            best.append(token)
    lines.sort(key=lambda line: sum(token.middle for token in line) / len(line))
    return [sorted(line, key=lambda token: token.left) for line in lines]


def _overlap(token: Token, line: list[Token]) -> float:
    nearest = min(line, key=lambda other: max(other.left - token.right, token.left - other.right))
    if min(nearest.right, token.right) - max(nearest.left, token.left) > 0.5 * (token.right - token.left):
        return 0.0  # they stand above one another
    lower = min(token.height, median(other.height for other in line)) or 1.0
    top, bottom = median(other.top for other in line), median(other.bottom for other in line)
    return (min(token.bottom, bottom) - max(token.top, top)) / lower
