"""A try at a hosted model is a span that tells the model, its tokens, its cost and how it ended."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ocr_engine.metrics import PROVIDER_COST
from ocr_engine.prices import LIST_PRICES, Price, cost_of
from ocr_engine.providers.wire import as_dollars
from ocr_engine.settings import OcrEngineSettings
from shared.telemetry import record_to, span
from tests.support import gemini_server
from tests.support.hosted_models import HostedModels, hosted_models

_COUNTS = st.integers(0, 10**9)
_DOLLARS = st.decimals(0, 10_000, places=4)


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Every span that ends while a test runs."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    record_to(provider)
    yield exporter
    record_to(None)
    provider.shutdown()


@pytest_asyncio.fixture
async def models() -> AsyncIterator[HostedModels]:
    async with hosted_models() as found:
        priced = tuple(replace(row, prices=LIST_PRICES) for row in found.providers)
        yield replace(found, providers=priced)


def spent(provider: str, model: str) -> float:
    return float(PROVIDER_COST.labels(provider, model)._value.get())


def one(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    (found,) = (each for each in spans.get_finished_spans() if each.name == name)
    return found


async def test_a_models_span_tells_its_tokens_and_its_cost_by_the_price_list(
    models: HostedModels, spans: InMemorySpanExporter
) -> None:
    before = spent("gemini", "gemini-3.5-flash-lite")
    with span("upload"):
        result = await models.read()
    (attempt,) = result.attempts
    found = one(spans, "provider gemini")
    assert found.attributes is not None
    tokens = attempt.tokens_in, attempt.tokens_out
    cost = cost_of(LIST_PRICES["gemini-3.5-flash-lite"], tokens)
    assert cost
    assert dict(found.attributes) == {
        "gen_ai.provider.name": "gemini",
        "gen_ai.request.model": "gemini-3.5-flash-lite",
        "gen_ai.usage.input_tokens": tokens[0],
        "gen_ai.usage.output_tokens": tokens[1],
        "lumis.cost_usd": float(cost),
        "lumis.outcome": "ok",
    }
    assert spent("gemini", "gemini-3.5-flash-lite") - before == pytest.approx(float(cost))
    exchange = one(spans, "POST gemini")
    assert exchange.parent is not None
    assert found.parent is not None
    assert exchange.parent.span_id == found.context.span_id
    assert found.parent.span_id == one(spans, "upload").context.span_id


async def test_what_the_provider_says_it_charged_goes_before_the_price_list(
    models: HostedModels, spans: InMemorySpanExporter
) -> None:
    models.gemini.script(gemini_server.error(429, "RESOURCE_EXHAUSTED"))
    await models.read()
    failed, served = one(spans, "provider gemini"), one(spans, "provider openrouter")
    assert failed.attributes is not None
    assert served.attributes is not None
    assert failed.attributes["lumis.outcome"] == "http_429"
    assert not failed.status.is_ok
    assert "lumis.cost_usd" not in failed.attributes
    assert served.attributes["lumis.cost_usd"] == 0.0002


@given(_COUNTS, _COUNTS, _DOLLARS, _DOLLARS)
def test_a_cost_is_exact_and_nothing_is_made_up_of_what_is_not_known(
    read: int, written: int, reading: Decimal, writing: Decimal
) -> None:
    price = Price(reading, writing)
    both = cost_of(price, (read, written))
    assert both is not None
    assert both * 1_000_000 == read * reading + written * writing
    assert cost_of(price, (read, None)) == read * reading / 1_000_000
    assert cost_of(price, (None, None)) is None
    assert cost_of(None, (read, written)) is None


@pytest.mark.parametrize("said", [None, "0.1", True, -1, Decimal("NaN"), Decimal("1e99"), [], 0.5])
def test_an_absurd_bill_is_not_believed(said: object) -> None:
    assert as_dollars(said) is None


def test_prices_of_ones_own_come_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "RABBITMQ_URL": "amqp://x/",
        "MONGODB_URL": "mongodb://x/",
        "OPS_PORT": "0",
        "MODEL_PRICES": '{"gemini-2.5-pro": [1.25, 10]}',
    }.items():
        monkeypatch.setenv(name, value)
    assert OcrEngineSettings().model_prices == {"gemini-2.5-pro": (Decimal("1.25"), Decimal(10))}
