"""What the ledger does when it is called, and when a document was reconciled, unreadable or abandoned."""

from collections.abc import Callable
from dataclasses import replace

import structlog

from ledger import events, holds, metrics
from ledger.accounts import GIVEN_KINDS, Account, Change, Entry, Kind
from ledger.batch import Outcome, Rule
from ledger.deps import Deps
from shared import telemetry
from shared.bus import Reply
from shared.contracts.credits import (
    AdjustCredits,
    Balance,
    CreditsReleased,
    GrantCredits,
    HoldCredits,
    HoldPlaced,
    HoldReleased,
    Operation,
    Prices,
    ReadBalance,
    ReadPrices,
    ReleaseHold,
    SetPrices,
)
from shared.contracts.documents import UNPRICED_SCHEMAS, DocumentAbandoned, DocumentReconciled, DocumentUnreadable
from shared.contracts.message import Event
from shared.redaction import pseudonym

_log = structlog.get_logger()
_CHANGED = "lumis.ledger.changed"
"""On a span: false where the operation had been done before, or there was nothing to do."""


async def hold_credits(call: HoldCredits, deps: Deps) -> Reply:
    """Set the operation's price aside.

    Raises:
        Refused: `INSUFFICIENT_LUMIS` with `{"price", "available"}`; `HOLD_CLOSED`, `TOO_MANY_OPEN_HOLDS`.
    """
    step, terms = _step(call, deps), deps.terms
    if prices := await deps.store.prices.in_force():
        terms = replace(terms, prices={**terms.prices, **prices})
    with metrics.refusals("hold"), _span("hold") as span:
        outcome = await deps.store.change(
            call.user_id,
            call.request_id,
            lambda account: holds.place(account, step, call.operation, terms),
        )
        span.set_attribute(_CHANGED, outcome.changed)
    metrics.count("hold", changed=outcome.changed)
    hold = outcome.account.hold
    if hold is None:  # the rule places it, finds it or refuses
        raise AssertionError("no hold was placed")
    answer = HoldPlaced(price=hold.amount, balance=events.balance(call.user_id, hold.balance, hold.held))
    return Reply(answer, (events.held(call.user_id, hold),))


async def release_hold(call: ReleaseHold, deps: Deps) -> Reply:
    """Give a hold back. A repeat answers what the first gave back; 0 where there was none, or it had ended."""
    step = _step(call, deps)
    outcome = await _change("release", call, deps, lambda account: holds.release(account, step, "refused"))
    freed = _released(outcome, "refused")
    answer = HoldReleased(released=sum(event.amount for event in freed))
    return Reply(answer, tuple(freed))


async def grant_credits(call: GrantCredits, deps: Deps) -> Reply:
    """Add Lümis to an account, which it makes if need be. A repeat answers as the first did.

    Raises:
        Refused: `REQUEST_REUSED`.
    """
    entry = await _give("grant", call, holds.grant, deps)
    return Reply(events.balance(entry.user_id, entry.balance_after, entry.held_after), (events.granted(entry),))


async def adjust_credits(call: AdjustCredits, deps: Deps) -> Reply:
    """Correct an account, never below what is available. A repeat answers as the first did.

    Raises:
        Refused: `INSUFFICIENT_LUMIS` with `{"available"}`; `REQUEST_REUSED`.
    """
    entry = await _give("adjust", call, holds.adjust, deps)
    return Reply(events.balance(entry.user_id, entry.balance_after, entry.held_after), (events.adjusted(entry),))


async def read_prices(call: ReadPrices, deps: Deps) -> Reply:
    """What operations cost now."""
    del call
    return Reply(Prices.model_validate({**deps.terms.prices, **(await deps.store.prices.newest() or {})}))


async def set_prices(call: SetPrices, deps: Deps) -> Reply:
    """Put prices in force for holds placed from now on: here at once, in other processes within a second."""
    administrator = pseudonym(call.administrator)
    given = call.prices
    wanted: dict[Operation, int] = {"upload": given.upload, "retry": given.retry, "extract": given.extract}
    if await deps.store.prices.set(wanted, administrator, deps.now()):
        _log.info("prices set", **wanted, administrator=administrator)
    return Reply(call.prices)


async def read_balance(call: ReadBalance, deps: Deps) -> Reply:
    """An account's balance; 0 for a user who was never seen."""
    account = await deps.store.account(call.user_id)
    answer: Balance = events.balance(account.user_id, account.balance, account.held)
    return Reply(answer)


async def settle_credits(event: DocumentReconciled, deps: Deps) -> list[Event]:
    """Charge what is held; nothing where it was given back before: a late reading is free."""
    step = _step(event, deps)
    outcome = await _change("settle", event, deps, lambda account: holds.settle(account, step))
    charge = outcome.account.entries.get("charge")
    return [events.settled(charge)] if charge else []


async def release_unreadable(event: DocumentUnreadable, deps: Deps) -> list[Event]:
    """Give the hold back: nothing was read."""
    step = _last_step(event, deps)
    outcome = await _change("release", event, deps, lambda account: holds.release(account, step, "unreadable"))
    return [*_released(outcome, "unreadable")]


async def give_back_abandoned(event: DocumentAbandoned, deps: Deps) -> list[Event]:
    """Give the hold back, or the charge where the reading came first: the client was told that it cost nothing."""
    step = _last_step(event, deps)
    outcome = await _change("abandon", event, deps, lambda account: holds.abandon(account, step))
    return [*_released(outcome, "abandoned")]


def _step(message: HoldCredits | ReleaseHold | GrantCredits | AdjustCredits | Event, deps: Deps) -> holds.Step:
    return holds.Step(message.request_id, message.origin, deps.now())


def _last_step(event: DocumentUnreadable | DocumentAbandoned, deps: Deps) -> holds.Step:
    return replace(_step(event, deps), is_priced=event.schema_name not in UNPRICED_SCHEMAS)


def _span(operation: str) -> telemetry.span:
    return telemetry.span(f"ledger {operation}")


async def _give(
    kind: Kind,
    call: GrantCredits | AdjustCredits,
    rule: Callable[[Account, holds.Step, holds.Gift], Change | None],
    deps: Deps,
) -> Entry:
    step = _step(call, deps)
    administrator = None if call.administrator is None else pseudonym(call.administrator)
    gift = holds.Gift(call.amount, call.reason, administrator)
    with metrics.refusals(kind), _span(kind) as span:
        outcome = await deps.store.change(
            call.user_id, call.request_id, lambda account: rule(account, step, gift), kinds=GIVEN_KINDS
        )
        span.set_attribute(_CHANGED, outcome.changed)
    metrics.count(kind, changed=outcome.changed)
    return outcome.account.entries[kind]


async def _change(
    operation: str,
    message: ReleaseHold | DocumentReconciled | DocumentUnreadable | DocumentAbandoned,
    deps: Deps,
    rule: Rule,
) -> Outcome:
    with _span(operation) as span:
        outcome = await deps.store.change(message.user_id, message.request_id, rule)
        span.set_attribute(_CHANGED, outcome.changed)
    metrics.count(operation, changed=outcome.changed)
    return outcome


def _released(outcome: Outcome, reason: holds.ReleaseReason) -> list[CreditsReleased]:
    """What was given back for that reason, now or before; nothing where nothing was held.

    At a price of 0 that is 0 Lümis, and is said all the same: whoever follows the request waits for it.
    """
    given = (entry for entry in outcome.account.entries.values() if entry.gave_back)
    return [events.released(entry) for entry in given if entry.reason == reason]
