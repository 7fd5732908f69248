"""Sending to SUNAT over a real database and a server that speaks SUNAT's protocol: every way that it can go."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared.contracts.comprobantes import ComprobanteAccepted, ComprobanteRejected
from shared.mongo import Database
from sunat_emitter import cdr
from sunat_emitter.resending import turn
from sunat_emitter.sending import deliver
from tests.support.envios import COMPANY, Bench, bench_on
from tests.support.sunat_simulator import Fault


@pytest_asyncio.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    async with bench_on(database) as made:
        yield made


async def test_an_accepted_comprobante_has_its_receipt_its_audit_and_is_told_once(bench: Bench) -> None:
    name = await bench.issue()
    row = await bench.send(name)
    assert (row["estado"], row["codigo_sunat"], row["intentos"]) == ("ACEPTADO", "0", 1)
    assert row["mensaje_sunat"].endswith("ha sido aceptada (SIMULADOR)")
    assert row["envio"].keys() <= {"plazo", "en_duda", "concluido_at"}
    stored = await bench.database["archivos"].find_one({"_id": f"R-{name}.zip"})
    assert stored is not None
    assert (stored["company"], cdr.read(stored["content"]).codigo) == (COMPANY, 0)
    assert await bench.operations(name) == ["sendBill"]
    await deliver(name, bench.sending)
    await turn(bench.sending)
    [(cause, event)] = bench.told.events
    assert isinstance(event, ComprobanteAccepted)
    assert (cause, event.nombre_archivo, event.origin, event.codigo) == (name, name, "test-1", "0")
    assert bench.simulator.books.registered[name] == 1


async def test_the_audit_holds_both_messages_whole_and_no_credentials(bench: Bench) -> None:
    name = await bench.issue()
    await bench.send(name)
    [row] = await bench.sending.auditoria.of(name)
    assert b"contentFile" in row["request"]
    assert b"applicationResponse" in row["response"]
    assert b"moddatos" not in row["request"].lower()
    assert row["kept_until"] - row["at"] == timedelta(days=3653)


async def test_observations_are_kept(bench: Bench) -> None:
    bench.simulator.faults.plan(Fault(kind="observed", codigo=4252))
    row = await bench.send(await bench.issue())
    assert (row["estado"], row["observaciones"]) == ("ACEPTADO", ["4252 - Observacion pedida (SIMULADOR)"])
    [(_, event)] = bench.told.events
    assert isinstance(event, ComprobanteAccepted)
    assert event.observaciones == ("4252 - Observacion pedida (SIMULADOR)",)


@pytest.mark.parametrize("ambiente", ["beta", "prod"])
async def test_a_rejection_is_told_with_sunats_code_and_its_number_is_spent(bench: Bench, ambiente: Any) -> None:
    bench.accounts.ambiente = ambiente
    bench.ahead = timedelta(days=10)  # SUNAT's clock, and ours not: too late
    bench.sending = replace(bench.sending, now=lambda: datetime.now(UTC))
    name = await bench.issue()
    row = await bench.send(name)
    assert (row["estado"], row["codigo_sunat"]) == ("RECHAZADO", "2108")
    [(_, event)] = bench.told.events
    assert isinstance(event, ComprobanteRejected)
    assert event.codigo == "2108"
    await bench.later(10_000)
    assert bench.simulator.books.received[name] == 1


@pytest.mark.parametrize("kind", ["lost_after", "empty_200", "malformed_zip", "slow"])
async def test_a_reply_lost_after_acceptance_is_found_by_asking_and_never_sent_again(bench: Bench, kind: Any) -> None:
    bench.simulator.faults.plan(Fault(kind=kind, operation="sendBill", seconds=1))
    client = bench.sending.client
    client._budget = replace(client._budget, whole=0.5)
    name = await bench.issue()
    row = await bench.send(name)
    assert row["estado"] == "ACEPTADO"
    assert await bench.operations(name) == ["sendBill", "getStatusCdr"]
    assert bench.simulator.books.received[name] == 1
    assert await bench.database["archivos"].find_one({"_id": f"R-{name}.zip"}) is not None


async def test_what_sunat_surely_never_had_is_sent_again_after_asking(bench: Bench) -> None:
    bench.simulator.faults.plan(Fault(kind="lost_before", operation="sendBill"))
    name = await bench.issue()
    row = await bench.send(name)
    assert (row["estado"], row["intentos"]) == ("ACEPTADO", 2)
    assert await bench.operations(name) == ["sendBill", "getStatusCdr", "sendBill"]


async def test_while_the_consult_does_not_answer_nothing_is_sent_blindly(bench: Bench) -> None:
    bench.simulator.faults.plan(
        Fault(kind="lost_after", operation="sendBill"), Fault(kind="html_503", operation="getStatusCdr", times=2)
    )
    name = await bench.issue()
    row = await bench.send(name)
    assert (row["estado"], row["envio"]["en_duda"]) == ("PENDIENTE", True)
    assert "consulta" in row["motivo_pendiente"]
    await bench.later(80)
    assert (await bench.row(name))["estado"] == "PENDIENTE"
    await bench.later(400)
    assert (await bench.row(name))["estado"] == "ACEPTADO"
    assert bench.simulator.books.received[name] == 1


@pytest.mark.parametrize(("ambiente", "shape"), [("prod", "boleta to nobody"), ("beta", "factura")])
async def test_where_there_is_no_consult_the_answer_to_sending_again_decides(
    bench: Bench, ambiente: Any, shape: str
) -> None:
    bench.accounts.ambiente = ambiente
    bench.simulator.faults.plan(Fault(kind="lost_after", operation="sendBill"))
    name = await bench.issue(shape)
    row = await bench.send(name)
    assert (row["estado"], row["codigo_sunat"]) == ("ACEPTADO", "1033")
    assert bench.simulator.books.registered[name] == 1


async def test_a_boleta_whose_rejection_was_lost_is_rejected(bench: Bench) -> None:
    bench.sending = replace(bench.sending, now=lambda: datetime.now(UTC))
    bench.ahead = timedelta(days=10)
    bench.simulator.faults.plan(Fault(kind="lost_after", operation="sendBill"))
    row = await bench.send(await bench.issue("boleta to nobody"))
    assert (row["estado"], row["codigo_sunat"]) == ("RECHAZADO", "1032")


async def test_a_number_that_another_system_used_is_never_taken_for_ours(bench: Bench) -> None:
    name = await bench.issue()
    await bench.send(name)
    await bench.database["comprobantes"].update_one(
        {"_id": name}, {"$set": {"estado": "PENDIENTE", "envio": {}}}
    )  # as if this database had never sent it
    row = await bench.send(name)
    assert row["estado"] == "PENDIENTE"
    assert "no se envió desde aquí" in row["motivo_pendiente"]
    assert "next_try_at" not in row["envio"]


async def test_a_receipt_of_another_customer_is_not_taken(bench: Bench) -> None:
    bench.simulator.faults.plan(Fault(kind="lost_after", operation="sendBill"))
    name = await bench.issue()
    await bench.database["comprobantes"].update_one(
        {"_id": name}, {"$set": {"documento.cliente.numero_documento": "20100000001"}}
    )
    row = await bench.send(name)
    assert row["estado"] == "PENDIENTE"
    assert "otro comprobante" in row["motivo_pendiente"]
