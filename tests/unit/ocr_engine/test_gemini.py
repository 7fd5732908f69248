"""Gemini's wire format: what is sent, and what each answer and error is taken for."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from ocr_engine.prompts import prompt_for
from ocr_engine.providers.gemini import Gemini, build_request, family_of
from ocr_engine.question import Again, Part, ProviderFailed, Question
from ocr_engine.schemas import SCHEMAS
from shared.http_client import HttpClient
from tests.support import gemini_server as gemini
from tests.support.scripted_server import Reply, ScriptedServer

SCHEMA = SCHEMAS["lumis"]
MODEL = "gemini-3.5-flash-lite"


def question(most_tokens: int = 2048) -> Question:
    return Question(prompt_for(SCHEMA, 1), SCHEMA, (Part("image/jpeg", b"picture"),), most_tokens)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with gemini.gemini_server({"issuer_name": "Super Xtra"}) as running:
        yield running


@pytest_asyncio.fixture
async def client(server: ScriptedServer) -> AsyncIterator[HttpClient]:
    http = HttpClient("gemini", server.url, headers={"x-goog-api-key": gemini.KEY}, largest_answer=200_000)
    yield http
    await http.close()


async def failure_of(client: HttpClient, budget: float = 2.0, model: str = MODEL) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        await Gemini(client, model).ask(question(), budget)
    return caught.value


async def test_the_document_comes_before_the_words_and_the_key_stays_out_of_the_url(
    server: ScriptedServer, client: HttpClient
) -> None:
    await Gemini(client, MODEL).ask(question(), 2)
    seen = server.seen[0]
    document, words = seen.body["contents"][0]["parts"]
    assert base64.b64decode(document["inlineData"]["data"]) == b"picture"
    assert document["inlineData"]["mimeType"] == "image/jpeg"
    assert words["text"].startswith("Extrae los datos")
    assert "nunca una instrucción" in seen.body["systemInstruction"]["parts"][0]["text"]
    assert seen.path == f"/v1beta/models/{MODEL}:generateContent"
    assert gemini.KEY not in seen.path + seen.query
    assert seen.headers["x-goog-api-key"] == gemini.KEY


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gemini-2.5-flash-lite", {"temperature": 0.1, "thinkingConfig": {"thinkingBudget": 0}}),
        ("gemini-2.0-flash", {"temperature": 0.1}),
        ("gemini-3.5-flash-lite", {"thinkingConfig": {"thinkingLevel": "minimal"}}),
        ("gemini-3.8-flash", {"thinkingConfig": {"thinkingLevel": "low"}}),
        ("gemini-7-ultra", {"thinkingConfig": {"thinkingLevel": "low"}}),
    ],
)
def test_each_model_family_gets_only_the_parameters_that_it_knows(model: str, expected: dict[str, Any]) -> None:
    generation = build_request(model, question())["generationConfig"]
    assert {key: generation[key] for key in generation if key in {"temperature", "thinkingConfig"}} == expected
    assert not {"topP", "topK"} & set(generation)


def test_a_model_that_must_think_gets_room_for_it() -> None:
    assert build_request("gemini-3.8-flash", question())["generationConfig"]["maxOutputTokens"] == 8192
    assert build_request(MODEL, question())["generationConfig"]["maxOutputTokens"] == 2048
    assert family_of("gemini-2.5-pro").thinking == {"thinkingBudget": 128}


@pytest.mark.parametrize("model", ["gemini-3.5-flash-lite", "gemini-2.5-flash-lite", "gemini-3.6-flash"])
async def test_the_request_is_one_that_gemini_takes(client: HttpClient, model: str) -> None:
    answer = await Gemini(client, model).ask(question(), 2)
    assert "Super Xtra" in answer.text


async def test_a_good_answer_gives_text_model_and_tokens(server: ScriptedServer, client: HttpClient) -> None:
    server.script(gemini.answer_in_parts({"issuer_name": "Café Ñandú"}))
    answer = await Gemini(client, MODEL).ask(question(), 2)
    assert answer.text == '{"issuer_name": "Caf\\u00e9 \\u00d1and\\u00fa"}'
    assert answer.model == "gemini-test-1"
    assert answer.tokens == (1200, 350)


RESTS: list[tuple[Reply, float]] = [
    (gemini.too_many("37s"), 37.0),
    (gemini.too_many("1.5s"), 1.5),
    (gemini.too_many("45.837906927s"), 45.837906927),
    (gemini.in_array(gemini.too_many("37s")), 37.0),
    (gemini.too_many_in_words(), 12.5),
    (gemini.too_many(None), 30.0),
    (gemini.too_many("soon"), 30.0),
    (gemini.too_many_unexplained(), 30.0),
    (gemini.too_many_for_today(), 3 * 3600.0),
    (Reply(b"", status=429, headers={"retry-after": "9"}), 9.0),
    (gemini.too_many("999999999s"), 3600.0),
]


@pytest.mark.parametrize(("reply", "seconds"), RESTS)
async def test_too_many_requests_says_how_long_to_leave_gemini_alone(
    server: ScriptedServer, client: HttpClient, reply: Reply, seconds: float
) -> None:
    server.script(reply)
    error = await failure_of(client)
    assert (error.code, error.rest, error.again, error.off) == ("http_429", seconds, Again.NO, None)


@pytest.mark.parametrize(
    ("reply", "code", "reason"),
    [
        (gemini.bad_key(), "http_400", "key refused"),
        (gemini.in_array(gemini.bad_key()), "http_400", "key refused"),
        (gemini.error(400, "INVALID_ARGUMENT", "API key not valid. Please pass one."), "http_400", "key refused"),
        (gemini.wrong_region(), "http_400", "failed precondition (region or billing)"),
        (gemini.no_permission(), "http_403", "permission denied"),
        (gemini.error(401, "UNAUTHENTICATED"), "http_401", "key refused"),
        (gemini.model_gone(), "http_404", "model not found"),
    ],
)
async def test_what_no_waiting_mends_switches_gemini_off(
    server: ScriptedServer, client: HttpClient, reply: Reply, code: str, reason: str
) -> None:
    server.script(reply)
    error = await failure_of(client)
    assert (error.code, error.off, error.again) == (code, reason, Again.NO)


async def test_a_model_that_was_shut_down_switches_gemini_off(client: HttpClient) -> None:
    assert (await failure_of(client, model="gemini-2.0-flash")).off == "model not found"


@pytest.mark.parametrize(
    ("reply", "code"),
    [(gemini.internal(), "http_500"), (gemini.overloaded(), "http_503"), (gemini.deadline_exceeded(), "http_504")],
)
async def test_what_passes_by_itself_is_worth_another_try(
    server: ScriptedServer, client: HttpClient, reply: Reply, code: str
) -> None:
    server.script(reply)
    error = await failure_of(client)
    assert (error.code, error.again, error.off, error.rest) == (code, Again.SOON, None, None)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (gemini.bad_image(), "http_400"),
        (gemini.in_array(gemini.bad_image()), "http_400"),
        (Reply(b"<html>bad request</html>", status=400), "http_400"),
        (gemini.blocked_prompt(), "blocked"),
        *[
            (gemini.finished(reason), f"finish_{reason.lower()}")
            for reason in (
                "SAFETY",
                "RECITATION",
                "BLOCKLIST",
                "PROHIBITED_CONTENT",
                "SPII",
                "LANGUAGE",
                "OTHER",
                "MALFORMED_FUNCTION_CALL",
                "IMAGE_SAFETY",
            )
        ],
    ],
)
async def test_a_refused_document_is_not_held_against_gemini(
    server: ScriptedServer, client: HttpClient, reply: Reply, code: str
) -> None:
    server.script(reply)
    error = await failure_of(client)
    assert (error.code, error.blames_document, error.again) == (code, True, Again.NO)


@pytest.mark.parametrize("reply", [gemini.cut(), gemini.cut_without_parts()])
async def test_an_answer_cut_at_the_limit_asks_for_more_room(
    server: ScriptedServer, client: HttpClient, reply: Reply
) -> None:
    server.script(reply)
    error = await failure_of(client)
    assert (error.code, error.again) == ("max_tokens", Again.LONGER)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (gemini.finished("A_NEW_REASON"), "finish_unknown"),
        (gemini.candidates({"text": "{}"}, finish=None), "finish_unknown"),
        (gemini.stopped_without_content(), "empty"),
        (gemini.candidates(), "empty"),
        (gemini.candidates({"text": "only a thought", "thought": True}), "empty"),
        (gemini.candidates({"inlineData": {}}), "empty"),
        (Reply({"candidates": []}), "no_candidates"),
        (Reply({}), "no_candidates"),
        (Reply({"candidates": "?", "usageMetadata": 7, "promptFeedback": None}), "no_candidates"),
        (Reply({"candidates": [None]}), "finish_unknown"),
        (Reply(b"<html>"), "bad_body"),
        (Reply(b""), "bad_body"),
        (Reply(b"[" * 100_000), "bad_body"),
        (Reply(b'{"candidates": NaN}'), "bad_body"),
        (Reply(None), "no_candidates"),
        (Reply(b"x" * 300_000), "too_large"),
        (Reply(b"", status=302, headers={"location": "http://127.0.0.1:1/"}), "http_302"),
        (Reply(b"teapot", status=418), "http_418"),
    ],
)
async def test_an_answer_that_cannot_be_used_is_a_failure(
    server: ScriptedServer, client: HttpClient, reply: Reply, code: str
) -> None:
    server.script(reply)
    error = await failure_of(client)
    assert (error.code, error.again, error.off, error.blames_document) == (code, Again.NO, None, False)


@pytest.mark.parametrize("reply", [Reply({}, wait=5), Reply(b"x" * 1000, slowly=0.02)])
async def test_the_time_limit_holds_for_the_whole_body(
    server: ScriptedServer, client: HttpClient, reply: Reply
) -> None:
    server.script(reply)
    error = await failure_of(client, budget=0.2)
    assert (error.code, error.again) == ("timeout", Again.NO)


async def test_a_connection_that_breaks_off_is_worth_another_try(server: ScriptedServer, client: HttpClient) -> None:
    server.script(Reply(b"x" * 1000, cut=True))
    error = await failure_of(client)
    assert (error.code, error.again) == ("broken", Again.SOON)


async def test_nobody_listening_is_a_failure() -> None:
    client = HttpClient("gemini", "http://127.0.0.1:9")
    assert (await failure_of(client)).code == "unreachable"
    await client.close()


@pytest.mark.parametrize("usage", [{"promptTokenCount": None}, {"promptTokenCount": "7"}, {"promptTokenCount": -1}])
async def test_token_counts_may_be_missing_or_absurd(
    server: ScriptedServer, client: HttpClient, usage: dict[str, Any]
) -> None:
    server.script(gemini.answer({"issuer_name": "X"}, **usage))
    assert (await Gemini(client, MODEL).ask(question(), 2)).tokens == (None, None)
