"""A model's values get their places from the words that the local engine saw."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_engine.evidence import Word, enclosing_box
from ocr_engine.local.page import words_of
from ocr_engine.location import locate
from shared.contracts.reading import Box, ReadField, Reading
from tests.support.printed import printed

PAPER = """\
COMERCIAL LA PALMA, S.A.
RUC 155751938-2-2024  DV 66
FECHA: 05/08/2024
2   Café Molido 425g      1,200.50    2,401.00
1   Leche Entera              3.00        3.00
TOTAL B/.                             2,404.00
EFECTIVO                              2,404.00
"""
WORDS = tuple(words_of(printed(PAPER)))


def seen(value: str, raw: str = "") -> ReadField:
    return ReadField(value=value, raw=raw, confidence=0.9, source="gemini")


def reading(*items: dict[str, ReadField], **fields: ReadField) -> Reading:
    return Reading(schema_name="lumis", provider="gemini", fields=fields, items=items)


def words_under(box: Box | None) -> str:
    assert box is not None
    left, right = box[0] - box[2] / 2, box[0] + box[2] / 2
    return " ".join(word.text for word in WORDS if abs(word.box[1] - box[1]) < 0.005 and left < word.box[0] < right)


@pytest.mark.parametrize(
    ("key", "field", "text"),
    [
        ("ruc", seen("155751938-2-2024"), "155751938-2-2024"),
        ("date", seen("2024-08-05"), "05/08/2024"),
        ("issuer_name", seen("Comercial La Palma S.A."), "COMERCIAL LA PALMA, S.A."),
        ("dv", seen("66"), "66"),
    ],
)
def test_header_values_are_found_in_their_printed_form(key: str, field: ReadField, text: str) -> None:
    placed = locate(reading(**{key: field}), WORDS).fields[key]
    assert placed.page == 0
    assert words_under(placed.box) == text


def test_the_total_is_an_amount_of_the_papers_foot() -> None:
    placed = locate(reading(total=seen("2404.00")), WORDS).fields["total"]
    assert placed.box is not None
    assert words_under(placed.box) == "2,404.00"


def test_an_items_figures_are_sought_on_its_own_line() -> None:
    item = {"name": seen("LECHE ENTERA"), "quantity": seen("1"), "unit_price": seen("3"), "total_price": seen("3.00")}
    placed = locate(reading(item), WORDS).items[0]
    heights = {round(field.box[1], 3) for field in placed.values() if field.box}
    assert all(field.box for field in placed.values())
    assert len(heights) == 1
    assert words_under(placed["name"].box) == "Leche Entera"


def test_what_is_not_on_the_paper_gets_no_place() -> None:
    placed = locate(reading(ruc=seen("8-769-1080"), issuer_name=seen("Otra Empresa")), WORDS)
    assert all(field.box is None and field.page is None for field in placed.fields.values())


def test_a_box_that_is_there_stays() -> None:
    own: Box = (0.1, 0.1, 0.1, 0.1, 0.0)
    field = seen("66").model_copy(update={"box": own, "page": 3})
    assert locate(reading(dv=field), WORDS).fields["dv"] == field


def test_without_words_nothing_changes() -> None:
    read = reading(ruc=seen("155751938-2-2024"))
    assert locate(read, ()) is read


@given(st.lists(st.text(max_size=12), max_size=12), st.text(max_size=20))
def test_no_text_breaks_the_search(texts: list[str], value: str) -> None:
    words = [Word(text, 0, (0.1 * place, 0.5, 0.05, 0.02, 0.0)) for place, text in enumerate(texts)]
    locate(reading(issuer_name=seen(value), total=seen(value), date=seen(value)), words)


@given(st.floats(-180, 180), st.floats(0.5, 2.0))
def test_a_joined_box_of_one_box_is_that_box(angle: float, aspect: float) -> None:
    box: Box = (0.4, 0.6, 0.2, 0.05, angle)
    joined = enclosing_box([box], aspect)
    assert all(math.isclose(one, other, abs_tol=1e-4) for one, other in zip(joined, box, strict=True))
