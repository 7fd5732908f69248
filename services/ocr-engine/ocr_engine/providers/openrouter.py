"""OpenRouter over REST: `chat/completions`, its answers and its errors (also those inside a 200)."""

import base64
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from ocr_engine.providers.wire import as_list, as_mapping, as_text, as_tokens, ask_again_for, exchange, retry_after
from ocr_engine.question import Again, ModelAnswer, ProviderFailed, ProviderName, Question, Tokens
from ocr_engine.schemas.shape import json_schema
from shared.http_client import HttpAnswer, HttpClient

_TEMPERATURE = 0.1
_LEAST_ERROR, _LAST_ERROR = 400, 599
_CREDIT_REST = 900.0
"""Seconds before asking again once the credit is used up: somebody has to pay first."""
_OFF = {401: "key refused", 403: "permission denied", 404: "no route to the model"}
_BAD_QUESTION = frozenset({400, 413, 422})
_PASSING = frozenset({500, 502, 503})
"""Failures that answer at once. 408, 524 and 529 have already cost the time that another try would need."""


def build_request(model: str, question: Question) -> dict[str, Any]:
    """The body of a chat completion: words first, then the pages as data URLs."""
    pages = [
        {
            "type": "image_url",
            "image_url": {"url": f"data:{part.content_type};base64,{base64.b64encode(part.content).decode()}"},
        }
        for part in question.parts
    ]
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": question.prompt.instructions},
            {"role": "user", "content": [{"type": "text", "text": question.prompt.task}, *pages]},
        ],
        "temperature": _TEMPERATURE,
        "max_tokens": question.most_tokens,
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": question.schema.name[:64],
                "strict": True,
                "schema": json_schema(question.schema.shape),
            },
        },
        # Without it a route that knows no structured output may be taken, and the schema ignored.
        "provider": {"require_parameters": True},
    }


class OpenRouter:
    """The model as the chain asks it; `client` carries the key in its headers."""

    name: ProviderName = "openrouter"
    reads_pdf = False

    def __init__(self, client: HttpClient, model: str) -> None:
        self._client = client
        self.model = model

    async def ask(self, question: Question, budget: float) -> ModelAnswer:
        """Ask once.

        Raises:
            ProviderFailed: no usable answer; its fields say what to do.
        """
        body = build_request(self.model, question)
        answer = await exchange(self._client, "/api/v1/chat/completions", body, budget)
        if answer.status != HTTPStatus.OK:
            raise failure(answer.status, _error_of(answer), answer)
        return read_answer(answer, self.model)


def read_answer(answer: HttpAnswer, model: str) -> ModelAnswer:
    """The text of a 200, which may still be an error.

    Raises:
        ProviderFailed: it holds no whole answer (an error inside, cut, filtered, empty, not JSON).
    """
    try:
        body = as_mapping(answer.json())
    except ValueError as error:
        raise ProviderFailed("bad_body") from error
    if body.get("error") is not None:
        raise failure(_inner_status(body), as_mapping(body.get("error")), answer)
    usage = as_mapping(body.get("usage"))
    tokens = as_tokens(usage.get("prompt_tokens")), as_tokens(usage.get("completion_tokens"))
    choices = as_list(body.get("choices"))
    if not choices:
        raise ProviderFailed("no_choices", tokens=tokens)
    choice = as_mapping(choices[0])
    if choice.get("error") is not None:
        raise failure(_inner_status(choice), as_mapping(choice.get("error")), answer)
    _check_finish(choice, tokens)
    text = as_text(as_mapping(choice.get("message")).get("content"))
    if not text.strip():
        raise ProviderFailed("empty", tokens=tokens)
    return ModelAnswer(text, as_text(body.get("model")) or model, tokens)


def _check_finish(choice: Mapping[str, Any], tokens: Tokens) -> None:
    reason = as_text(choice.get("finish_reason"))
    if reason == "stop":
        return
    if reason == "length":
        raise ProviderFailed("max_tokens", again=Again.LONGER, blames_document=True, tokens=tokens)
    if reason == "content_filter":
        raise ProviderFailed("finish_content_filter", blames_document=True, tokens=tokens)
    raise ProviderFailed("finish_error" if reason == "error" else "finish_unknown", tokens=tokens)


def failure(status: int, error: Mapping[str, Any], answer: HttpAnswer) -> ProviderFailed:
    """What an error means, whether it came as the status or inside a 200."""
    code = f"http_{status}" if answer.status != HTTPStatus.OK else f"error_{status}"
    metadata = as_mapping(error.get("metadata"))
    if status == HTTPStatus.FORBIDDEN and ("flagged_input" in metadata or "reasons" in metadata):
        return ProviderFailed(code, blames_document=True)
    if status in _OFF:
        return ProviderFailed(code, off=_OFF[status])
    if status in _BAD_QUESTION:
        return ProviderFailed(code, blames_document=True)
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return ProviderFailed(code, rest=_CREDIT_REST)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ProviderFailed(code, rest=retry_after(answer))
    if status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in answer.headers:
        return ProviderFailed(code, rest=retry_after(answer))
    return ProviderFailed(code, again=ask_again_for(status, _PASSING))


def _error_of(answer: HttpAnswer) -> Mapping[str, Any]:
    try:
        return as_mapping(as_mapping(answer.json()).get("error"))
    except ValueError:
        return {}


def _inner_status(holder: Mapping[str, Any]) -> int:
    """The status of an error inside a 200; 500 where it gives none that is one."""
    code = as_mapping(holder.get("error")).get("code")
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code[:3])
    return code if isinstance(code, int) and _LEAST_ERROR <= code <= _LAST_ERROR else 500
