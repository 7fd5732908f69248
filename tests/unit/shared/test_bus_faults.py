"""What the log says of a broker that is not there: where it was looked for and why not, never a password."""

import asyncio
import gc
import socket
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from shared.bus import Bus
from shared.bus.faults import place, told
from tests.support.waiting import until


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def test_a_broker_that_is_not_there_is_named_with_the_reason(closed_port: int) -> None:
    bus = Bus(f"amqp://lumis:s3cret@127.0.0.1:{closed_port}/", service="ledger", origin="ledger-1")
    with capture_logs() as logs:
        await bus.start()
        await until(lambda: bool(logs), seconds=10)
        await bus.close()
    gc.collect()  # a connection that was never made closes itself, which wants a running loop
    await asyncio.sleep(0)
    line = logs[0]
    assert (line["event"], line["broker"]) == ("no connection to the broker", f"127.0.0.1:{closed_port}")
    assert line["error"].startswith("AMQPConnectionError: ")
    assert str(closed_port) in line["error"]
    assert "s3cret" not in str(logs)


def test_a_fault_is_told_without_credentials() -> None:
    assert told(TimeoutError()) == "TimeoutError: no answer in time"
    assert (
        told(OSError("amqp://lumis:s3cret@broker:5672/ is away")) == "OSError: amqp://[redacted]@broker:5672/ is away"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://lumis:s3cret@broker:5672/lumis?heartbeat=5", "broker:5672"),
        ("amqps://broker", "broker"),
        ("amqp://lumis:s3/cr#et?@broker:5672/", "broker:5672"),
        ("amqp://lumis:s3cret@[::1]:5672/", "[::1]:5672"),
    ],
)
def test_a_brokers_place_is_its_host_and_port_alone(url: str, expected: str) -> None:
    assert place(url) == expected
