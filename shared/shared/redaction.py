"""Keeps personal data and secrets out of logs: by the key of a value, and by patterns inside text."""

import hashlib
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

REDACTED = "[redacted]"

_SECRET_KEYS = re.compile(
    r"(?i)(^|_)(token|authorization|password|secret|api_?key|apikey|clave|jwt|cookie|credential|signature|prompt|answer|"
    r"content|body|text|raw|value|name|email|phone|telefono|address|direccion|ruc|dni|cufe|user_id|account)s?$"
)
_KEPT_KEYS = frozenset({"app_name", "event_name", "service_name"})

_PATTERNS = (
    (re.compile(r"\b(amqps?|mongodb(?:\+srv)?|https?)://[^\s/@]+@"), r"\1://" + REDACTED + "@"),
    (re.compile(r"(?i)\bbearer\s+[\w.~+/=-]+"), f"Bearer {REDACTED}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), REDACTED),
    (re.compile(r"\b(?:AIza[\w-]{20,}|sk-or-[\w-]{10,}|sk-[\w-]{20,})"), REDACTED),
    (re.compile(r"(?i)([?&](?:key|api_key|token|jwt|password)=)[^&\s]+"), r"\1" + REDACTED),
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b"), REDACTED),
    (re.compile(r"\bFE\d{3}[\w-]{20,}"), REDACTED),
    (
        re.compile(r"(?i)\b(?:\d{5,9}-[12]-\d{1,7}|(?:\d{1,2}|PE|E|N|\d{1,2}(?:PI|AV)|\d{1,2}-NT)-\d{1,4}-\d{1,6})\b"),
        REDACTED,
    ),
)


def redact_text(text: str) -> str:
    """The text without credentials in URLs, tokens, keys, e-mail addresses, RUCs, cédulas and CUFEs."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact(value: Any, key: str = "") -> Any:
    """The value as it may be logged; recurses into mappings and sequences."""
    if key and key not in _KEPT_KEYS and _SECRET_KEYS.search(key) and value is not None:
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {inner: redact(item, str(inner)) for inner, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact_text(str(value))


_OWN_KEYS = frozenset(
    {"event", "level", "timestamp", "logger", "service", "instance", "request_id", "trace_id", "span_id"}
)


def redaction_processor(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that redacts every value of a log line but those that the logging set itself."""
    for key, value in event.items():
        event[key] = redact_text(value) if key == "event" and isinstance(value, str) else value
        if key not in _OWN_KEYS:
            event[key] = redact(value, key)
    return event


def pseudonym(user_id: str) -> str:
    """A short stable stand-in for a user in logs and audit rows."""
    return hashlib.blake2s(user_id.encode(), digest_size=6, person=b"lumisusr").hexdigest()
