"""The bus on a real broker: events, calls, the retry ladder, parking, reconnection, an orderly end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from shared.bus import Bus, Delivery, Follower, Operation, OwnEvents, Reply, Subscription, event_id
from shared.bus.envelope import encode
from shared.bus.parking import list_parked, take_parked
from shared.bus.topology import EXCHANGE, PARKED_QUEUE
from shared.contracts.credits import Balance, CreditsReleased, ReadBalance
from shared.contracts.documents import DocumentAbandoned
from shared.contracts.message import Event
from shared.contracts.topology import event_queue
from shared.errors import CallTimedOut, Refused, Rejected, Unavailable
from tests.support.broker import QUICK_LADDER, Buses, buses_on, queue_length
from tests.support.servers import Private
from tests.support.waiting import until

LEDGER_QUEUE = event_queue("ledger", DocumentAbandoned)


@pytest_asyncio.fixture
async def buses(rabbitmq_url: str) -> AsyncIterator[Buses]:
    async with buses_on(rabbitmq_url) as made:
        yield made


def abandoned(request_id: str = "r1", origin: str = "gateway-1") -> DocumentAbandoned:
    return DocumentAbandoned(request_id=request_id, origin=origin, user_id="u1")


def waits() -> float:
    """Messages of the ledger's queue whose wait was measured."""
    return REGISTRY.get_sample_value("lumis_bus_wait_seconds_count", {"queue": LEDGER_QUEUE}) or 0.0


class Recorder:
    """A handler that notes what came and fails as often as it is told."""

    def __init__(self, failures: int = 0, error: Exception | None = None, outputs: tuple[Event, ...] = ()) -> None:
        self.seen: list[Event] = []
        self.attempts = 0
        self.failures = failures
        self.error = error or RuntimeError("down")
        self.outputs = outputs

    async def __call__(self, event: Event, _deps: Any) -> list[Event]:
        self.attempts += 1
        if self.attempts <= self.failures:
            raise self.error
        self.seen.append(event)
        return list(self.outputs)


async def test_an_event_reaches_its_receiver_and_every_follower_with_an_id_derived_from_its_cause(buses: Buses) -> None:
    ledger, gateway = buses.make("ledger"), buses.make("gateway")
    recorder, followed = Recorder(), []

    async def follow(delivery: Delivery, _deps: Any) -> list[Event]:
        followed.append(delivery)
        return []

    ledger.add(Subscription(DocumentAbandoned, recorder), None)
    gateway.add(Follower(follow), None)
    await buses.start(ledger, gateway)
    await gateway.publish(abandoned())
    await until(lambda: bool(recorder.seen and followed))
    assert recorder.seen == [abandoned()]
    assert followed[0].id == event_id("r1", "document.abandoned.v1")
    assert (followed[0].source, followed[0].request_id, followed[0].event) == ("gateway", "r1", abandoned())


async def test_an_event_published_before_its_receiver_ever_ran_is_not_lost(buses: Buses) -> None:
    gateway, ledger, recorder = buses.make("gateway"), buses.make("ledger"), Recorder()
    await buses.start(gateway)
    await gateway.publish(abandoned())
    ledger.add(Subscription(DocumentAbandoned, recorder), None)
    await buses.start(ledger)
    await until(lambda: len(recorder.seen) == 1)


async def test_a_failing_handler_is_tried_again_on_the_ladder_until_it_works(buses: Buses) -> None:
    ledger, recorder = buses.make("ledger"), Recorder(failures=2)
    measured = waits()
    ledger.add(Subscription(DocumentAbandoned, recorder), None)
    await buses.start(ledger)
    await ledger.publish(abandoned())
    await until(lambda: len(recorder.seen) == 1)
    assert recorder.attempts == 3
    assert waits() == measured + 1, "only the first wait is measured, not the ladder's"
    assert await list_parked(buses.url) == []


async def test_after_the_last_step_a_message_is_parked_with_its_error_and_can_be_put_back(buses: Buses) -> None:
    ledger, recorder = buses.make("ledger"), Recorder(failures=3, error=RuntimeError("no database for ana@example.com"))
    ledger.add(Subscription(DocumentAbandoned, recorder), None)
    await buses.start(ledger)
    await ledger.publish(abandoned())
    await until(lambda: recorder.attempts == 3)

    async def is_parked() -> bool:
        return await queue_length(buses.url, PARKED_QUEUE) == 1

    await until(is_parked)
    (parked,) = await list_parked(buses.url)
    assert (parked.queue, parked.request_id) == (LEDGER_QUEUE, "r1")
    assert parked.error == "RuntimeError", "a foreign error's text may hold data"
    assert await take_parked(buses.url, ["another id"], replay=True) == []
    assert len(await take_parked(buses.url, [parked.id], replay=True)) == 1
    await until(lambda: len(recorder.seen) == 1)
    assert await list_parked(buses.url) == []


async def test_what_the_broker_parked_after_a_crash_loop_can_fail_again_once_it_was_put_back(buses: Buses) -> None:
    ledger, recorder = buses.make("ledger"), Recorder()
    ledger.add(Subscription(DocumentAbandoned, recorder), None)
    await buses.start(ledger)
    await ledger.publish(abandoned())
    await until(lambda: len(recorder.seen) == 1)
    body = encode(abandoned(), "id-1", "gateway")
    death = {"queue": LEDGER_QUEUE, "reason": "delivery_limit", "count": 1, "exchange": "", "routing-keys": ["x"]}
    headers: dict[str, Any] = {
        "x-death": [death],
        "x-first-death-queue": LEDGER_QUEUE,
        "x-first-death-reason": "delivery_limit",
    }
    async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
        looped = aio_pika.Message(body, message_id="id-1", headers=headers)
        await channel.default_exchange.publish(looped, routing_key=PARKED_QUEUE)
    recorder.failures = recorder.attempts + 1
    (replayed,) = await take_parked(buses.url, None, replay=True)
    assert replayed.queue == LEDGER_QUEUE
    await until(lambda: len(recorder.seen) == 2)


async def test_looking_at_parked_messages_often_does_not_lose_them(buses: Buses) -> None:
    ledger = buses.make("ledger")
    ledger.add(Subscription(DocumentAbandoned, Recorder(failures=9, error=Rejected("never"))), None)
    await buses.start(ledger)
    await ledger.publish(abandoned())

    async def is_parked() -> bool:
        return bool(await list_parked(buses.url))

    await until(is_parked)
    for _ in range(25):
        assert [parked.error for parked in await list_parked(buses.url)] == ["Rejected: never"]


async def test_a_message_that_the_ladder_could_not_take_is_not_acked_by_one_that_is_done_after_it(buses: Buses) -> None:
    ledger, seen = buses.make("ledger"), list[str]()

    async def handle(event: Event, _deps: Any) -> list[Event]:
        seen.append(event.request_id)
        if seen == ["r1"]:
            raise RuntimeError("down")
        await asyncio.sleep(0.3 if event.request_id == "r2" else 0)
        return []

    ledger.add(Subscription(DocumentAbandoned, handle), None)
    await buses.start(ledger)
    async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
        await channel.queue_delete(QUICK_LADDER[0].exchange)
    await ledger.publish(abandoned("r1"), abandoned("r2"))
    await until(lambda: seen == ["r1", "r2", "r1"])


async def test_a_dropped_parked_message_is_gone(buses: Buses) -> None:
    ledger = buses.make("ledger")
    ledger.add(Subscription(DocumentAbandoned, Recorder(failures=9, error=Rejected("never"))), None)
    await buses.start(ledger)
    await ledger.publish(abandoned())

    async def is_parked() -> bool:
        return bool(await list_parked(buses.url))

    await until(is_parked)
    assert len(await take_parked(buses.url, None, replay=False)) == 1
    assert await list_parked(buses.url) == []


async def test_a_rejected_message_and_an_invalid_body_are_parked_at_once(buses: Buses) -> None:
    ledger, recorder = buses.make("ledger"), Recorder(failures=9, error=Rejected("no such schema"))
    ledger.add(Subscription(DocumentAbandoned, recorder), None)
    await buses.start(ledger)
    await ledger.publish(abandoned())
    async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
        exchange = await channel.get_exchange(EXCHANGE)
        await exchange.publish(aio_pika.Message(b"not json", type="x"), routing_key="document.abandoned.v1.o")

    async def both_parked() -> bool:
        return len(await list_parked(buses.url)) == 2

    await until(both_parked)
    assert recorder.attempts == 1
    assert {parked.queue for parked in await list_parked(buses.url)} == {LEDGER_QUEUE}


async def test_outputs_are_published_before_the_ack_and_a_repeat_has_the_same_ids(buses: Buses) -> None:
    released = CreditsReleased(
        request_id="r1", origin="gateway-1", user_id="u1", amount=15, balance=15, reason="abandoned"
    )
    ledger, gateway, ids = buses.make("ledger"), buses.make("gateway"), []

    async def follow(delivery: Delivery, _deps: Any) -> list[Event]:
        if delivery.type == CreditsReleased.NAME:
            ids.append(delivery.id)
        return []

    ledger.add(Subscription(DocumentAbandoned, Recorder(outputs=(released,))), None)
    gateway.add(Follower(follow), None)
    await buses.start(ledger, gateway)
    await gateway.publish(abandoned())
    await gateway.publish(abandoned())
    await until(lambda: len(ids) == 2)
    assert ids[0] == ids[1]


async def test_a_message_in_hand_when_the_connection_breaks_comes_again(buses: Buses) -> None:
    ledger, started, release, seen = buses.make("ledger"), asyncio.Event(), asyncio.Event(), []

    async def handler(event: Event, _deps: Any) -> list[Event]:
        seen.append(event)
        if len(seen) == 1:
            started.set()
            await release.wait()
        return []

    ledger.add(Subscription(DocumentAbandoned, handler), None)
    await buses.start(ledger)
    await ledger.publish(abandoned())
    await started.wait()
    assert ledger._session is not None
    await ledger._session.connection.close()
    release.set()
    await until(lambda: len(seen) == 2)


async def test_closing_finishes_what_is_in_hand_and_leaves_the_rest_to_others(buses: Buses) -> None:
    first, done = buses.make("ledger", "ledger-a"), []

    async def slow(event: Event, _deps: Any) -> list[Event]:
        await asyncio.sleep(0.2)
        done.append(event.request_id)
        return []

    first.add(Subscription(DocumentAbandoned, slow, prefetch=2), None)
    await buses.start(first)
    for number in range(6):
        await first.publish(abandoned(f"r{number}"))
    await until(lambda: len(done) >= 1)
    await first.close()
    finished = list(done)
    second, recorder = buses.make("ledger", "ledger-b"), Recorder()
    second.add(Subscription(DocumentAbandoned, recorder), None)
    await buses.start(second)
    await until(lambda: len(recorder.seen) + len(finished) >= 6)
    await asyncio.sleep(0.1)
    assert sorted(finished + [event.request_id for event in recorder.seen]) == [f"r{number}" for number in range(6)]


async def test_closing_while_it_connects_ends_at_any_moment(buses: Buses) -> None:
    for step in range(40):
        bus = buses.make("ledger", f"ledger-{step}")
        bus.add(Subscription(DocumentAbandoned, Recorder()), None)
        await bus.start()
        await asyncio.sleep(step * 0.003)
        async with asyncio.timeout(10):
            await bus.close()


async def test_own_events_reach_only_the_process_that_began_the_request(buses: Buses) -> None:
    one, other = buses.make("gateway", "gateway-a"), buses.make("gateway", "gateway-b")
    got: dict[str, list[str]] = {"a": [], "b": []}
    one.add(OwnEvents(lambda delivery, _deps: got["a"].append(delivery.request_id), (DocumentAbandoned,)), None)
    other.add(OwnEvents(lambda delivery, _deps: got["b"].append(delivery.request_id), (DocumentAbandoned,)), None)
    await buses.start(one, other)
    await one.publish(abandoned("ra", origin="gateway-a"))
    await one.publish(abandoned("rb", origin="gateway-b"))
    await until(lambda: got == {"a": ["ra"], "b": ["rb"]})


async def balance_of(call: ReadBalance, _deps: Any) -> Reply:
    if call.user_id == "nobody":
        raise Refused("NO_ACCOUNT", "no such account", {"user": "nobody"})
    if call.user_id == "broken":
        raise RuntimeError("secret detail")
    if call.user_id == "slow":
        await asyncio.sleep(1)
    return Reply(Balance(user_id=call.user_id, balance=7, held=2, available=5))


@pytest_asyncio.fixture
async def caller(buses: Buses) -> Bus:
    ledger, gateway = buses.make("ledger"), buses.make("gateway")
    ledger.add(Operation(ReadBalance, balance_of), None)
    await buses.start(ledger, gateway)
    return gateway


async def test_a_call_is_answered(caller: Bus) -> None:
    answers = await asyncio.gather(*(caller.call(ReadBalance(user_id=f"u{number}")) for number in range(50)))
    assert [answer.user_id for answer in answers] == [f"u{number}" for number in range(50)]
    assert answers[0].available == 5


async def test_a_refusal_reaches_the_caller_as_it_was_raised(caller: Bus) -> None:
    with pytest.raises(Refused) as refusal:
        await caller.call(ReadBalance(user_id="nobody"))
    assert (refusal.value.code, refusal.value.details) == ("NO_ACCOUNT", {"user": "nobody"})


async def test_a_failing_operation_tells_the_caller_at_once_without_its_details(caller: Bus) -> None:
    with pytest.raises(Unavailable, match="RuntimeError") as failure:
        await caller.call(ReadBalance(user_id="broken"))
    assert "secret detail" not in str(failure.value)


async def test_a_slow_call_times_out(caller: Bus) -> None:
    with pytest.raises(CallTimedOut):
        await caller.call(ReadBalance(user_id="slow"), timeout=0.1)


async def test_a_broker_that_goes_down_and_comes_back_costs_only_time(private_rabbitmq: Private[Any]) -> None:
    server = private_rabbitmq()
    async with buses_on(server.url) as buses:
        ledger, recorder = buses.make("ledger"), Recorder()
        ledger.add(Subscription(DocumentAbandoned, recorder), None)
        await buses.start(ledger)
        await ledger.publish(abandoned("before"))
        await until(lambda: len(recorder.seen) == 1)
        await asyncio.to_thread(server.stop)
        await until(lambda: not ledger.connected)
        waiting = asyncio.create_task(ledger.publish(abandoned("during")))
        server.spawn()
        await asyncio.to_thread(server.wait_ready)
        await until(lambda: ledger.connected, seconds=30)
        try:
            await waiting
        except Unavailable:
            await ledger.publish(abandoned("during"))
        await until(lambda: {event.request_id for event in recorder.seen} == {"before", "during"})
