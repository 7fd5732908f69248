"""Printed words back to lines of text."""

import pytest

from ocr_engine.evidence import Word
from ocr_engine.lines import text_of

ASPECT = 2.0


def word(text: str, x: float, y: float, angle: float = 0.0, page: int = 0) -> Word:
    return Word(text, page, (x, y, 0.1, 0.01, angle), ASPECT)


def test_words_at_one_height_make_a_line() -> None:
    words = [word("Propina", 0.2, 0.5), word("0.53", 0.8, 0.501), word("Total", 0.2, 0.52), word("6.13", 0.8, 0.52)]
    assert text_of(words) == "Propina 0.53\nTotal 6.13"


@pytest.mark.parametrize(
    ("angle", "places"),
    [
        (180.0, [(0.8, 0.5), (0.2, 0.5), (0.8, 0.48), (0.2, 0.48)]),
        (90.0, [(0.5, 0.2), (0.5, 0.8), (0.46, 0.2), (0.46, 0.8)]),
        (-90.0, [(0.5, 0.8), (0.5, 0.2), (0.54, 0.8), (0.54, 0.2)]),
    ],
)
def test_a_turned_page_has_the_same_lines(angle: float, places: list[tuple[float, float]]) -> None:
    texts = ("Propina", "0.53", "Total", "6.13")
    words = [word(text, x, y, angle) for text, (x, y) in zip(texts, places, strict=True)]
    assert text_of(words) == "Propina 0.53\nTotal 6.13"


def test_pages_and_columns_read_later_begin_a_new_line() -> None:
    words = [word("right", 0.8, 0.5), word("left", 0.2, 0.5), word("next", 0.9, 0.5, page=1)]
    assert text_of(words) == "right\nleft\nnext"


def test_no_words_are_no_text() -> None:
    assert text_of(()) == ""
