"""The neural models that find runs of text and read them. Heavy; loaded once a process."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from rapidocr import RapidOCR

from ocr_engine.local.picture import TALLEST, Pixels

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Top left, top right, bottom right, bottom left in the text's own direction, pixels."""

_OVERLAP = 0.15
_MAX_PIECES = 6
_LEAST_SIDE = 24
"""Pixels; nothing can be read on a thinner picture."""


@dataclass(frozen=True)
class Run:
    """A run of text as one detection: its words with their corners, and the recogniser's score."""

    words: tuple[tuple[str, Quad], ...]
    quad: Quad
    score: float


class Recognizer:
    """RapidOCR (PP-OCRv6 small) with the models of its wheel, on one thread."""

    def __init__(self) -> None:
        self._engine = _ocr_engine()
        # Loaded now, not with the first paper.
        self._detector = self._engine._load_det_model()  # noqa: SLF001 - the package offers no other way to set its side
        self._engine._load_rec_model()  # noqa: SLF001

    def runs(self, pixels: Pixels, side: int) -> list[Run]:
        """Every text run of an upright picture, looked for at `side` pixels on the long side.

        A long tape is read in overlapping pieces.
        """
        height, width = pixels.shape[:2]
        if min(height, width) < _LEAST_SIDE:
            return []
        piece = max(math.ceil(TALLEST * width), math.ceil(height / _MAX_PIECES))
        if height <= piece:
            return self._runs(pixels, side, 0, (0, height))
        step = math.ceil(piece * (1 - _OVERLAP))
        overlap = piece - step
        found: list[Run] = []
        for top in range(0, height - overlap, step):
            bottom = min(height, top + piece)
            owned = (top + (overlap // 2 if top else 0), bottom - (overlap // 2 if bottom < height else 0))
            found += self._runs(pixels[top:bottom], side, top, owned)
        return found

    def _runs(self, pixels: Pixels, side: int, top: int, owned: tuple[int, int]) -> list[Run]:
        self._detector.limit_side_len = side
        result: Any = self._engine(np.ascontiguousarray(pixels[:, :, ::-1]))
        if result.txts is None or result.boxes is None:
            return []
        texts, words = result.txts, result.word_results
        if len(words) != len(texts):
            words = [()] * len(texts)
        runs = []
        for text, score, corners, parts in zip(texts, result.scores, result.boxes, words, strict=True):
            quad = _shifted(corners, top)
            middle = sum(y for _, y in quad) / 4
            if owned[0] <= middle < owned[1] or owned[0] == 0 > middle or middle >= owned[1] == top + len(pixels):
                runs.append(Run(_words(text, quad, parts, top), quad, float(score)))
        return runs


def _ocr_engine() -> Any:  # partly without types
    return RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "critical",
            "Global.return_word_box": True,
            "Det.limit_type": "max",
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _shifted(corners: Any, top: int) -> Quad:  # the models' own arrays
    a, b, c, d = ((float(x), float(y) + top) for x, y in corners)
    return (a, b, c, d)


def _words(text: str, quad: Quad, parts: Any, top: int) -> tuple[tuple[str, Quad], ...]:
    """The run's words with their corners: the recogniser's own places, or else by the share of characters."""
    words = text.split()
    if [part[0] for part in parts] == words:
        return tuple((part[0], _shifted(part[2], top)) for part in parts)
    located = _by_characters([(part[0], _shifted(part[2], top)) for part in parts if part[2] is not None], words)
    if located is not None:
        return located
    length, start, found = max(1, len(text)), 0, []
    for word in words:
        start = text.index(word, start)
        found.append((word, _slice(quad, start / length, (start + len(word)) / length)))
        start += len(word)
    return tuple(found)


def _by_characters(parts: list[tuple[str, Quad]], words: list[str]) -> tuple[tuple[str, Quad], ...] | None:
    """Words made of several parts (`R.U.C.`, `26-12-2025`), where both spell the same; None otherwise."""
    if "".join(text for text, _ in parts) != "".join(words):
        return None
    places = [_slice(quad, at / len(text), (at + 1) / len(text)) for text, quad in parts for at in range(len(text))]
    found, start = [], 0
    for word in words:
        first, last = places[start], places[start + len(word) - 1]
        found.append((word, (first[0], last[1], last[2], first[3])))
        start += len(word)
    return tuple(found)


def _slice(quad: Quad, start: float, end: float) -> Quad:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    return (
        (ax + (bx - ax) * start, ay + (by - ay) * start),
        (ax + (bx - ax) * end, ay + (by - ay) * end),
        (dx + (cx - dx) * end, dy + (cy - dy) * end),
        (dx + (cx - dx) * start, dy + (cy - dy) * start),
    )
