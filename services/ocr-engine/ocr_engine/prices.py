"""What hosted models charge per token, and what a try cost by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ocr_engine.question import Tokens

_MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens that a model reads, and for a million that it writes."""

    read: Decimal
    written: Decimal


LIST_PRICES: Mapping[str, Price] = {
    "gemini-3.5-flash-lite": Price(Decimal("0.30"), Decimal("2.50")),
    "gemini-2.5-flash-lite": Price(Decimal("0.10"), Decimal("0.40")),
    "qwen/qwen3-vl-30b-a3b-instruct": Price(Decimal("0.13"), Decimal("0.52")),
}
"""The providers' list prices, looked up in November 2026."""


def cost_of(price: Price | None, tokens: Tokens) -> Decimal | None:
    """US dollars; None where the price is not known, or the provider did not say how many tokens it billed."""
    read, written = tokens
    if price is None or (read is None and written is None):
        return None
    return ((read or 0) * price.read + (written or 0) * price.written) / _MILLION
