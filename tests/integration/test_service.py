"""A service as a process: it names what is missing, answers its operators, and ends when it is told to."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping

import aiohttp
import pytest

from deploy.local.ports import free_ports
from tests.support.waiting import until

NOWHERE = "amqp://127.0.0.1:1/"


async def ledger(settings: Mapping[str, str]) -> Process:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ledger", env={**kept, **settings}, stdout=PIPE, stderr=PIPE
    )


async def answer(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as client:
        try:
            async with client.get(f"http://127.0.0.1:{port}{path}") as response:
                return response.status, await response.text()
        except aiohttp.ClientConnectionError:
            return 0, ""


async def test_missing_and_wrong_settings_stop_the_start_and_are_named() -> None:
    process = await ledger({"RABBITMQ_URL": "redis://h", "OPS_PORT": "1"})
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"ledger: MONGODB_URL: Field required" in errors
    assert b"ledger: RABBITMQ_URL:" in errors
    assert b"Traceback" not in errors


async def test_a_service_is_alive_ready_and_measured_and_ends_on_sigterm(mongodb_url: str, rabbitmq_url: str) -> None:
    port = free_ports(1)[0]
    settings = {"MONGODB_URL": mongodb_url, "RABBITMQ_URL": rabbitmq_url, "OPS_PORT": str(port)}
    process = await ledger(settings)

    async def is_ready() -> bool:
        return (await answer(port, "/readyz"))[0] == 200

    await until(is_ready, seconds=30)
    assert (await answer(port, "/healthz"))[0] == 200
    _, metrics = await answer(port, "/metrics")
    assert "lumis_bus_connected 1.0" in metrics
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert b'"event": "service stopped"' in errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_service_without_a_broker_is_alive_but_not_ready_and_still_ends_at_once(
    mongodb_url: str, number: signal.Signals
) -> None:
    port = free_ports(1)[0]
    process = await ledger({"MONGODB_URL": mongodb_url, "RABBITMQ_URL": NOWHERE, "OPS_PORT": str(port)})

    async def is_alive() -> bool:
        return (await answer(port, "/healthz"))[0] == 200

    await until(is_alive, seconds=30)
    status, parts = await answer(port, "/readyz")
    assert status == 503
    assert '"bus": false' in parts
    _, metrics = await answer(port, "/metrics")
    assert 'lumis_ready{part="bus"} 0.0' in metrics
    assert 'lumis_ready{part="database"} 1.0' in metrics
    process.send_signal(number)
    await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
