"""OpenRouter over REST: `chat/completions`, its answers and its errors (also those inside a 200)."""

import base64
import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from ocr_engine.providers.wire import (
    as_dollars,
    as_list,
    as_mapping,
    as_text,
    as_tokens,
    ask_again_for,
    exchange,
    retry_after,
)
from ocr_engine.question import Again, ModelAnswer, Part, ProviderFailed, ProviderName, Question, Tokens
from ocr_engine.schemas.shape import json_schema
from shared.contracts.documents import LARGEST_ANNOTATIONS
from shared.http_client import HttpAnswer, HttpClient

_TEMPERATURE = 0.1
_LEAST_ERROR, _LAST_ERROR = 400, 599
_CREDIT_REST = 900.0
"""Seconds before asking again once the credit is used up: somebody has to pay first."""
_OFF = {401: "key refused", 403: "permission denied", 404: "no route to the model"}
_BAD_QUESTION = frozenset({400, 413, 422})
_PASSING = frozenset({500, 502, 503})
"""Failures that answer at once. 408, 524 and 529 have already cost the time that another try would need."""


_WITH_FILE_INPUT = (
    "google/gemini",
    "anthropic/claude",
    "openai/gpt-4o",
    "openai/gpt-4.1",
    "openai/gpt-5",
    "openai/o1",
    "openai/o3",
    "openai/o4",
)
"""Prefixes of models that read a PDF themselves; for any other one a third party would have to parse it."""
_PDF = "application/pdf"
_PARSED = "The document is parsed. What is to be read?"
_IN_WORDS = "Answer with one JSON object, and nothing else, that keeps to this JSON Schema:\n"


def build_request(model: str, question: Question) -> dict[str, Any]:
    """The body of a chat completion: words first, then the pages as data URLs, or the PDF as a file."""
    schema = {"name": question.schema.name[:64], "strict": True, "schema": json_schema(question.schema.shape)}
    return {
        **_plain_request(model, question, question.prompt.instructions),
        "temperature": _TEMPERATURE,
        "response_format": {"type": "json_schema", "json_schema": schema},
        # Without it a route that knows no structured output may be taken, and the schema ignored.
        "provider": {"require_parameters": True},
    }


def build_request_in_words(model: str, question: Question) -> dict[str, Any]:
    """The same for a model that no route serves with structured output: the schema stands in the instructions."""
    schema = json.dumps(json_schema(question.schema.shape), ensure_ascii=False)
    return _plain_request(model, question, f"{question.prompt.instructions}\n\n{_IN_WORDS}{schema}")


def _plain_request(model: str, question: Question, instructions: str) -> dict[str, Any]:
    plugins = {"plugins": list(question.options.plugins)} if question.options.plugins else {}
    return {
        "model": model,
        "messages": [{"role": "system", "content": instructions}, *_conversation(question)],
        **plugins,
        "max_tokens": question.most_tokens,
    }


def _conversation(question: Question) -> list[dict[str, Any]]:
    """The question; with annotations as the third turn after the one by which the PDF was parsed."""
    task = {"type": "text", "text": question.prompt.task}
    first = {"role": "user", "content": [task, *(_shown(part, question) for part in question.parts)]}
    annotations = question.options.annotations
    if not annotations or all(part.content_type != _PDF for part in question.parts):
        return [first]
    parsed = {"role": "assistant", "content": _PARSED, "annotations": list(annotations)}
    return [first, parsed, {"role": "user", "content": [task]}]


def _shown(part: Part, question: Question) -> dict[str, Any]:
    url = f"data:{part.content_type};base64,{base64.b64encode(part.content).decode()}"
    if part.content_type == _PDF:
        return {"type": "file", "file": {"filename": question.options.filename, "file_data": url}}
    return {"type": "image_url", "image_url": {"url": url}}


class OpenRouter:
    """The model as the chain asks it; `client` carries the key in its headers."""

    name: ProviderName = "openrouter"

    def __init__(self, client: HttpClient, model: str, *, chosen: bool = False) -> None:
        """`chosen`: a client named the model, so it may know less than the one in the settings has to."""
        self._client = client
        self._chosen = chosen
        self.model = model

    @property
    def reads_pdf(self) -> bool:
        """Whether the model takes files itself."""
        return self.model.startswith(_WITH_FILE_INPUT)

    def named(self, model: str) -> "OpenRouter | None":
        """Another model, named `vendor/model`; a bare Gemini name is Google's."""
        name = f"google/{model}" if model.startswith("gemini-") else model
        return OpenRouter(self._client, name, chosen=True) if "/" in name else None

    async def ask(self, question: Question, budget: float) -> ModelAnswer:
        """Ask once.

        Raises:
            ProviderFailed: no usable answer; its fields say what to do.
        """
        ends = time.monotonic() + budget
        answer = await self._send(build_request(self.model, question), budget)
        if answer.status == HTTPStatus.NOT_FOUND and self._chosen:
            answer = await self._send(build_request_in_words(self.model, question), ends - time.monotonic())
        if answer.status != HTTPStatus.OK:
            raise failure(answer.status, _error_of(answer), answer)
        return read_answer(answer, self.model)

    async def _send(self, body: Mapping[str, Any], budget: float) -> HttpAnswer:
        return await exchange(self._client, "/api/v1/chat/completions", body, budget)


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
    message = as_mapping(choice.get("message"))
    text = as_text(message.get("content"))
    if not text.strip():
        raise ProviderFailed("empty", tokens=tokens)
    charged = as_dollars(usage.get("cost"))
    return ModelAnswer(text, as_text(body.get("model")) or model, tokens, _annotations(message), charged)


def _annotations(message: Mapping[str, Any]) -> bytes | None:
    """What was parsed of files, as JSON; None where there is nothing, or more than is kept."""
    parsed = [each for each in as_list(message.get("annotations")) if as_mapping(each).get("type") == "file"]
    content = json.dumps(parsed, ensure_ascii=False).encode("utf-8", "replace")
    return content if parsed and len(content) <= LARGEST_ANNOTATIONS else None


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
