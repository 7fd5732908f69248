"""Gemini over REST: `models/{model}:generateContent`, its answers and its errors."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from ocr_engine.providers.wire import as_list, as_mapping, as_text, as_tokens, ask_again_for, exchange, retry_after
from ocr_engine.question import Again, ModelAnswer, ProviderFailed, ProviderName, Question, Tokens
from ocr_engine.schemas.shape import gemini_schema
from shared.http_client import HttpAnswer, HttpClient


@dataclass(frozen=True)
class Family:
    """How requests to the models of one name prefix are built.

    From 3 on, sampling parameters are ignored today and announced to be refused; thought counts as output, so a model
    that cannot do without thinking needs room for it.
    """

    prefix: str
    temperature: float | None = None
    thinking: Mapping[str, Any] | None = None
    least_tokens: int = 0


_FAMILIES = (
    Family("gemini-2.5-pro", temperature=0.1, thinking={"thinkingBudget": 128}, least_tokens=4096),
    Family("gemini-2.5", temperature=0.1, thinking={"thinkingBudget": 0}),
    Family("gemini-2", temperature=0.1),
    Family("gemini-1", temperature=0.1),
    Family("gemini-3.5-flash-lite", thinking={"thinkingLevel": "minimal"}),
    Family("gemini-3.8", thinking={"thinkingLevel": "low"}, least_tokens=8192),
)
_NEWEST = Family("", thinking={"thinkingLevel": "low"}, least_tokens=4096)
"""For every other model: the levels that all of them know."""

_OWN_NAME = re.compile(r"gemini-[A-Za-z0-9._-]{1,80}")

_PER_DAY_REST = 3 * 3600.0
"""A used-up day's quota comes back at midnight, Pacific time; look again every few hours."""
_LONGEST_REST = 3600.0
_KEY_REFUSED = frozenset({"API_KEY_INVALID", "API_KEY_EXPIRED"})
_BLOCKED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "OTHER", "MALFORMED_FUNCTION_CALL"}
)


def family_of(model: str) -> Family:
    """The row with the longest prefix of the model's name."""
    fitting = [family for family in _FAMILIES if model.startswith(family.prefix)]
    return max(fitting, key=lambda family: len(family.prefix), default=_NEWEST)


def build_request(model: str, question: Question) -> dict[str, Any]:
    """The body of generateContent: the document before the words about it."""
    family = family_of(model)
    generation: dict[str, Any] = {
        "maxOutputTokens": max(question.most_tokens, family.least_tokens),
        "responseMimeType": "application/json",
        "responseSchema": gemini_schema(question.schema.shape),
    }
    if family.temperature is not None:
        generation["temperature"] = family.temperature
    if family.thinking is not None:
        generation["thinkingConfig"] = dict(family.thinking)
    parts: list[dict[str, Any]] = [
        {"inlineData": {"mimeType": part.content_type, "data": base64.b64encode(part.content).decode()}}
        for part in question.parts
    ]
    return {
        "systemInstruction": {"parts": [{"text": question.prompt.instructions}]},
        "contents": [{"role": "user", "parts": [*parts, {"text": question.prompt.task}]}],
        "generationConfig": generation,
    }


class Gemini:
    """The model as the chain asks it; `client` carries the key in its headers."""

    name: ProviderName = "gemini"
    reads_pdf = True

    def __init__(self, client: HttpClient, model: str) -> None:
        self._client = client
        self.model = model

    def named(self, model: str) -> "Gemini | None":
        """Another Gemini model, named as here or as OpenRouter names it."""
        name = model.removeprefix("google/")
        return Gemini(self._client, name) if _OWN_NAME.fullmatch(name) else None

    async def ask(self, question: Question, budget: float) -> ModelAnswer:
        """Ask once.

        Raises:
            ProviderFailed: no usable answer; its fields say what to do.
        """
        body = build_request(self.model, question)
        answer = await exchange(self._client, f"/v1beta/models/{self.model}:generateContent", body, budget)
        if answer.status != HTTPStatus.OK:
            raise failure(answer)
        return read_answer(answer, self.model)


def read_answer(answer: HttpAnswer, model: str) -> ModelAnswer:
    """The text of a 200.

    Raises:
        ProviderFailed: it holds no whole answer (blocked, cut, empty, not JSON).
    """
    try:
        body = as_mapping(answer.json())
    except ValueError as error:
        raise ProviderFailed("bad_body") from error
    tokens = _tokens(body)
    candidates = as_list(body.get("candidates"))
    if not candidates:
        reason = as_text(as_mapping(body.get("promptFeedback")).get("blockReason"))
        if reason:
            raise ProviderFailed("blocked", blames_document=True, tokens=tokens)
        raise ProviderFailed("no_candidates", tokens=tokens)
    candidate = as_mapping(candidates[0])
    _check_finish(as_text(candidate.get("finishReason")), tokens)
    text = _joined_text(candidate)
    if not text.strip():
        raise ProviderFailed("empty", tokens=tokens)
    return ModelAnswer(text, as_text(body.get("modelVersion")) or model, tokens)


def _check_finish(reason: str, tokens: Tokens) -> None:
    if reason == "STOP":
        return
    if reason == "MAX_TOKENS":
        raise ProviderFailed("max_tokens", again=Again.LONGER, blames_document=True, tokens=tokens)
    if reason in _BLOCKED or reason.startswith("IMAGE_"):
        raise ProviderFailed(f"finish_{reason.lower()}", blames_document=True, tokens=tokens)
    raise ProviderFailed("finish_unknown", tokens=tokens)


def _joined_text(candidate: Mapping[str, Any]) -> str:
    """The answer may come in several parts; thoughts are not the answer."""
    parts = (as_mapping(part) for part in as_list(as_mapping(candidate.get("content")).get("parts")))
    return "".join(as_text(part.get("text")) for part in parts if part.get("thought") is not True)


def _tokens(body: Mapping[str, Any]) -> Tokens:
    """(in, out); thoughts are billed as output."""
    usage = as_mapping(body.get("usageMetadata"))
    written, thought = as_tokens(usage.get("candidatesTokenCount")), as_tokens(usage.get("thoughtsTokenCount"))
    out = None if written is None and thought is None else (written or 0) + (thought or 0)
    return as_tokens(usage.get("promptTokenCount")), out


def failure(answer: HttpAnswer) -> ProviderFailed:
    """What an error status means; the body may be missing, a page of HTML, or an array around the error."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if isinstance(body, list) and body:
        body = body[0]
    error = as_mapping(as_mapping(body).get("error"))
    details = [as_mapping(detail) for detail in as_list(error.get("details"))]
    code = f"http_{answer.status}"
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return ProviderFailed(code, rest=_rest(answer, error, details))
    off = _off_reason(answer.status, error, details)
    if off:
        return ProviderFailed(code, off=off)
    if answer.status in {400, 413}:
        return ProviderFailed(code, blames_document=True)
    return ProviderFailed(code, again=ask_again_for(answer.status, {500, 503, 504}))


def _off_reason(status: int, error: Mapping[str, Any], details: list[Mapping[str, Any]]) -> str | None:
    """Why no further request can work until the configuration changes; a bad key comes as 400, not 401."""
    if status in {401, 403, 404}:
        return {401: "key refused", 403: "permission denied", 404: "model not found"}[status]
    if status != HTTPStatus.BAD_REQUEST:
        return None
    if as_text(error.get("status")) == "FAILED_PRECONDITION":
        return "failed precondition (region or billing)"
    reasons = {as_text(detail.get("reason")) for detail in details}
    if reasons & _KEY_REFUSED or "api key not valid" in as_text(error.get("message")).lower():
        return "key refused"
    return None


def _rest(answer: HttpAnswer, error: Mapping[str, Any], details: list[Mapping[str, Any]]) -> float:
    """Seconds to leave Gemini alone after a 429: hours for a day's quota, else RetryInfo, its sentence, a default."""
    for detail in details:
        quotas = (as_mapping(violation) for violation in as_list(detail.get("violations")))
        if any("PerDay" in as_text(quota.get("quotaId")) for quota in quotas):
            return _PER_DAY_REST
    delays = [as_text(detail.get("retryDelay")) for detail in details]
    sentence = re.search(r"retry in ([\d.]+s)", as_text(error.get("message")))
    for delay in [*delays, sentence[1] if sentence else ""]:
        match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)s", delay)
        if match:
            return min(float(match[1]), _LONGEST_REST)
    return retry_after(answer)
