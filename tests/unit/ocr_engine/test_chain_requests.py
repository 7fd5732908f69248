"""The chain over real HTTP: what is sent, where values get their places, and what the breaker remembers."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
import structlog.testing

from ocr_engine.breaker import State
from ocr_engine.budget import Deadline
from ocr_engine.chain import Result
from ocr_engine.evidence import Evidence, UnreadableDocument, Word
from shared.contracts.documents import Unreadable
from tests.support import gemini_server as gemini
from tests.support import openrouter_server as openrouter
from tests.support.hosted_models import INVOICE, HostedModels, hosted_models
from tests.support.scripted_server import Reply
from tests.support.waiting import until

PDF = "application/pdf"


@pytest_asyncio.fixture
async def models() -> AsyncIterator[HostedModels]:
    async with hosted_models() as running:
        yield running


def outcomes(result: Result) -> list[tuple[str, str]]:
    return [(attempt.provider, attempt.outcome) for attempt in result.attempts]


async def test_mode_two_reaches_both_models(models: HostedModels) -> None:
    models.gemini.script(gemini.bad_image())
    await models.read(mode=2)
    end = "sin información repetida."
    assert models.gemini.seen[0].body["contents"][0]["parts"][-1]["text"].endswith(end)
    assert models.openrouter.seen[0].body["messages"][1]["content"][0]["text"].endswith(end)


async def test_pictures_are_sent_rendered_anew_once_for_both(models: HostedModels) -> None:
    models.gemini.script(gemini.bad_image())
    await models.read()
    assert models.local.calls.count("render") == 1
    assert b"the upload" not in str(models.gemini.seen[0].body).encode()


async def test_a_pdf_goes_whole_to_gemini_and_as_pages_to_openrouter(models: HostedModels) -> None:
    models.content, models.content_type = b"%PDF-1.7", PDF
    models.local.evidence = Evidence(pages=2, pages_read=2)
    models.local.pages = (b"one", b"two")
    models.gemini.script(gemini.bad_image())
    result = await models.read()
    sent = models.gemini.seen[0].body["contents"][0]["parts"][0]["inlineData"]
    assert sent["mimeType"] == PDF
    assert len(models.openrouter.seen[0].body["messages"][1]["content"]) == 3
    assert result.reading is not None
    assert (result.reading.pages, result.reading.pages_read) == (2, 2)


async def test_a_pdf_of_many_pages_is_never_sent_whole(models: HostedModels) -> None:
    models.content, models.content_type = b"%PDF-1.7", PDF
    models.local.evidence = Evidence(pages=1000, pages_read=20)
    models.local.pages = tuple(b"page" for _ in range(1000))
    result = await models.read(pages_to_models=4)
    assert len(models.gemini.seen[0].body["contents"][0]["parts"]) == 5
    assert result.reading is not None
    assert (result.reading.pages, result.reading.pages_read) == (1000, 4)
    assert "PAGES_LEFT_OUT" in result.reading.warnings


async def test_where_pages_cannot_be_rendered_the_local_engine_decides(models: HostedModels) -> None:
    models.local.render_error = TimeoutError()
    result = await models.read()
    assert [row[1] for row in outcomes(result)][:2] == ["not_rendered", "not_rendered"]
    assert outcomes(result)[2][0] == "local"
    assert models.gemini.seen == []


WORD = Word("001-002-123456", 0, (0.5, 0.9, 0.1, 0.02, 0.0))


async def test_a_models_values_get_their_places_from_words_read_meanwhile(models: HostedModels) -> None:
    models.local.seen_words = (WORD,)
    result = await models.read()
    assert result.reading is not None
    assert result.reading.fields["invoice_number"].box is not None


async def test_words_of_a_text_layer_need_no_ocr(models: HostedModels) -> None:
    models.local.evidence = Evidence(pages=1, pages_read=1, words=(WORD,), text="001-002-123456")
    result = await models.read()
    assert result.reading is not None
    assert result.reading.fields["invoice_number"].box is not None
    assert "words" not in models.local.calls


async def test_places_can_be_switched_off(models: HostedModels) -> None:
    models.local.seen_words = (WORD,)
    await models.read(locate_values=False)
    assert "words" not in models.local.calls


async def test_slow_words_are_not_waited_for(models: HostedModels) -> None:
    models.local.words_seconds = 0.4
    models.local.seen_words = (WORD,)
    result = await models.read(locate_wait=0.05)
    assert result.reading is not None
    assert result.reading.fields["invoice_number"].box is None


async def test_while_words_are_looked_for_elsewhere_a_document_goes_without_places(models: HostedModels) -> None:
    models.local.words_seconds = 0.2
    models.local.seen_words = (WORD,)
    chain, document = models.chain(locate_at_once=1), models.document()
    first, second = await asyncio.gather(*(chain.read(document, Deadline.after(20)) for _ in range(2)))
    assert models.local.calls.count("words") == 1
    assert {bool(r.reading and r.reading.fields["invoice_number"].box) for r in (first, second)} == {True, False}


async def test_a_cancelled_reading_gives_the_probes_place_back(models: HostedModels) -> None:
    models.gemini.script(Reply({}, wait=30))
    breaker = models.breakers["gemini"]
    breaker.failed(rest=0)
    task = asyncio.create_task(models.read())
    await until(lambda: bool(models.gemini.seen))
    assert not breaker.enter()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert breaker.state is State.HALF_OPEN
    assert breaker.enter()


async def test_after_its_rest_one_document_probes_and_closes_the_breaker(models: HostedModels) -> None:
    models.gemini.script(gemini.too_many("0.2s"))
    assert outcomes(await models.read())[0] == ("gemini", "http_429")
    await until(lambda: models.breakers["gemini"].state is State.HALF_OPEN)
    assert outcomes(await models.read()) == [("gemini", "ok")]
    assert models.breakers["gemini"].state is State.CLOSED


async def test_a_timeout_after_little_time_is_not_held_against_gemini() -> None:
    async with hosted_models(ceiling=10) as models:
        models.gemini.script(*[Reply({}, wait=30)] * 3)
        for _ in range(3):
            assert outcomes(await models.read(seconds=1.2))[0] == ("gemini", "timeout")
        assert models.breakers["gemini"].state is State.CLOSED


async def test_logs_hold_no_value_and_no_key(models: HostedModels) -> None:
    models.gemini.script(gemini.no_permission())
    models.openrouter.script(openrouter.error(401))
    with structlog.testing.capture_logs() as one:
        await models.read()
    with structlog.testing.capture_logs() as two:
        await models.read()
    text = str([*one, *two])
    assert "provider switched off" in text
    secrets = [gemini.KEY, openrouter.KEY, "leaked", *(str(value) for value in INVOICE.values() if value)]
    assert not [secret for secret in secrets if secret in text]


async def test_a_search_for_words_is_left_to_end_by_itself(models: HostedModels) -> None:
    # To cancel it would kill a warm process of the local engine.
    models.local.words_seconds = 0.3
    models.gemini.script(gemini.bad_image())
    models.openrouter.script(openrouter.error(400))
    result = await models.read()
    assert result.reading is not None
    assert result.reading.provider == "local"
    assert not models.local.words_cancelled


async def test_closing_the_chain_stops_every_search(models: HostedModels) -> None:
    models.local.words_seconds = 30
    chain = models.chain(locate_wait=0)
    await chain.read(models.document(), Deadline.after(20))
    await chain.close()
    assert models.local.words_cancelled


async def test_a_look_that_failed_by_our_own_fault_leaves_the_document_to_the_models(models: HostedModels) -> None:
    models.local.inspect_error = UnreadableDocument(Unreadable.PROVIDERS_FAILED)
    assert outcomes(await models.read()) == [("gemini", "ok")]


async def test_a_look_that_takes_too_long_is_done_without(models: HostedModels) -> None:
    models.local.inspect_error = TimeoutError()
    assert outcomes(await models.read()) == [("gemini", "ok")]


async def test_an_answer_beyond_all_numbers_leaves_the_document_to_the_next(models: HostedModels) -> None:
    models.gemini.script(Reply(b'{"candidates": [], "usageMetadata": {"totalTokenCount": 1e99999999999999999999}}'))
    result = await models.read()
    assert [provider for provider, _ in outcomes(result)] == ["gemini", "openrouter"]
    assert result.reading is not None


async def test_warnings_of_the_look_and_of_the_reading_are_joined(models: HostedModels) -> None:
    models.local.evidence = Evidence(pages=30, pages_read=20, warnings=("PAGES_SKIPPED",))
    result = await models.read()
    assert result.reading is not None
    assert result.reading.warnings.count("PAGES_SKIPPED") == 1
