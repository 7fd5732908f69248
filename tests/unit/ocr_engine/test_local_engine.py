"""The engine as a whole on drawn papers and on files that would harm it."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from ocr_engine.engine import Document
from ocr_engine.local.document import Opened, Scan, upright
from ocr_engine.local.layout import Shown
from ocr_engine.local.page import Document as SeenDocument
from ocr_engine.local.picture import decode
from ocr_engine.local.pool import Limits, Pool
from ocr_engine.local.recognizer import Recognizer
from ocr_engine.providers.local import LocalEngine, UnreadableDocument
from shared.contracts.documents import Unreadable
from shared.contracts.reading import Reading
from tests.benchmarks.scoring import Score, compare
from tests.benchmarks.truth import truth_of
from tests.support import badfiles
from tests.support.papers import Drawing, Paper, draw
from tests.support.waiting import until

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
SECONDS = 30.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine() -> AsyncIterator[LocalEngine]:
    started = LocalEngine()
    await started.start()
    yield started
    await started.close()


async def read(engine: LocalEngine, drawing: Drawing) -> Reading:
    document = Document(drawing.content, drawing.content_type, "lumis", drawing.truth["mode"])
    return (await engine.read_with_text(document, SECONDS)).reading


async def test_a_turned_photo_is_read_and_its_boxes_lie_on_the_photo(engine: LocalEngine) -> None:
    drawing = draw(Paper(kind="fiscal", seed=3, quality="good", rotated=90))
    reading = await read(engine, drawing)
    assert compare(reading, truth_of(drawing.truth), [Score()]) == []
    box = reading.fields["total"].box
    assert box is not None
    assert 85 < abs(box[4]) < 95
    assert 0 < box[0] < 1
    assert 0 < box[1] < 1


async def test_a_text_pdf_with_a_qr_code_needs_no_recognition(engine: LocalEngine) -> None:
    drawing = draw(Paper(kind="page", seed=5, file_format="pdf"))
    evidence = await engine.inspect(drawing.content, PDF, SECONDS)
    assert len(evidence.qr) == 1
    assert len(evidence.words) > 20
    reading = await read(engine, drawing)
    assert compare(reading, truth_of(drawing.truth), [Score()]) == []
    assert reading.fields["ruc"].source == "qr"
    assert reading.fields["total"].source == "text"


async def test_joined_captures_are_read_once(engine: LocalEngine) -> None:
    drawing = draw(Paper(kind="tape", seed=8, quality="good", mode=2))
    assert compare(await read(engine, drawing), truth_of(drawing.truth), [Score()]) == []


async def test_a_page_that_was_taken_for_upright_is_turned_over_when_it_reads_badly() -> None:
    drawing = draw(Paper(kind="fiscal", seed=3, quality="good", rotated=180))
    pixels = decode(drawing.content)
    height, width = pixels.shape[:2]
    start = Opened(SeenDocument((), 1, 1), (Scan(0, Shown(width, height, 0), pixels),))
    settled, document = upright(start, Recognizer(), 960)
    assert settled.scans[0].shown.turn == 180
    assert drawing.truth["ruc"] in document.text


async def test_a_page_for_a_model_is_a_bare_jpeg(engine: LocalEngine) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "maker"
    out = io.BytesIO()
    Image.new("RGB", (4000, 3000), "white").save(out, "JPEG", exif=exif)
    (page,) = await engine.render(out.getvalue(), JPEG, SECONDS)
    with Image.open(io.BytesIO(page)) as picture:
        assert max(picture.size) <= 1600
        assert picture.height > picture.width
        assert not picture.getexif()


@pytest.mark.parametrize(
    ("content", "content_type", "reason"),
    [
        (badfiles.empty(), JPEG, Unreadable.DAMAGED),
        (badfiles.jpeg_stub(), JPEG, Unreadable.DAMAGED),
        (badfiles.pdf_stub(), PDF, Unreadable.DAMAGED),
        (badfiles.gif(), PNG, Unreadable.DAMAGED),
        (badfiles.zip_archive(), PDF, Unreadable.DAMAGED),
        (badfiles.truncated_jpeg(), JPEG, Unreadable.DAMAGED),
        (badfiles.zero_pixel_png(), PNG, Unreadable.DAMAGED),
        (badfiles.png_bomb(), PNG, Unreadable.TOO_LARGE),
        (badfiles.wide_png(), PNG, Unreadable.TOO_LARGE),
        (badfiles.encrypted_pdf("secret"), PDF, Unreadable.ENCRYPTED),
    ],
)
async def test_a_bad_file_is_refused_with_its_reason(
    engine: LocalEngine, content: bytes, content_type: str, reason: Unreadable
) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        await engine.inspect(content, content_type, SECONDS)
    assert refused.value.reason is reason


async def test_what_hides_in_a_picture_is_not_looked_at(engine: LocalEngine) -> None:
    evidence = await engine.inspect(badfiles.jpeg_and_pdf(), JPEG, SECONDS)
    assert (evidence.pages, evidence.words) == (1, ())


async def test_a_pdf_of_very_many_pages_is_read_in_part(engine: LocalEngine) -> None:
    evidence = await engine.inspect(badfiles.many_pages_pdf(), PDF, SECONDS)
    assert evidence.pages == 200_000
    assert evidence.pages_read == 20
    assert evidence.warnings == ("PAGES_LEFT_OUT",)


async def test_a_page_of_many_metres_is_drawn_small(engine: LocalEngine) -> None:
    (page,) = await engine.render(badfiles.huge_page_pdf(), PDF, SECONDS)
    with Image.open(io.BytesIO(page)) as picture:
        assert max(picture.size) <= 1600


@pytest.mark.parametrize("size", [(1, 1), (9, 30_000), (30_000, 9)])
async def test_a_picture_of_an_impossible_shape_does_no_harm(engine: LocalEngine, size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new("L", size, 255).save(out, "PNG")
    seen = await engine.read_with_text(Document(out.getvalue(), PNG, "lumis", 1), SECONDS)
    assert seen.reading.items == ()


async def test_a_child_that_overruns_is_killed_and_replaced(engine: LocalEngine) -> None:
    drawing = draw(Paper(kind="fiscal", seed=4))
    with pytest.raises(TimeoutError):
        await engine.read_with_text(Document(drawing.content, drawing.content_type, "lumis", 1), 0.05)
    assert (await read(engine, drawing)).value("total") is not None


async def test_a_child_that_dies_is_replaced(engine: LocalEngine) -> None:
    drawing = draw(Paper(kind="fiscal", seed=4))
    for process in list(engine._readers._all):
        process.kill()
    assert (await read(engine, drawing)).value("total") is not None


async def test_children_are_renewed_after_their_jobs() -> None:
    pool = Pool(1, Limits(jobs=2), models=False)
    await pool.start()
    first = {process.pid for process in pool._all}
    for _ in range(3):
        await pool.run({"job": "inspect"}, badfiles.plain_jpeg(), SECONDS)
    assert first.isdisjoint(process.pid for process in pool._all)
    await pool.close()


async def test_a_child_that_was_killed_is_replaced_before_anybody_asks() -> None:
    pool = Pool(1, Limits(), models=False)
    await pool.start()
    (first,) = pool._all
    with pytest.raises(TimeoutError):
        await pool.run({"job": "inspect"}, badfiles.plain_jpeg(), 0.0001)
    await until(lambda: pool._idle.qsize() == 1, seconds=SECONDS)
    (second,) = pool._all
    assert second.pid != first.pid
    await pool.run({"job": "inspect"}, badfiles.plain_jpeg(), SECONDS)
    assert pool._all == {second}
    await pool.close()


async def test_who_comes_after_a_child_that_ended_by_itself_does_not_pay_for_it() -> None:
    pool = Pool(1, Limits(), models=False)
    await pool.start()
    (first,) = pool._all
    first.kill()
    await first.wait()
    answer, _ = await pool.run({"job": "inspect"}, badfiles.plain_jpeg(), SECONDS)
    assert not answer.keys() & {"failed", "unreadable"}
    await pool.close()


async def test_a_pool_that_is_closed_while_it_warms_a_child_leaves_none() -> None:
    pool = Pool(1, Limits(), models=False)
    await pool.start()
    with pytest.raises(TimeoutError):
        await pool.run({"job": "inspect"}, badfiles.plain_jpeg(), 0.0001)
    await asyncio.sleep(0)
    await pool.close()
    assert pool._all == set()
    assert not pool._replacing


async def test_too_little_memory_is_an_answer() -> None:
    out = io.BytesIO()
    Image.new("RGB", (6000, 6000), "white").save(out, "PNG")
    poor = LocalEngine(memory_limit=450_000_000)
    await poor._lookers.start()
    try:
        with pytest.raises(UnreadableDocument) as refused:
            await poor.inspect(out.getvalue(), PNG, SECONDS)
        assert refused.value.reason is Unreadable.TOO_COSTLY
    finally:
        await poor.close()


async def test_jobs_wait_for_a_free_child_in_turn(engine: LocalEngine) -> None:
    content = badfiles.plain_jpeg()
    found = await asyncio.gather(*(engine.inspect(content, JPEG, SECONDS) for _ in range(5)))
    assert len(found) == 5
