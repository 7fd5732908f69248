"""The chain over real HTTP: every fault of a hosted model leads to the documented next step."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from ocr_engine.breaker import State
from ocr_engine.chain import Result
from ocr_engine.evidence import UnreadableDocument, Word
from shared.contracts.documents import Unreadable
from tests.support import gemini_server as gemini
from tests.support import openrouter_server as openrouter
from tests.support.hosted_models import INVOICE, HostedModels, hosted_models
from tests.support.scripted_server import Reply

PDF = "application/pdf"


@pytest_asyncio.fixture
async def models() -> AsyncIterator[HostedModels]:
    async with hosted_models() as running:
        yield running


def outcomes(result: Result) -> list[tuple[str, str]]:
    return [(attempt.provider, attempt.outcome) for attempt in result.attempts]


async def test_gemini_is_asked_first_and_its_plausible_answer_ends_the_chain(models: HostedModels) -> None:
    result = await models.read()
    assert result.reading is not None
    assert result.reading.value("issuer_name") == "FROM GEMINI"
    assert result.reading.attempts == result.attempts
    (attempt,) = result.attempts
    assert (attempt.provider, attempt.outcome, attempt.model) == ("gemini", "ok", "gemini-3.5-flash-lite")
    assert (attempt.tokens_in, attempt.tokens_out) == (1200, 300)
    assert models.openrouter.seen == []
    assert "read" not in models.local.calls


NEXT_AT_ONCE: list[tuple[str, Reply, str, State]] = [
    ("bad key", gemini.bad_key(), "http_400", State.OFF),
    ("bad key in an array", gemini.in_array(gemini.bad_key()), "http_400", State.OFF),
    ("wrong region", gemini.wrong_region(), "http_400", State.OFF),
    ("no permission", gemini.no_permission(), "http_403", State.OFF),
    ("model gone", gemini.model_gone(), "http_404", State.OFF),
    ("too many", gemini.too_many("37s"), "http_429", State.OPEN),
    ("too many today", gemini.too_many_for_today(), "http_429", State.OPEN),
    ("too many, unexplained", gemini.too_many_unexplained(), "http_429", State.OPEN),
    ("bad image", gemini.bad_image(), "http_400", State.CLOSED),
    ("blocked prompt", gemini.blocked_prompt(), "blocked", State.CLOSED),
    ("safety", gemini.finished("SAFETY"), "finish_safety", State.CLOSED),
    ("unknown finish", gemini.finished("NEW"), "finish_unknown", State.CLOSED),
    ("no parts", gemini.stopped_without_content(), "empty", State.CLOSED),
    ("no JSON", gemini.candidates({"text": "Sorry, I cannot."}), "bad_json", State.CLOSED),
    ("other keys", gemini.answer({"answer": 42}), "no_fields", State.CLOSED),
]


@pytest.mark.parametrize(
    ("reply", "code", "state"), [row[1:] for row in NEXT_AT_ONCE], ids=[r[0] for r in NEXT_AT_ONCE]
)
async def test_a_failure_of_gemini_passes_the_document_on_at_once(
    models: HostedModels, reply: Reply, code: str, state: State
) -> None:
    models.gemini.script(reply)
    result = await models.read()
    assert outcomes(result) == [("gemini", code), ("openrouter", "ok")]
    assert len(models.gemini.seen) == 1
    assert models.breakers["gemini"].state is state


@pytest.mark.parametrize("reply", [gemini.internal(), gemini.overloaded(), gemini.deadline_exceeded()])
async def test_a_passing_failure_of_gemini_is_tried_once_more(models: HostedModels, reply: Reply) -> None:
    models.gemini.script(reply)
    result = await models.read()
    assert [outcome for _, outcome in outcomes(result)] == [f"http_{reply.status}", "ok"]
    assert len(models.gemini.seen) == 2


async def test_a_failure_that_does_not_pass_is_tried_only_once_more(models: HostedModels) -> None:
    models.gemini.script(gemini.overloaded(), gemini.overloaded())
    assert outcomes(await models.read()) == [("gemini", "http_503"), ("gemini", "http_503"), ("openrouter", "ok")]


async def test_without_time_for_it_a_passing_failure_is_not_tried_again(models: HostedModels) -> None:
    models.gemini.script(gemini.overloaded())
    result = await models.read(seconds=1.15)
    assert outcomes(result)[:2] == [("gemini", "http_503"), ("gemini", "no_time")]
    assert len(models.gemini.seen) == 1


@pytest.mark.parametrize("reply", [gemini.cut(), gemini.cut_without_parts()])
async def test_a_cut_answer_is_asked_for_again_with_more_room(models: HostedModels, reply: Reply) -> None:
    models.gemini.script(reply)
    result = await models.read()
    assert outcomes(result) == [("gemini", "max_tokens"), ("gemini", "ok")]
    assert [seen.body["generationConfig"]["maxOutputTokens"] for seen in models.gemini.seen] == [2048, 8192]


async def test_an_answer_cut_twice_passes_the_document_on_and_half_a_json_is_never_read(models: HostedModels) -> None:
    models.gemini.script(gemini.cut(), gemini.cut())
    result = await models.read()
    assert outcomes(result) == [("gemini", "max_tokens"), ("gemini", "max_tokens"), ("openrouter", "ok")]
    assert models.breakers["gemini"].state is State.CLOSED


OPENROUTER_FAULTS: list[tuple[Reply, str, State]] = [
    (openrouter.error(400), "http_400", State.CLOSED),
    (openrouter.error(401), "http_401", State.OFF),
    (openrouter.error(402), "http_402", State.OPEN),
    (openrouter.error(403), "http_403", State.OFF),
    (openrouter.moderated(), "http_403", State.CLOSED),
    (openrouter.error(404), "http_404", State.OFF),
    (openrouter.error(408), "http_408", State.CLOSED),
    (openrouter.error(413), "http_413", State.CLOSED),
    (openrouter.error(422), "http_422", State.CLOSED),
    (openrouter.error(429, headers={"retry-after": "20"}), "http_429", State.OPEN),
    (openrouter.error(524), "http_524", State.CLOSED),
    (openrouter.error(529), "http_529", State.CLOSED),
    (openrouter.null_content(), "empty", State.CLOSED),
    (openrouter.no_choices(), "no_choices", State.CLOSED),
    (openrouter.missing_choices(), "no_choices", State.CLOSED),
    (openrouter.half_json(), "bad_json", State.CLOSED),
    (openrouter.finished("content_filter"), "finish_content_filter", State.CLOSED),
    (openrouter.finished("error"), "finish_error", State.CLOSED),
]


@pytest.mark.parametrize(("reply", "code", "state"), OPENROUTER_FAULTS)
async def test_a_failure_of_openrouter_leaves_the_document_to_the_local_engine(
    models: HostedModels, reply: Reply, code: str, state: State
) -> None:
    models.gemini.script(gemini.bad_image())
    models.openrouter.script(reply)
    result = await models.read()
    assert [row[1] for row in outcomes(result)][:2] == ["http_400", code]
    assert outcomes(result)[2][0] == "local"
    assert result.reading is not None
    assert result.reading.provider == "local"
    assert models.breakers["openrouter"].state is state


@pytest.mark.parametrize(
    "reply",
    [
        openrouter.error(500),
        openrouter.error(502),
        openrouter.error(503),
        openrouter.page_of_html(),
        openrouter.error_in_200(),
        openrouter.error_in_choice(),
        openrouter.finished("length"),
    ],
)
async def test_openrouter_gets_a_second_chance_too(models: HostedModels, reply: Reply) -> None:
    models.gemini.script(gemini.bad_image())
    models.openrouter.script(reply)
    result = await models.read()
    assert outcomes(result)[-1] == ("openrouter", "ok")
    assert len(models.openrouter.seen) == 2


@pytest.mark.parametrize("reply", [openrouter.fenced(INVOICE), openrouter.without_usage(INVOICE)])
async def test_openrouters_fences_and_missing_usage_are_no_failure(models: HostedModels, reply: Reply) -> None:
    models.gemini.script(gemini.bad_image())
    models.openrouter.script(reply)
    assert outcomes(await models.read())[-1] == ("openrouter", "ok")


@pytest.mark.parametrize("reply", [Reply({}, wait=30), Reply(b" " * 10_000, slowly=0.02)])
async def test_a_slow_gemini_is_cut_at_its_ceiling(reply: Reply) -> None:
    async with hosted_models(ceiling=0.3) as models:
        models.gemini.script(reply)
        assert outcomes(await models.read()) == [("gemini", "timeout"), ("openrouter", "ok")]


async def test_hosted_models_leave_the_local_engine_its_time() -> None:
    async with hosted_models(ceiling=30) as models:
        models.gemini.script(Reply({}, wait=30))
        result = await models.read(seconds=1.5, local_reserve=1.0)
        assert outcomes(result)[:2] == [("gemini", "timeout"), ("openrouter", "no_time")]
        assert models.local.asked[-1].name == "read"
        assert models.local.asked[-1].seconds > 0.5
        assert result.reading is not None


async def test_without_keys_the_local_engine_reads(models: HostedModels) -> None:
    models.providers = ()
    result = await models.read()
    assert [provider for provider, _ in outcomes(result)] == ["local"]
    assert models.local.calls == ["inspect", "read"]


async def test_an_open_breaker_is_passed_over_without_a_request(models: HostedModels) -> None:
    models.breakers["gemini"].failed(rest=60)
    models.breakers["openrouter"].switch_off("key refused")
    result = await models.read()
    assert outcomes(result)[:2] == [("gemini", "breaker_open"), ("openrouter", "off")]
    assert models.gemini.seen == models.openrouter.seen == []
    assert models.local.calls == ["inspect", "read"]


async def test_failures_in_a_row_open_the_breaker(models: HostedModels) -> None:
    models.gemini.script(*[gemini.finished("NEW")] * 3)
    for _ in range(3):
        await models.read()
    assert models.breakers["gemini"].state is State.OPEN
    assert outcomes(await models.read())[0] == ("gemini", "breaker_open")
    assert len(models.gemini.seen) == 3


async def test_a_refused_document_does_not_open_the_breaker(models: HostedModels) -> None:
    models.gemini.script(*[gemini.bad_image()] * 5)
    for _ in range(5):
        await models.read()
    assert models.breakers["gemini"].state is State.CLOSED


async def test_an_answer_that_found_nothing_sends_the_document_on(models: HostedModels) -> None:
    models.gemini.script(gemini.answer({"ruc": None, "total": None, "products": []}))
    result = await models.read()
    assert outcomes(result) == [("gemini", "implausible"), ("openrouter", "ok")]
    assert result.reading is not None
    assert result.reading.value("issuer_name") == "FROM OPENROUTER"
    assert models.breakers["gemini"].state is State.CLOSED


WRONG_SUM: dict[str, Any] = {"total": 3.5, "products": [{"name": "Pan", "total_price": 99.0}]}


async def test_an_impossible_ruc_or_sum_sends_the_document_on(models: HostedModels) -> None:
    models.gemini.script(gemini.answer(INVOICE | {"dv": "11"}))
    assert outcomes(await models.read()) == [("gemini", "implausible"), ("openrouter", "ok")]
    models.gemini.script(gemini.answer(INVOICE | {"total": 1000}))
    assert outcomes(await models.read()) == [("gemini", "implausible"), ("openrouter", "ok")]


TIP = tuple(
    Word(text, 0, (0.1 + 0.3 * place, 0.8, 0.2, 0.02, 0.0)) for place, text in enumerate(("Propina", "10%", "0.53"))
)


async def test_a_tip_that_ocr_has_seen_meanwhile_explains_the_sum(models: HostedModels) -> None:
    models.gemini.script(gemini.answer(INVOICE | {"total": 6.13}))
    models.local.seen_words = TIP
    assert outcomes(await models.read()) == [("gemini", "ok")]


async def test_where_nothing_is_plausible_the_reading_that_holds_most_is_kept(models: HostedModels) -> None:
    models.gemini.script(gemini.answer(WRONG_SUM | {"invoice_number": "A-1"}))
    models.openrouter.script(openrouter.answer(WRONG_SUM))
    result = await models.read()
    assert outcomes(result) == [("gemini", "implausible"), ("openrouter", "implausible"), ("local", "implausible")]
    assert result.reading is not None
    assert (result.reading.provider, result.reading.value("invoice_number")) == ("gemini", "A-1")
    assert result.reading.attempts == result.attempts


async def test_a_kept_reading_survives_the_local_engines_failure(models: HostedModels) -> None:
    models.gemini.script(gemini.answer(WRONG_SUM))
    models.openrouter.script(openrouter.error(422))
    models.local.read_error = UnreadableDocument(Unreadable.TOO_COSTLY)
    result = await models.read()
    assert outcomes(result)[-1] == ("local", "too_costly")
    assert result.reading is not None
    assert result.reading.provider == "gemini"


@pytest.mark.parametrize("reason", [Unreadable.DAMAGED, Unreadable.ENCRYPTED, Unreadable.TOO_LARGE])
async def test_a_document_with_a_fault_of_its_own_costs_no_provider(models: HostedModels, reason: Unreadable) -> None:
    models.local.inspect_error = UnreadableDocument(reason)
    result = await models.read()
    assert (result.unreadable, result.attempts) == (reason, ())
    assert models.gemini.seen == []


async def test_when_the_time_is_up_the_document_is_out_of_time(models: HostedModels) -> None:
    models.providers = ()
    models.local.read_seconds = 5
    result = await models.read(seconds=0.2)
    assert result.unreadable is Unreadable.OUT_OF_TIME
    assert outcomes(result) == [("local", "timeout")]


async def test_when_everything_fails_in_time_the_providers_failed(models: HostedModels) -> None:
    models.gemini.script(gemini.bad_image())
    models.openrouter.script(openrouter.error(400))
    models.local.read_error = RuntimeError("worker died")
    result = await models.read()
    assert result.unreadable is Unreadable.PROVIDERS_FAILED
    assert outcomes(result)[-1] == ("local", "failed")
