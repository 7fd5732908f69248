"""A model's values get their places from the words that the local engine saw."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_engine.evidence import Word, enclosing_box
from ocr_engine.local.page import words_of
from ocr_engine.location import locate
from ocr_engine.sight import Sight
from shared.contracts.reading import Box, Candidate, ReadField, Reading
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


INVOICE = """\
Tulip Office Supplies BV          VAT:BE0477.472.701
Invoice 2024/0117                 Date 03/25/2024
Ink cartridge black         2  Stk     1.234,50    21 %     2.469,00
for the large printer
Paper A4                    4          5,00        21 %     20,00
Subtotal                                           2.489,00
VAT 21 %                                           522,69
Total                                              3.011,69
IBAN BE68 5390 0754 7034   +++090/9337/55493+++
Paid in advance                                    3.011,69
"""
UPRIGHT = tuple(words_of(printed(INVOICE)))


def odoo(**fields: ReadField) -> Reading:
    ink = {
        "description": seen("Ink cartridge black for the large printer"),
        "quantity": seen("2"),
        "unit_price": seen("1234.5"),
        "tax_rates": seen("21"),
        "subtotal": seen("2469"),
    }
    paper = {"description": seen("not as printed"), "quantity": seen("4"), "subtotal": seen("20.00")}
    taxes = ({"rate": seen("21"), "amount": seen("522.69")},)
    return Reading(
        schema_name="odoo_invoice", provider="gemini", fields=fields, items=(ink, paper), tables={"taxes": taxes}
    )


def turned_page(angle: float) -> tuple[Word, ...]:
    """The invoice's words on a page that shows it turned clockwise by an angle about its middle."""
    turned = []
    radians = math.radians(angle)
    cos, sin = math.cos(radians), math.sin(radians)
    for word in UPRIGHT:
        cx, cy, width, height, _ = word.box
        x, y = cx - 0.5, (cy - 0.5) * word.aspect
        box = (0.5 + x * cos - y * sin, 0.5 + (x * sin + y * cos) / word.aspect, width, height, angle)
        turned.append(Word(word.text, 0, box, word.aspect))
    return tuple(turned)


def texts_under(box: Box | None, words: tuple[Word, ...]) -> str:
    """The words whose middles a box holds, in the box's own direction."""
    assert box is not None
    radians = math.radians(box[4])
    cos, sin = math.cos(radians), math.sin(radians)
    found = []
    for word in words:
        x, y = word.box[0] - box[0], (word.box[1] - box[1]) * word.aspect
        along, across = x * cos + y * sin, y * cos - x * sin
        if abs(along) <= box[2] / 2 and abs(across) <= box[3] * word.aspect / 2:
            found.append(word.text)
    return " ".join(found)


@pytest.mark.parametrize("angle", [0.0, 6.0, -8.0, 90.0, 180.0, -90.0])
def test_values_are_found_however_they_are_printed_and_the_page_is_turned(angle: float) -> None:
    words = turned_page(angle)
    placed = locate(
        odoo(
            supplier=seen("Tulip Office Supplies B.V."),
            supplier_vat=seen("BE0477472701"),
            date=seen("2024-03-25"),
            iban=seen("BE68539007547034"),
            payment_ref=seen("090933755493"),
            subtotal=seen("2489"),
            total=seen("3011.69"),
            total_tax_amount=seen("522.69"),
        ),
        words,
    )
    assert {key: texts_under(field.box, words) for key, field in placed.fields.items()} == {
        "supplier": "Tulip Office Supplies BV",
        "supplier_vat": "VAT:BE0477.472.701",
        "date": "03/25/2024",
        "iban": "BE68 5390 0754 7034",
        "payment_ref": "+++090/9337/55493+++",
        "subtotal": "2.489,00",
        "total": "3.011,69",
        "total_tax_amount": "522,69",
    }
    ink, paper = placed.items
    assert {key: texts_under(ink[key].box, words) for key in ("quantity", "unit_price", "tax_rates", "subtotal")} == {
        "quantity": "2",
        "unit_price": "1.234,50",
        "tax_rates": "21 %",
        "subtotal": "2.469,00",
    }
    assert "Ink" in texts_under(ink["description"].box, words)
    assert "printer" in texts_under(ink["description"].box, words)
    assert texts_under(paper["subtotal"].box, words) == "20,00"
    (tax,) = placed.tables["taxes"]
    assert texts_under(tax["rate"].box, words) == "21 %"
    assert tax["rate"].box != ink["tax_rates"].box


def test_the_total_is_the_one_that_is_called_so() -> None:
    placed = locate(odoo(total=seen("3011.69")), UPRIGHT).fields["total"]
    heights = [word.box[1] for word in UPRIGHT if word.text == "3.011,69"]
    assert placed.box is not None
    assert placed.box[1] == pytest.approx(min(heights), abs=1e-4)


def test_candidates_get_places_too_and_the_chosen_one_its_fields() -> None:
    value, other = seen("3011.69"), seen("522.69")
    candidates = tuple(
        Candidate(value=each.value or "", raw=each.raw, confidence=0.5, source="gemini") for each in (value, other)
    )
    placed = locate(odoo(total=value.model_copy(update={"candidates": candidates})), UPRIGHT).fields["total"]
    assert placed.candidates[0].box == placed.box
    assert texts_under(placed.candidates[1].box, UPRIGHT) == "522,69"


def test_what_nobody_printed_stands_nowhere() -> None:
    sums = seen("3011.69").model_copy(update={"source": "computed"})
    placed = locate(odoo(total=sums, supplier_country=seen("BE"), type=seen("invoice")), UPRIGHT)
    assert all(field.box is None for field in placed.fields.values())


def test_a_page_of_words_that_are_all_alike_is_given_up() -> None:
    alike = [Word("aaaa", 0, (0.01 * (place % 60), 0.01 * (place // 60), 0.009, 0.008, 0.0)) for place in range(600)]
    words = [*alike, Word("OFF-17", 0, (0.5, 0.9, 0.1, 0.008, 0.0))]
    hopeless = "aaaa" * 20 + "b"
    assert Sight(words).spelled("OFF-17") == [(600,)]
    hurried = Sight(words, steps=1000)
    hurried.alike(hopeless)
    assert hurried.spelled("OFF-17") == hurried.coded("OFF-17") == hurried.begun(hopeless) == []


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
