"""OpenRouter's wire format: what is sent, and what each answer and error is taken for."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from ocr_engine.prompts import prompt_for
from ocr_engine.providers.openrouter import OpenRouter
from ocr_engine.question import Again, Part, ProviderFailed, Question
from ocr_engine.schemas import SCHEMAS
from shared.http_client import HttpClient
from tests.support import openrouter_server as openrouter
from tests.support.scripted_server import Reply, ScriptedServer

SCHEMA = SCHEMAS["lumis"]
VALUES = {"issuer_name": "Super Xtra"}


def question() -> Question:
    return Question(
        prompt_for(SCHEMA, 1), SCHEMA, (Part("image/jpeg", b"page one"), Part("image/jpeg", b"page two")), 2048
    )


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with openrouter.openrouter_server(VALUES) as running:
        yield running


@pytest_asyncio.fixture
async def model(server: ScriptedServer) -> AsyncIterator[OpenRouter]:
    client = HttpClient("openrouter", server.url, headers={"authorization": f"Bearer {openrouter.KEY}"})
    yield OpenRouter(client, openrouter.MODEL)
    await client.close()


async def failure_of(model: OpenRouter, budget: float = 2.0) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        await model.ask(question(), budget)
    return caught.value


async def test_the_words_come_before_the_pages(server: ScriptedServer, model: OpenRouter) -> None:
    await model.ask(question(), 2)
    body = server.seen[0].body
    system, user = body["messages"]
    words, one, two = user["content"]
    assert system["role"] == "system"
    assert words["type"] == "text"
    assert one["image_url"]["url"] == "data:image/jpeg;base64," + base64.b64encode(b"page one").decode()
    assert two["image_url"]["url"].endswith(base64.b64encode(b"page two").decode())
    assert (body["temperature"], body["max_tokens"], body["model"]) == (0.1, 2048, openrouter.MODEL)


async def test_the_schema_is_strict_and_only_routes_that_keep_it_are_taken(
    server: ScriptedServer, model: OpenRouter
) -> None:
    await model.ask(question(), 2)
    body = server.seen[0].body
    wanted = body["response_format"]["json_schema"]
    assert body["provider"] == {"require_parameters": True}
    assert wanted["strict"] is True
    assert (wanted["name"], body["response_format"]["type"]) == ("lumis", "json_schema")
    for level in (wanted["schema"], wanted["schema"]["properties"]["products"]["items"]):
        assert level["additionalProperties"] is False
        assert level["required"] == list(level["properties"])


@pytest.mark.parametrize("reply", [openrouter.answer(VALUES), openrouter.fenced(VALUES)])
async def test_a_good_answer_gives_text_model_and_tokens(
    server: ScriptedServer, model: OpenRouter, reply: Reply
) -> None:
    server.script(reply)
    answer = await model.ask(question(), 2)
    assert "Super Xtra" in answer.text
    assert (answer.model, answer.tokens) == (openrouter.MODEL, (900, 250))


async def test_usage_may_be_nulls(server: ScriptedServer, model: OpenRouter) -> None:
    server.script(openrouter.without_usage(VALUES))
    assert (await model.ask(question(), 2)).tokens == (None, None)


@pytest.mark.parametrize(
    ("reply", "code", "off"),
    [
        (openrouter.error(401), "http_401", "key refused"),
        (openrouter.error(403), "http_403", "permission denied"),
        (openrouter.error(404), "http_404", "no route to the model"),
        (openrouter.error_in_200(401), "error_401", "key refused"),
    ],
)
async def test_what_no_waiting_mends_switches_openrouter_off(
    server: ScriptedServer, model: OpenRouter, reply: Reply, code: str, off: str
) -> None:
    server.script(reply)
    error = await failure_of(model)
    assert (error.code, error.off, error.again) == (code, off, Again.NO)


async def test_a_wrong_key_switches_openrouter_off(server: ScriptedServer) -> None:
    client = HttpClient("openrouter", server.url, headers={"authorization": "Bearer other"})
    assert (await failure_of(OpenRouter(client, openrouter.MODEL))).off == "key refused"
    await client.close()


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (openrouter.error(402), 900.0),
        (openrouter.error_in_200(402), 900.0),
        (openrouter.error(429), 30.0),
        (openrouter.error(429, headers={"retry-after": "7"}), 7.0),
        (openrouter.error(429, headers={"retry-after": "Thu, 01 Jan 2015 00:00:00 GMT"}), 0.0),
        (openrouter.error(429, headers={"retry-after": "later"}), 30.0),
        (openrouter.error_in_200(429), 30.0),
        (openrouter.error_in_choice(429), 30.0),
        (openrouter.error(503, headers={"retry-after": "5"}), 5.0),
    ],
)
async def test_openrouter_is_left_alone_for_as_long_as_it_says(
    server: ScriptedServer, model: OpenRouter, reply: Reply, seconds: float
) -> None:
    server.script(reply)
    error = await failure_of(model)
    assert (error.rest, error.again, error.off) == (seconds, Again.NO, None)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        *[(openrouter.error(status), f"http_{status}") for status in (500, 502, 503)],
        (openrouter.page_of_html(502), "http_502"),
        (openrouter.error_in_200(502), "error_502"),
        (openrouter.error_in_200("502"), "error_502"),
        (openrouter.error_in_200("rate"), "error_500"),
        (openrouter.error_in_200(None), "error_500"),
        (Reply({"error": "something"}), "error_500"),
        (openrouter.error_in_choice(), "error_502"),
        (Reply(b'{"id": "gen-1", "choices": [{"fin', cut=True), "broken"),
    ],
)
async def test_what_passes_by_itself_is_worth_another_try(
    server: ScriptedServer, model: OpenRouter, reply: Reply, code: str
) -> None:
    server.script(reply)
    error = await failure_of(model)
    assert (error.code, error.again, error.rest) == (code, Again.SOON, None)


@pytest.mark.parametrize("status", [408, 524, 529])
async def test_what_has_already_cost_the_time_is_not_tried_again(
    server: ScriptedServer, model: OpenRouter, status: int
) -> None:
    server.script(openrouter.error(status))
    error = await failure_of(model)
    assert (error.code, error.again, error.blames_document) == (f"http_{status}", Again.NO, False)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        *[(openrouter.error(status), f"http_{status}") for status in (400, 413, 422)],
        (openrouter.moderated(), "http_403"),
        (openrouter.finished("content_filter"), "finish_content_filter"),
    ],
)
async def test_a_refused_document_is_not_held_against_openrouter(
    server: ScriptedServer, model: OpenRouter, reply: Reply, code: str
) -> None:
    server.script(reply)
    error = await failure_of(model)
    assert (error.code, error.blames_document, error.again, error.off) == (code, True, Again.NO, None)


async def test_an_answer_cut_at_the_limit_asks_for_more_room(server: ScriptedServer, model: OpenRouter) -> None:
    server.script(openrouter.finished("length"))
    assert (await failure_of(model)).again is Again.LONGER


UNUSABLE: list[tuple[Reply, str]] = [
    (openrouter.null_content(), "empty"),
    (openrouter.completion([openrouter.choice("  ")]), "empty"),
    (openrouter.completion([openrouter.choice(None) | {"message": None}]), "empty"),
    (openrouter.no_choices(), "no_choices"),
    (openrouter.missing_choices(), "no_choices"),
    (Reply({"choices": None}), "no_choices"),
    (Reply([]), "no_choices"),
    (openrouter.finished("error"), "finish_error"),
    (openrouter.finished("tool_calls"), "finish_unknown"),
    (openrouter.finished(None), "finish_unknown"),
    (Reply({"choices": [7]}), "finish_unknown"),
    (Reply(b"data: {}\n\n"), "bad_body"),
]


@pytest.mark.parametrize(("reply", "code"), UNUSABLE)
async def test_an_answer_that_cannot_be_used_is_a_failure(
    server: ScriptedServer, model: OpenRouter, reply: Reply, code: str
) -> None:
    server.script(reply)
    error = await failure_of(model)
    assert (error.code, error.again, error.off) == (code, Again.NO, None)


@pytest.mark.parametrize("reply", [Reply({}, wait=5), Reply(b" " * 1000, slowly=0.02)])
async def test_the_time_limit_holds_for_the_whole_body(server: ScriptedServer, model: OpenRouter, reply: Any) -> None:
    server.script(reply)
    assert (await failure_of(model, budget=0.2)).code == "timeout"
