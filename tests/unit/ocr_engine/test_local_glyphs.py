"""A PDF's own words: what is shown, whole, once, in the page's direction."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ocr_engine.local.document import inspected
from ocr_engine.local.pdf import Pdf

ENOUGH = (
    "These words fill the page so that there are more than twenty of them on it and nobody takes it for a scan of one."
)


def page(draw: Callable[[Canvas], None], size: tuple[float, float] = A4) -> bytes:
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=size, invariant=True)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(40, 40, ENOUGH)
    draw(canvas)
    canvas.save()
    return content.getvalue()


def words(draw: Callable[[Canvas], None]) -> list[str]:
    with Pdf(page(draw)) as pdf:
        return [word.text for word in pdf.text(0).words][len(ENOUGH.split()) :]


def spaced(canvas: Canvas, text: str, space: float) -> None:
    line = canvas.beginText(60, 700)
    line.setFont("Helvetica", 10)
    line.setCharSpace(space)
    line.textOut(text)
    canvas.drawText(line)


def test_letters_set_a_little_apart_stay_one_word() -> None:
    assert words(lambda canvas: spaced(canvas, "Verkäufer GmbH", 1.4)) == ["Verkäufer", "GmbH"]


def test_a_word_set_with_spaces_between_its_letters_is_put_together() -> None:
    assert words(lambda canvas: canvas.drawString(60, 700, "R E C H N U N G")) == ["RECHNUNG"]


def test_digits_apart_are_not_put_together() -> None:
    assert words(lambda canvas: canvas.drawString(60, 700, "1 2 3 4 5")) == ["1", "2", "3", "4", "5"]


def test_text_up_the_margin_does_not_break_the_lines_beside_it() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Rechnung Nr. 17")
        canvas.translate(20, 600)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Handelsregister B 1234")

    assert words(draw) == ["Rechnung", "Nr.", "17"]


def test_a_word_drawn_twice_for_a_bold_look_is_read_once() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Total")
        canvas.drawString(60, 650, "12,00")
        canvas.drawString(60.4, 700, "Total")

    assert words(draw) == ["Total", "12,00"]


def test_invisible_text_on_a_page_that_shows_other_text_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        hidden = canvas.beginText(60, 700)
        hidden.setFont("Helvetica", 10)
        hidden.setTextRenderMode(3)
        hidden.textOut("Total 99,00")
        canvas.saveState()
        canvas.drawText(hidden)
        canvas.restoreState()
        canvas.drawString(60, 650, "Total 12,00")

    assert words(draw) == ["Total", "12,00"]


def test_text_beside_the_page_is_left_out() -> None:
    assert words(lambda canvas: canvas.drawString(60, 2000, "Total 99,00")) == []


def test_a_page_of_few_words_without_a_picture_is_no_scan() -> None:
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=landscape(A4), invariant=True)
    canvas.drawString(60, 400, "Total 12,00")
    canvas.save()
    with Pdf(content.getvalue()) as pdf:
        assert [word.text for word in pdf.text(0).words] == ["Total", "12,00"]


def test_a_few_words_stamped_on_a_picture_leave_the_page_a_scan() -> None:

    content = io.BytesIO()
    canvas = Canvas(content, pagesize=A4, invariant=True)
    canvas.drawImage(ImageReader(Image.new("RGB", (80, 110), "white")), 0, 0, *A4)
    canvas.drawString(60, 400, "Received 3 May")
    canvas.save()
    with Pdf(content.getvalue()) as pdf:
        assert pdf.text(0).words == ()


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_whose_text_runs_sideways_is_read_upright_with_places_on_the_page_as_shown(turn: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(300, 400)
        canvas.rotate(-turn)
        for row, text in enumerate(("one two three four five six seven", "eight nine ten eleven twelve thirteen")):
            canvas.drawString(-100, -20 * row, text)

    content = io.BytesIO()
    canvas = Canvas(content, pagesize=A4, invariant=True)
    draw(canvas)
    canvas.save()
    document = inspected(content.getvalue())
    assert [line.text.split()[0] for line in document.lines] == ["one", "eight"]
    x, y = document.lines[0].tokens[0].box[:2]
    across, down = (-93, -4) if turn == 0 else (4, -93) if turn == 90 else (93, 4) if turn == 180 else (-4, 93)
    assert (x, y) == pytest.approx(((300 + across) / A4[0], (A4[1] - 400 + down) / A4[1]), abs=0.01)
