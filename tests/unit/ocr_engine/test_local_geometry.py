"""Pages turned, skewed, fanned out and in columns: words come back to straight lines, boxes stay on the page."""

import io
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ocr_engine.local.layout import Shown, lines_of_runs
from ocr_engine.local.picture import decode
from ocr_engine.local.recognizer import Point, Quad, Run

WIDTH, HEIGHT = 1000, 1600
ROWS = (
    ((60, "ACME TRADING"),),
    ((60, "Date:"), (300, "01/02/2024")),
    ((60, "Tea"), (480, "2"), (620, "1.50"), (840, "3.00")),
    ((60, "Bread with seeds"), (480, "1"), (620, "4.20"), (840, "4.20")),
    ((60, "TOTAL"), (840, "7.20")),
)
PITCH, LETTER, TALL = 60, 16, 28


def runs(turn: float = 0.0, fan: float = 0.0) -> list[Run]:
    """The rows as detections on a sheet turned by some degrees; `fan` more degrees from its top to its foot."""
    found = []
    for number, row in enumerate(ROWS * 3):
        top = 100 + number * PITCH
        angle = math.radians(turn + fan * (top / HEIGHT - 0.5))
        for left, text in row:
            right = left + len(text) * LETTER
            corners = ((left, top), (right, top), (right, top + TALL), (left, top + TALL))
            a, b, c, d = (_turned(x, y, angle) for x, y in corners)
            quad: Quad = (a, b, c, d)
            found.append(Run(((text, quad),), quad, 0.99))
    return found


def _turned(x: float, y: float, angle: float) -> Point:
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = x - WIDTH / 2, y - HEIGHT / 2
    return WIDTH / 2 + x * cos - y * sin, HEIGHT / 2 + x * sin + y * cos


WANTED = [" ".join(text for _, text in row) for row in ROWS * 3]


@settings(max_examples=80)
@given(turn=st.floats(min_value=-12, max_value=12), order=st.randoms())
def test_a_skewed_page_comes_back_in_straight_lines(turn: float, order: object) -> None:
    detections = runs(turn)
    order.shuffle(detections)  # type: ignore[attr-defined]  # a Random
    lines = lines_of_runs(detections, Shown(WIDTH, HEIGHT, 0), 0)
    assert [line.text for line in lines] == WANTED


@settings(max_examples=40)
@given(turn=st.floats(min_value=-4, max_value=4), fan=st.floats(min_value=-2.0, max_value=2.0))
def test_a_sheet_seen_askew_fans_out_and_is_read_by_lines(turn: float, fan: float) -> None:
    lines = lines_of_runs(runs(turn, fan), Shown(WIDTH, HEIGHT, 0), 0)
    assert [line.text for line in lines] == WANTED


@pytest.mark.parametrize("turn", [-6.0, 0.0, 6.0])
def test_gaps_stay_columns_on_a_skewed_page(turn: float) -> None:
    lines = lines_of_runs(runs(turn), Shown(WIDTH, HEIGHT, 0), 0)
    assert [cell.text for cell in lines[3].cells()] == ["Bread with seeds", "1", "4.20", "4.20"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_boxes_lie_on_the_page_as_shown_whichever_way_it_was_turned(turn: int) -> None:
    wide, high = (WIDTH, HEIGHT) if turn in {0, 180} else (HEIGHT, WIDTH)
    lines = lines_of_runs(runs(), Shown(wide, high, turn), 0)
    cx, cy, width, height, angle = lines[0].tokens[0].box
    upright_x, upright_y = (60 + 6 * LETTER) / WIDTH, (100 + 0.53 * TALL) / HEIGHT  # more room is above than below
    wanted = {
        0: (upright_x, upright_y),
        90: (upright_y, 1 - upright_x),
        180: (1 - upright_x, 1 - upright_y),
        270: (1 - upright_y, upright_x),
    }
    assert (cx, cy) == pytest.approx(wanted[turn], abs=0.001)
    assert width * wide == pytest.approx(12 * LETTER, abs=1)
    assert height * high == pytest.approx(0.68 * TALL, abs=1)
    assert abs(angle) % 360 == pytest.approx({0: 0, 90: 90, 180: 180, 270: 90}[turn], abs=0.1)


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, (0, 0)), (3, (59, 39)), (6, (39, 0)), (8, (0, 59)), (2, (59, 0)), (5, (0, 0))]
)
def test_a_photo_is_set_upright_by_its_exif(orientation: int, corner: tuple[int, int]) -> None:
    """The dark corner of the stored picture lands where a viewer shows it."""
    stored = Image.new("RGB", (60, 40), "white")
    stored.paste("black", (0, 0, 10, 10))
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    stored.save(out, "JPEG", exif=exif, quality=95)
    pixels = decode(out.getvalue())
    assert pixels.shape[:2] == ((40, 60) if orientation < 5 else (60, 40))
    x, y = corner
    assert pixels[y, x].max() < 60
    assert pixels.min(axis=2)[pixels.shape[0] // 2, pixels.shape[1] // 2] > 200
