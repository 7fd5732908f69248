"""OpenRouter's chat completions on loopback: its wire format, with every answer and error the engine must survive."""

import json
from typing import Any

from tests.support.scripted_server import Reply, ScriptedServer, Seen

KEY = "sk-or-test"
MODEL = "qwen/qwen3-vl-30b-a3b-instruct"


def openrouter_server(values: dict[str, Any] | None = None, *, key: str = KEY) -> ScriptedServer:
    """A server that answers with these values unless its script says otherwise."""

    def refuse(seen: Seen) -> Reply | None:
        if seen.headers.get("authorization") != f"Bearer {key}":
            return error(401, "No auth credentials found")
        if seen.path != "/api/v1/chat/completions":
            return Reply(b"<!DOCTYPE html><title>Not found</title>", status=404, headers={"content-type": "text/html"})
        return None

    return ScriptedServer(answer(values or {}), refuse)


def completion(choices: Any, **more: Any) -> Reply:
    """A 200 with these choices."""
    body = {
        "id": "gen-1",
        "object": "chat.completion",
        "provider": "Test",
        "model": MODEL,
        "choices": choices,
        "usage": {"prompt_tokens": 900, "completion_tokens": 250, "total_tokens": 1150, "cost": 0.0002},
        **more,
    }
    return Reply(body)


def choice(content: str | None, finish: str | None = "stop", **more: Any) -> dict[str, Any]:
    return {
        "index": 0,
        "finish_reason": finish,
        "native_finish_reason": finish,
        "message": {"role": "assistant", "content": content, "refusal": None},
        **more,
    }


def answer(values: Any) -> Reply:
    """A good answer."""
    return completion([choice(json.dumps(values))])


def fenced(values: Any) -> Reply:
    """JSON in a Markdown fence, as models without structured output give it."""
    return completion([choice(f"```json\n{json.dumps(values, indent=2)}\n```\n")])


def without_usage(values: Any) -> Reply:
    """Usage with nulls, as some routes send it."""
    usage = {"prompt_tokens": None, "completion_tokens": None, "total_tokens": None, "cost": None}
    return completion([choice(json.dumps(values))], usage=usage)


def half_json() -> Reply:
    return completion([choice('{"issuer_name": "Super X')])


def null_content() -> Reply:
    return completion([choice(None)])


def no_choices() -> Reply:
    return completion([])


def missing_choices() -> Reply:
    return Reply({"id": "gen-1", "model": MODEL, "usage": None})


def finished(reason: str | None) -> Reply:
    """A choice that ended for another reason than stop, with half an answer."""
    return completion([choice('{"issuer_name": "Su', finish=reason)])


def error_in_choice(code: Any = 502) -> Reply:
    """HTTP 200, finish_reason error, a partial text and the error beside it."""
    inner = {"code": code, "message": "Provider returned error", "metadata": {"provider_name": "Test", "raw": "x"}}
    return completion([choice('{"issuer', finish="error", error=inner)])


def error_in_200(code: Any = 502) -> Reply:
    """HTTP 200 with the error of another status at the top."""
    return Reply({"error": {"code": code, "message": "Provider returned error"}, "user_id": "u"})


def error(status: int, message: str = "error", headers: dict[str, str] | None = None, **metadata: Any) -> Reply:
    body: dict[str, Any] = {"error": {"code": status, "message": message}, "user_id": "u"}
    if metadata:
        body["error"]["metadata"] = metadata
    return Reply(body, status=status, headers=headers or {})


def moderated() -> Reply:
    """403 because of what the picture shows, not because of the key."""
    return error(
        403, "Input was flagged", reasons=["violence"], flagged_input="…", provider_name="Test", model_slug=MODEL
    )


def page_of_html(status: int = 502) -> Reply:
    """What a proxy in between says."""
    return Reply(b"<html><h1>Bad gateway</h1></html>", status=status, headers={"content-type": "text/html"})
