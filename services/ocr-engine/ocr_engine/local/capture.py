"""Several captures of one paper joined in one picture: lines seen twice are dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from ocr_engine.local.page import Line
from ocr_engine.local.spelling import fold

_ALIKE = 82
_FEWEST_LINES = 2
_FEWEST_CHARACTERS = 16
_CUT_LINES = 3
"""Lines that the edge of a capture may have cut through, at the seam."""
_MAX_CAPTURES = 6


@dataclass(frozen=True)
class _Overlap:
    """`count` lines from `second` on repeat those from `first` on."""

    first: int
    second: int
    count: int
    weight: int


def without_repeats(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The paper's lines once each, where the end of one capture returns at the start of the next."""
    result = tuple(lines)
    for _ in range(_MAX_CAPTURES - 1):
        overlap = _best_overlap([_text(line) for line in result])
        if overlap is None:
            break
        result = _joined(result, overlap)
    return result


def _text(line: Line) -> str:
    return "".join(fold(line.text).split())


def _best_overlap(texts: Sequence[str]) -> _Overlap | None:
    best: _Overlap | None = None
    for distance in range(1, len(texts)):
        first = 0
        while first + distance < len(texts):
            count = _run(texts, first, distance)
            weight = sum(len(text) for text in texts[first : first + count])
            # The repeated lines end one capture and begin the next, so nothing but cut lines stands between.
            adjoins = distance <= count + _CUT_LINES
            if (
                count >= _FEWEST_LINES
                and weight >= _FEWEST_CHARACTERS
                and adjoins
                and (best is None or weight > best.weight)
            ):
                best = _Overlap(first, first + distance, count, weight)
            first += max(count, 1)
    return best


def _run(texts: Sequence[str], first: int, distance: int) -> int:
    """How many lines from `first` on are repeated at that distance; one misread line within is let pass."""
    count = matched = 0
    while first + distance + count < len(texts) and count < distance:
        if _alike(texts[first + count], texts[first + distance + count]):
            matched = count + 1
        elif count - matched >= 1 or count == 0:
            break
        count += 1
    return matched


def _alike(one: str, other: str) -> bool:
    return one == other or fuzz.ratio(one, other, score_cutoff=_ALIKE) > 0


def _joined(lines: tuple[Line, ...], overlap: _Overlap) -> tuple[Line, ...]:
    """The lines with the repeated ones once; what follows is moved up to where it would stand on one picture."""
    end = overlap.first + overlap.count
    pairs = tuple(zip(lines[overlap.first : end], lines[overlap.second :], strict=False))
    better = [max(one, _placed(other, one), key=_certainty) for one, other in pairs]
    one, other = pairs[-1]
    across, down = _offset(other, one)
    rest = (_moved(line, across, down) for line in lines[overlap.second + overlap.count :])
    return (*lines[: overlap.first], *better, *rest)


def _certainty(line: Line) -> tuple[float, int]:
    return min(token.score for token in line.tokens), len(line.text)


def _placed(line: Line, where: Line) -> Line:
    return _moved(line, *_offset(line, where))


def _offset(line: Line, where: Line) -> tuple[float, float]:
    return where.tokens[0].left - line.tokens[0].left, where.middle - line.middle


def _moved(line: Line, across: float, down: float) -> Line:
    """The line elsewhere on the straightened paper; its box on the picture as shown stays."""
    tokens = tuple(
        replace(
            token,
            left=token.left + across,
            right=token.right + across,
            top=token.top + down,
            bottom=token.bottom + down,
        )
        for token in line.tokens
    )
    return replace(line, tokens=tokens)
