"""Gemini's generateContent on loopback: its wire format, with every answer and error that the engine must survive."""

import json
import re
from typing import Any

from tests.support.scripted_server import Reply, ScriptedServer, Seen

KEY = "AIza-test-key"
_RPC = "type.googleapis.com/google.rpc"
_MODELS = re.compile(r"/v1beta/models/([\w.-]+):generateContent")
_GENERATION = {
    "temperature",
    "maxOutputTokens",
    "responseMimeType",
    "responseSchema",
    "thinkingConfig",
    "mediaResolution",
}
_GONE = ("gemini-2.0", "gemini-1")


def gemini_server(values: dict[str, Any] | None = None, *, key: str = KEY) -> ScriptedServer:
    """A server that answers with these values unless its script says otherwise, and refuses what Gemini refuses."""

    def refuse(seen: Seen) -> Reply | None:
        if seen.headers.get("x-goog-api-key") != key:
            return bad_key()
        model = _MODELS.fullmatch(seen.path)
        if model is None or model[1].startswith(_GONE):
            return model_gone()
        return _refuse_body(model[1], seen.body)

    return ScriptedServer(answer(values or {}), refuse)


def _refuse_body(model: str, body: dict[str, Any]) -> Reply | None:
    generation = body.get("generationConfig", {})
    for name in [*(set(generation) - _GENERATION), *_unknown_schema_keys(generation.get("responseSchema", {}))]:
        return error(400, "INVALID_ARGUMENT", f'Invalid JSON payload received. Unknown name "{name}"')
    thinking = generation.get("thinkingConfig", {})
    if "thinkingLevel" in thinking and model.startswith("gemini-2"):
        return error(400, "INVALID_ARGUMENT", "Thinking level is not supported for this model.")
    if "thinkingBudget" in thinking and "thinkingLevel" in thinking:
        return error(400, "INVALID_ARGUMENT", "You can only set one of thinking budget and thinking level.")
    return None


def _unknown_schema_keys(schema: dict[str, Any]) -> list[str]:
    """`additionalProperties` and type unions are no part of the OpenAPI subset."""
    known = {"type", "format", "enum", "nullable", "properties", "required", "items", "description", "propertyOrdering"}
    unknown = list(set(schema) - known)
    if not isinstance(schema.get("type", ""), str):
        unknown.append("type")
    for inner in [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]:
        unknown += _unknown_schema_keys(inner)
    return unknown


def candidates(*parts: dict[str, Any], finish: str | None = "STOP", **usage: Any) -> Reply:
    """A 200 with one candidate of these parts."""
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, "index": 0, "safetyRatings": []}
    if finish is not None:
        candidate["finishReason"] = finish
    return Reply({"candidates": [candidate], "usageMetadata": _usage(usage), "modelVersion": "gemini-test-1"})


def _usage(usage: dict[str, Any]) -> dict[str, Any]:
    return usage or {"promptTokenCount": 1200, "candidatesTokenCount": 300, "totalTokenCount": 1500}


def answer(values: Any, **usage: Any) -> Reply:
    """A good answer."""
    return candidates({"text": json.dumps(values)}, **usage)


def answer_in_parts(values: Any) -> Reply:
    """The JSON split over three parts, with a thought before it."""
    text = json.dumps(values)
    third = len(text) // 3
    return candidates(
        {"text": "Let me look at the invoice. {", "thought": True},
        {"text": text[:third]},
        {"text": text[third : 2 * third]},
        {"text": text[2 * third :]},
        promptTokenCount=1200,
        candidatesTokenCount=300,
        thoughtsTokenCount=50,
    )


def cut() -> Reply:
    """MAX_TOKENS with half a JSON."""
    return candidates({"text": '{"issuer_name": "Super'}, finish="MAX_TOKENS")


def cut_without_parts() -> Reply:
    """MAX_TOKENS where thinking used everything up."""
    candidate = {"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}
    return Reply({"candidates": [candidate], "usageMetadata": {"promptTokenCount": 9, "thoughtsTokenCount": 2048}})


def stopped_without_content() -> Reply:
    """STOP and nothing else."""
    return Reply({"candidates": [{"finishReason": "STOP", "index": 0}]})


def finished(reason: str) -> Reply:
    """A candidate that ended for another reason than STOP."""
    return Reply({"candidates": [{"finishReason": reason, "index": 0}]})


def blocked_prompt() -> Reply:
    """The input was refused: feedback, no candidates."""
    return Reply({"promptFeedback": {"blockReason": "SAFETY", "safetyRatings": []}, "usageMetadata": {}})


def error(status: int, name: str, message: str = "", details: list[dict[str, Any]] | None = None) -> Reply:
    """An error body; `details` is left out where there is none."""
    body: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details is not None:
        body["details"] = details
    return Reply({"error": body}, status=status)


def in_array(reply: Reply) -> Reply:
    """The same error wrapped in an array of one."""
    return Reply([reply.body], status=reply.status)


def bad_key() -> Reply:
    """A refused key is 400, not 401."""
    info = {"@type": f"{_RPC}.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    return error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [info])


def model_gone() -> Reply:
    return error(404, "NOT_FOUND", "This model models/gemini-2.0-flash is no longer available.")


def no_permission() -> Reply:
    return error(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key.")


def wrong_region() -> Reply:
    return error(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")


def bad_image() -> Reply:
    return error(400, "INVALID_ARGUMENT", "Unable to process input image.")


def too_many(delay: str | None = "37s", quota: str = "GenerateRequestsPerMinutePerProjectPerModel") -> Reply:
    """429 with its quota and, unless `delay` is None, when to come back."""
    details: list[dict[str, Any]] = [
        {"@type": f"{_RPC}.Help", "links": []},
        {"@type": f"{_RPC}.QuotaFailure", "violations": [{"quotaMetric": "requests", "quotaId": quota}]},
    ]
    if delay is not None:
        details.append({"@type": f"{_RPC}.RetryInfo", "retryDelay": delay})
    return error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", details)


def too_many_for_today() -> Reply:
    return too_many("47s", "GenerateRequestsPerDayPerProjectPerModel-FreeTier")


def too_many_in_words() -> Reply:
    """429 whose delay stands in the message alone."""
    return error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.\nPlease retry in 12.5s.")


def too_many_unexplained() -> Reply:
    return error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).")


def overloaded() -> Reply:
    return error(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")


def internal() -> Reply:
    return error(500, "INTERNAL", "An internal error has occurred.")


def deadline_exceeded() -> Reply:
    return error(504, "DEADLINE_EXCEEDED", "The request timed out.")
