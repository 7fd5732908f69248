"""One hosted model's tries at one document: its breaker, its second chances, and a record of each try."""

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

import structlog
from opentelemetry.trace import Span, SpanKind

from ocr_engine.answers import read_answer
from ocr_engine.breaker import Breaker, State
from ocr_engine.budget import Deadline
from ocr_engine.metrics import BREAKER_STATE, PROVIDER_COST, PROVIDER_SECONDS, PROVIDER_TOKENS
from ocr_engine.prices import Price, cost_of
from ocr_engine.question import Again, Model, ProviderFailed, Question, Tokens
from shared import telemetry
from shared.contracts.reading import Attempt, Reading
from shared.http_client import HttpTimedOut
from shared.money import json_number

_log = structlog.get_logger()

_STATES = {State.CLOSED: 0, State.HALF_OPEN: 1, State.OPEN: 2, State.OFF: 3}
_NO_TOKENS: Tokens = (None, None)
_ASKED = "asked for"
_PAUSE = (0.2, 0.6)
"""Seconds before a second try; spread so that many requests do not come back together."""


@dataclass(frozen=True)
class Provider:
    """A row of the chain: a hosted model, its breaker, and the most seconds it may take for one document."""

    model: Model
    breaker: Breaker
    ceiling: float
    label: str | None = None
    """What metrics call the model; None: its name. Names of clients' choosing would be endlessly many."""
    prices: Mapping[str, Price] = field(default_factory=dict, compare=False)
    """By the model's name; clients may name any of them."""

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.model.name

    def for_model(self, name: str) -> "Provider | None":
        """The row for a model that a client names; None where the provider has none of that name.

        What that model does wrong says nothing of the row's own: it gets a breaker of its own. A provider that rests
        is left alone all the same.
        """
        model = self.model.named(name)
        if model is None or model.model == self.model.model:
            return None if model is None else self
        rests = self.breaker.state in {State.OPEN, State.HALF_OPEN}
        breaker = self.breaker if rests else Breaker(failures=2, rest=self.ceiling)
        return replace(self, model=model, breaker=breaker, label=_ASKED)

    def watch(self) -> None:
        """Show the breaker's state in the metrics, also when it changes by time alone."""
        BREAKER_STATE.labels(self.name).set_function(lambda: _STATES[self.breaker.state])


@dataclass(frozen=True)
class Bill:
    """What a try is charged for."""

    tokens: Tokens
    charged: Decimal | None = None
    """US dollars, where the provider says it."""

    def cost(self, provider: Provider) -> Decimal | None:
        """US dollars; None where neither the provider nor its price says it."""
        return cost_of(provider.prices.get(provider.model.model), self.tokens) if self.charged is None else self.charged


_NO_BILL = Bill(_NO_TOKENS)


@dataclass(frozen=True)
class Patience:
    """How tries are limited. Seconds and tokens."""

    least_seconds: float = 3.0
    """With less than that left a try is not begun."""
    most_tokens: int = 2048
    more_tokens: int = 8192
    """For the one more try after an answer was cut."""


class Attempts:
    """The tries at one document, in `made`: also those that were not begun (`breaker_open`, `off`, `no_time`)."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self.made: list[Attempt] = []
        self.annotations: bytes | None = None
        """What OpenRouter parsed of the document in its last sound answer."""

    async def ask(self, provider: Provider, question: Question, deadline: Deadline) -> Reading | None:
        """Ask a provider, with at most one second try of each kind; None where it gave nothing usable."""
        left = {Again.SOON, Again.LONGER}
        question = replace(question, most_tokens=max(self._patience.most_tokens, question.schema.least_tokens))
        while self.may_ask(provider, deadline):
            provider.breaker.enter()
            try:
                return await self._try(provider, question, deadline)
            except ProviderFailed as error:
                if error.again not in left:
                    return None
                left.remove(error.again)
                if error.again is Again.LONGER:
                    more = max(self._patience.more_tokens, 2 * question.most_tokens)
                    question = replace(question, most_tokens=more)
                else:
                    await asyncio.sleep(random.uniform(*_PAUSE))
        return None

    def may_ask(self, provider: Provider, deadline: Deadline) -> bool:
        """True where breaker and time allow a try; else the reason is recorded."""
        late = "no_time" if deadline.remaining() < self._patience.least_seconds else None
        refusal = provider.breaker.refusal or late
        if refusal:
            self.pass_over(provider, refusal)
        return refusal is None

    def pass_over(self, provider: Provider, outcome: str) -> None:
        """Record why a provider was not asked."""
        model = provider.model
        self.made.append(Attempt(provider=model.name, model=model.model, outcome=outcome, milliseconds=0))
        _log.info("provider passed over", provider=model.name, outcome=outcome)

    def record_local(self, outcome: str, seconds: float, span: Span) -> None:
        """Record the local engine's try, which this span is about."""
        span.set_attribute("lumis.outcome", outcome)
        milliseconds = round(seconds * 1000)
        self.made.append(Attempt(provider="local", outcome=outcome, milliseconds=milliseconds))
        PROVIDER_SECONDS.labels("local", "", outcome).observe(seconds)
        _log.info("provider tried", provider="local", outcome=outcome, milliseconds=milliseconds)

    def call_implausible(self) -> None:
        """The last answer was sound, but what it says cannot be."""
        self.made[-1] = self.made[-1].model_copy(update={"outcome": "implausible"})

    async def _try(self, provider: Provider, question: Question, deadline: Deadline) -> Reading:
        """Ask once, as a span of its own."""
        model = provider.model
        facts = {"gen_ai.provider.name": model.name, "gen_ai.request.model": model.model}
        with telemetry.span(f"provider {model.name}", facts, kind=SpanKind.CLIENT) as span:
            return await self._ask_once(provider, question, deadline, span)

    async def _ask_once(self, provider: Provider, question: Question, deadline: Deadline, span: Span) -> Reading:
        """Ask and tell the breaker; whatever comes of it is recorded."""
        started = time.monotonic()
        outcome, bill = "cancelled", _NO_BILL
        model, seconds = provider.model, deadline.remaining()
        self.annotations = None
        try:
            answer = await model.ask(question, seconds)
            bill = Bill(answer.tokens, answer.cost)
            reading = read_answer(answer, question.schema, model.name)
        except ProviderFailed as error:
            outcome = error.code
            bill = bill if error.tokens == _NO_TOKENS else replace(bill, tokens=error.tokens)
            _tell_breaker(provider, error, seconds)
            raise
        except Exception as error:
            # A fault of ours says nothing about the provider; the next one may still read the document.
            provider.breaker.leave()
            outcome = "internal"
            _log.exception("provider not understood", provider=provider.name)
            raise ProviderFailed(outcome, tokens=bill.tokens) from error
        except BaseException:  # cancelled: a probe must give its place back
            provider.breaker.leave()
            raise
        else:
            outcome = "ok"
            provider.breaker.succeeded()
            self.annotations = answer.annotations
            return reading
        finally:
            self._record(provider, outcome, time.monotonic() - started, bill)
            _describe(span, provider, outcome, bill)

    def _record(self, provider: Provider, outcome: str, seconds: float, bill: Bill) -> None:
        name, model, tokens = provider.model.name, provider.model.model, bill.tokens
        milliseconds = round(seconds * 1000)
        self.made.append(
            Attempt(
                provider=name,
                model=model,
                outcome=outcome,
                milliseconds=milliseconds,
                tokens_in=tokens[0],
                tokens_out=tokens[1],
            )
        )
        label = provider.label or model
        PROVIDER_SECONDS.labels(name, label, outcome).observe(seconds)
        PROVIDER_TOKENS.labels(name, label, "in").inc(tokens[0] or 0)
        PROVIDER_TOKENS.labels(name, label, "out").inc(tokens[1] or 0)
        PROVIDER_COST.labels(name, label).inc(json_number(bill.cost(provider) or Decimal(0)))
        _log.info("provider tried", provider=name, model=model, outcome=outcome, milliseconds=milliseconds)


def _describe(span: Span, provider: Provider, outcome: str, bill: Bill) -> None:
    """What a try came to, on its span; what is not known is left out."""
    cost = bill.cost(provider)
    facts = {
        "lumis.outcome": outcome,
        "gen_ai.usage.input_tokens": bill.tokens[0],
        "gen_ai.usage.output_tokens": bill.tokens[1],
        "lumis.cost_usd": None if cost is None else float(json_number(cost)),
    }
    span.set_attributes({name: value for name, value in facts.items() if value is not None})


def _tell_breaker(provider: Provider, error: ProviderFailed, seconds: float) -> None:
    """`seconds` is the time that the provider was given; a timeout after little of it is no fault of its own."""
    if error.off is not None:
        provider.breaker.switch_off(error.off)
        tell = _log.error if provider.label is None else _log.info  # a model that a client named is the client's matter
        tell("provider switched off", provider=provider.name, model=provider.model.model, reason=error.off)
    elif error.blames_document or (error.code == HttpTimedOut.outcome and seconds < provider.ceiling / 2):
        provider.breaker.leave()
    else:
        provider.breaker.failed(error.rest)
