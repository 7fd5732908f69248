"""The command `ocr-engine read`: what it prints, writes and returns."""

import asyncio
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr_engine.command import OBJECTS, READ, UNREADABLE, USAGE, run
from ocr_engine.drawing import with_boxes
from ocr_engine.local.schemas import SCHEMAS
from shared.contracts.reading import ReadField, Reading
from tests.support import badfiles
from tests.support.papers import Paper, draw

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn page with a text layer, which needs no recognition."""
    path = tmp_path_factory.mktemp("papers") / "page.pdf"
    path.write_bytes(draw(Paper(kind="page", seed=5, file_format="pdf")).content)
    return path


def test_json_is_the_schemas_object_alone(paper: Path, capsys: Capture) -> None:
    truth = draw(Paper(kind="page", seed=5, file_format="pdf")).truth
    assert run(["read", str(paper), "--json"]) == READ
    shown = json.loads(capsys.readouterr().out)
    assert {key: shown[key] for key in ("ruc", "dv", "invoice_number", "total", "date")} == {
        key: truth[key] for key in ("ruc", "dv", "invoice_number", "total", "date")
    }
    assert shown["products"] == truth["products"]


def test_without_json_people_see_confidence_source_and_time(paper: Path, capsys: Capture) -> None:
    assert run(["read", str(paper)]) == READ
    out = capsys.readouterr().out
    assert any(line.startswith("ruc") and line.endswith("qr") for line in out.splitlines())
    assert "lines (" in out
    assert " MB at most" in out


def test_boxes_are_drawn_on_the_page_as_shown(paper: Path, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "boxes.png"
    assert run(["read", str(paper), "--boxes", str(target)]) == READ
    with Image.open(target) as picture:
        assert max(picture.size) <= 1600
        pixels = np.asarray(picture.convert("RGB"))
    assert ((pixels[..., 0] > 180) & (pixels[..., 1] < 60) & (pixels[..., 2] < 60)).any()


def test_a_box_frames_its_place_also_where_it_is_turned() -> None:
    page = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(page, "JPEG")
    # 100 pixels long and 20 thick, standing upright on the page.
    total = ReadField(value="1.00", page=0, box=(0.5, 0.5, 0.25, 0.1, 90.0), source="ocr")
    drawn = with_boxes(page.getvalue(), Reading(schema_name="lumis", provider="local", fields={"total": total}), 0)
    with Image.open(io.BytesIO(drawn)) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    assert pixels[100, 190, 0] > 150 > pixels[100, 190, 1]
    assert pixels[100, 160].tolist() == [255, 255, 255]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (badfiles.empty, "damaged"),
        (badfiles.truncated_jpeg, "damaged"),
        (lambda: badfiles.encrypted_pdf("secret"), "encrypted"),
        (badfiles.png_bomb, "too_large"),
        (lambda: b"%PDF-" + bytes(11_000_000), "too_large"),
    ],
)
def test_an_unreadable_file_is_told_with_its_reason(
    make: Callable[[], bytes], reason: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(make())
    assert run(["read", str(path), "--json"]) == UNREADABLE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"unreadable ({reason})" in captured.err


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path, capsys: Capture) -> None:
    assert run(["read", str(tmp_path / "none.jpg")]) == USAGE
    assert capsys.readouterr().err == f"ocr-engine: {tmp_path / 'none.jpg'}: No such file or directory\n"


def test_boxes_that_cannot_be_written_are_told_by_their_own_path(paper: Path, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "no-such-folder" / "boxes.png"
    assert run(["read", str(paper), "--boxes", str(target)]) == USAGE
    assert capsys.readouterr().err == f"ocr-engine: {target}: No such file or directory\n"


@pytest.mark.parametrize("page", ["1", "-1"])
def test_boxes_for_a_page_that_is_not_there_are_wrong_usage(
    page: str, paper: Path, tmp_path: Path, capsys: Capture
) -> None:
    target = tmp_path / "boxes.png"
    assert run(["read", str(paper), "--boxes", str(target), "--page", page]) == USAGE
    assert f"no page {page} for --boxes: the pages are 0 to 0" in capsys.readouterr().err
    assert not target.exists()


def test_every_schema_that_the_engine_has_rules_for_can_be_shown() -> None:
    assert set(OBJECTS) == set(SCHEMAS)


def test_a_wrong_schema_is_wrong_usage(paper: Path, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["read", str(paper), "--schema", "nonsense"])
    assert ended.value.code == USAGE


async def test_the_module_runs_the_command_and_not_the_service(tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "ocr_engine", "read", str(tmp_path / "none.jpg")]
    process = await asyncio.create_subprocess_exec(*arguments, stderr=asyncio.subprocess.PIPE)
    _, told = await process.communicate()
    assert process.returncode == USAGE
    assert b"none.jpg" in told
