"""What both hosted models share on the wire: sending a question, and reading JSON that promises nothing."""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from ocr_engine.question import Again, ProviderFailed
from shared.http_client import HttpAnswer, HttpBroken, HttpClient, HttpFailed

DEFAULT_REST = 30.0
"""Seconds to leave a provider alone that says «too many» without saying how long."""
_LONGEST_REST = 3600.0
_ABSURD_BILL = 1000


async def exchange(client: HttpClient, path: str, body: Mapping[str, Any], budget: float) -> HttpAnswer:
    """POST a question; any status is an answer.

    Raises:
        ProviderFailed: no answer came. A connection that broke off is worth another try, time that ran out is not.
    """
    content, headers = json.dumps(body).encode(), {"content-type": "application/json"}
    try:
        return await client.send("POST", path, budget=budget, content=content, headers=headers)
    except HttpBroken as error:
        raise ProviderFailed(error.outcome, again=Again.SOON) from error
    except HttpFailed as error:
        raise ProviderFailed(error.outcome) from error


def ask_again_for(status: int, passing: AbstractSet[int]) -> Again:
    """Another try for the statuses that pass by themselves."""
    return Again.SOON if status in passing else Again.NO


def retry_after(answer: HttpAnswer, default: float = DEFAULT_REST) -> float:
    """Seconds of the Retry-After header (a number or a date), at most an hour; the default without one."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_REST)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return default
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max((when - datetime.now(UTC)).total_seconds(), 0.0), _LONGEST_REST)


def as_mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value where it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """The value where it is a string, else nothing."""
    return value if isinstance(value, str) else ""


def as_dollars(value: Any) -> Decimal | None:
    """A sum of money that was charged, None where it is missing or absurd."""
    amount = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
    return amount if amount is not None and amount.is_finite() and 0 <= amount < _ABSURD_BILL else None


def as_tokens(value: Any) -> int | None:
    """A count of tokens, None where it is missing or absurd."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None
