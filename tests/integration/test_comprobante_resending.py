"""What is put off, held back, stopped, left by the dead: taken up again over a real database, sent once."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from shared.errors import Unavailable
from shared.mongo import Database
from sunat_emitter.endpoints import Ambiente, Breakers
from sunat_emitter.held import list_held, send_again
from sunat_emitter.resending import turn
from sunat_emitter.sending import deliver
from sunat_emitter.sending_settings import SendingSettings
from sunat_emitter.store.envios import Parada
from tests.support.envios import EMISOR_ID, QUICK, Bench, bench_on
from tests.support.sunat_simulator import Fault
from tests.support.sunat_simulator.faults import Kind


@pytest_asyncio.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    async with bench_on(database) as made:
        yield made


async def test_a_platform_that_says_no_is_tried_three_times_then_by_the_ladder(bench: Bench) -> None:
    bench.simulator.faults.plan(Fault(kind="exception", codigo=109, operation="sendBill", times=4))
    name = await bench.issue()
    row = await bench.send(name)
    assert (row["estado"], row["intentos"], row["envio"]["en_duda"]) == ("PENDIENTE", 3, False)
    assert "0109" in row["motivo_pendiente"]
    assert timedelta(seconds=55) < row["envio"]["next_try_at"] - bench.now() <= timedelta(seconds=72)
    await bench.later(30)
    assert (await bench.row(name))["intentos"] == 3
    await bench.later(60)
    row = await bench.row(name)
    assert (row["estado"], row["intentos"], row["motivo_pendiente"]) == ("ACEPTADO", 5, None)


async def test_an_exception_is_held_back_for_correction_until_somebody_asks(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.simulator.faults.plan(Fault(kind="exception", codigo=306, operation="sendBill"))
    name = await bench.issue()
    row = await bench.send(name)
    assert (row["estado"], row["intentos"]) == ("PENDIENTE", 1)
    assert row["motivo_pendiente"].startswith("0306 - ")
    await bench.later(100_000)
    assert (await bench.row(name))["intentos"] == 1
    capsys.readouterr()
    await list_held(bench.database)
    assert await send_again(bench.database, []) == 0
    assert capsys.readouterr().out == f"{name}\t{row['motivo_pendiente']}\nresend: 1 of 1 are sent again\n"
    bench.ahead = timedelta(minutes=1)
    await turn(bench.sending)
    assert (await bench.row(name))["estado"] == "ACEPTADO"
    capsys.readouterr()
    assert await send_again(bench.database, [name, "none"]) == 1
    left = f"{name}\tit is decided: ACEPTADO\nnone\tthere is none of this name\n"
    assert capsys.readouterr().out == f"{left}resend: 0 of 2 are sent again\n"


async def test_wrong_credentials_stop_the_issuer_until_they_are_changed(bench: Bench) -> None:
    bench.accounts.clave = "wrong"
    first, second = await bench.issue(), await bench.issue()
    row = await bench.send(first)
    assert (row["estado"], row["intentos"]) == ("PENDIENTE", 1)
    assert "0102" in row["motivo_pendiente"]
    row = await bench.send(second)
    assert (row["intentos"], "0102" in row["motivo_pendiente"]) == (0, True)
    await bench.later(100_000)
    assert [operation for operation, _ in bench.simulator.calls] == ["sendBill"]
    bench.accounts.clave, bench.accounts.numero = "moddatos", 2
    bench.ahead = timedelta()
    await turn(bench.sending)
    assert {(await bench.row(name))["estado"] for name in (first, second)} == {"ACEPTADO"}
    assert [each async for each in bench.sending.envios.paradas()] == []


async def test_what_is_held_back_after_its_issuer_was_set_right_goes_on_too(bench: Bench) -> None:
    name = await bench.issue()
    refused = Parada(EMISOR_ID, 1, "0102 - Usuario o contraseña incorrectos")
    await bench.sending.envios.stop(refused, bench.now())
    envio = await bench.sending.envios.claim(name, "a worker", bench.now(), bench.sending.lease_end())
    assert envio is not None
    await bench.sending.envios.resume(refused, bench.now())
    await bench.sending.envios.hold_back(envio, refused.motivo, en_duda=False, parado=True)
    await turn(bench.sending)
    assert (await bench.row(name))["estado"] == "ACEPTADO"


async def test_a_wrong_password_is_tried_once_by_everything_that_waits_and_a_right_one_lets_all_in_at_once(
    bench: Bench,
) -> None:
    bench.accounts.clave = "wrong"
    names = [await bench.issue() for _ in range(20)]
    await asyncio.gather(*(deliver(name, bench.sending) for name in names))
    assert len(bench.simulator.calls) == 1
    bench.accounts.clave, bench.accounts.numero = "moddatos", 2
    bench.simulator.faults.plan(Fault(kind="slow", seconds=0.2, times=None))
    await turn(bench.sending)
    assert {(await bench.row(name))["estado"] for name in names} == {"ACEPTADO"}
    assert bench.simulator.most_at_once > 5


async def test_doubt_outlasts_a_stop_that_comes_between_two_tries(bench: Bench) -> None:
    bench.simulator.faults.plan(
        Fault(kind="lost_after", operation="sendBill"), Fault(kind="credentials", operation="sendBill")
    )
    name = await bench.issue("boleta to nobody")
    row = await bench.send(name)
    assert ("0102" in row["motivo_pendiente"], row["envio"]["en_duda"]) == (True, True)
    bench.accounts.numero = 2
    await turn(bench.sending)
    assert (await bench.row(name))["codigo_sunat"] == "1033"


async def test_doubt_outlasts_a_stop_of_another_worker_between_two_tries(bench: Bench) -> None:
    bench.simulator.faults.plan(Fault(kind="lost_after", operation="sendBill"))
    bench.sending = replace(bench.sending, terms=replace(QUICK, quick_pause=0.5))
    name = await bench.issue("boleta to nobody")
    sending = asyncio.create_task(deliver(name, bench.sending))
    await asyncio.sleep(0.2)
    await bench.sending.envios.stop(Parada(EMISOR_ID, 1, "0102 - otra"), bench.now())
    await sending
    row = await bench.row(name)
    assert (row["motivo_pendiente"], row["envio"]["en_duda"]) == ("0102 - otra", True)


async def test_an_issuer_without_an_account_goes_on_once_it_has_one(bench: Bench) -> None:
    bench.accounts.clave = None
    name = await bench.issue()
    assert (await bench.send(name))["motivo_pendiente"] == "El emisor no tiene usuario y clave SOL"
    bench.accounts.clave, bench.accounts.numero = "moddatos", 2
    await turn(bench.sending)
    assert (await bench.row(name))["estado"] == "ACEPTADO"


async def test_after_the_legal_time_nothing_is_sent_any_more(bench: Bench) -> None:
    bench.simulator.faults.plan(Fault(kind="exception", codigo=100, operation="sendBill", times=3))
    name = await bench.issue()
    await bench.send(name)
    await bench.later(6 * 24 * 3600)
    row = await bench.row(name)
    assert (row["estado"], row["motivo_pendiente"]) == ("PENDIENTE", "Venció el plazo de envío a SUNAT")
    assert row["intentos"] == 3


async def test_what_was_issued_to_try_things_out_never_goes_to_production(bench: Bench) -> None:
    bench.accounts.ambiente, bench.accounts.clave = "beta", "wrong"
    name = await bench.issue()
    await bench.send(name)
    bench.accounts.ambiente, bench.accounts.clave, bench.accounts.numero = "prod", "moddatos", 2
    await turn(bench.sending)
    row = await bench.row(name)
    assert (row["estado"], row["motivo_pendiente"]) == (
        "PENDIENTE",
        "Se emitió para beta y el emisor está ahora en prod",
    )
    assert len(bench.simulator.calls) == 1


async def test_asking_for_one_that_is_being_sent_does_not_disturb_it(bench: Bench) -> None:
    bench.simulator.faults.plan(Fault(kind="slow", seconds=0.3))
    name = await bench.issue()
    sending = asyncio.create_task(deliver(name, bench.sending))
    await asyncio.sleep(0.1)
    await bench.sending.envios.send_again([name], bench.now())
    await asyncio.wait_for(turn(bench.sending), 2)
    await sending
    assert (await bench.row(name))["estado"] == "ACEPTADO"
    assert bench.simulator.books.received[name] == 1


async def test_the_last_try_comes_before_the_legal_time_ends(bench: Bench) -> None:
    bench.sending = replace(bench.sending, terms=replace(QUICK, ladder=(30 * 24 * 3600.0,)))
    bench.simulator.faults.plan(Fault(kind="exception", codigo=100, operation="sendBill", times=3))
    row = await bench.send(await bench.issue())
    assert row["envio"]["plazo"] - row["envio"]["next_try_at"] == timedelta(minutes=10)


async def test_many_deliveries_at_once_send_it_once(bench: Bench) -> None:
    bench.simulator.faults.plan(Fault(kind="slow", seconds=0.2))
    name = await bench.issue()
    await asyncio.gather(*(deliver(name, bench.sending) for _ in range(20)), turn(bench.sending))
    assert bench.simulator.books.received[name] == 1
    assert (await bench.row(name))["estado"] == "ACEPTADO"
    assert len(bench.told.events) == 1


async def test_what_a_dead_worker_left_is_taken_up_when_its_lease_ends(bench: Bench) -> None:
    name = await bench.issue()
    taken = await bench.sending.envios.claim(name, "dead", bench.now(), bench.sending.lease_end())
    assert taken is not None
    await bench.sending.envios.begin_try(taken, bench.now(), bench.sending.lease_end())
    await deliver(name, bench.sending)
    assert bench.simulator.calls == []
    await bench.later(6)
    assert (await bench.row(name))["estado"] == "ACEPTADO"
    assert await bench.operations(name) == ["getStatusCdr", "sendBill"]


async def test_an_end_that_could_not_be_published_is_told_by_the_sweep_or_the_redelivery(bench: Bench) -> None:
    bench.told.broken = True
    first, second = await bench.issue(), await bench.issue()
    for name in (first, second):
        with pytest.raises(Unavailable):
            await deliver(name, bench.sending)
        assert (await bench.row(name))["estado"] == "ACEPTADO"
    bench.told.broken = False
    await deliver(first, bench.sending)
    assert [cause for cause, _ in bench.told.events] == [first]
    await bench.later(120)
    assert [cause for cause, _ in bench.told.events] == [first, second]


async def test_a_comprobante_whose_event_is_lost_is_sent_by_the_sweep(bench: Bench) -> None:
    name = await bench.issue()
    await turn(bench.sending)
    assert (await bench.row(name))["intentos"] == 0
    await bench.later(70)
    assert (await bench.row(name))["estado"] == "ACEPTADO"


async def test_a_breaker_keeps_a_dead_sunat_from_being_asked_by_everyone(bench: Bench) -> None:
    bench.sending = replace(bench.sending, breakers=Breakers(failures=3, rest=60))
    bench.simulator.faults.plan(Fault(kind="html_503", times=None))
    bench.accounts.ambiente = "beta"
    names = [await bench.issue() for _ in range(6)]
    for name in names:
        await bench.send(name)
    assert len(bench.simulator.calls) == 3
    row = await bench.row(names[-1])
    assert (row["motivo_pendiente"], row["intentos"], row["envio"].get("escalon")) == ("SUNAT no responde", 0, 0)


async def test_a_comprobante_without_its_xml_is_held_back(bench: Bench) -> None:
    name = await bench.issue()
    await bench.database["archivos"].delete_one({"_id": f"{name}.xml"})
    assert (await bench.send(name))["motivo_pendiente"] == "No se encuentra el XML firmado"


KINDS: tuple[Kind, ...] = (
    "lost_before",
    "lost_after",
    "html_503",
    "empty_200",
    "malformed_zip",
    "exception",
    "internal_error",
)


@pytest.mark.parametrize("ambiente", ["beta", "prod"])
@pytest.mark.parametrize("seed", range(10))
async def test_under_any_sequence_of_faults_and_lost_workers_it_is_registered_once_and_ends(
    bench: Bench, ambiente: Ambiente, seed: int
) -> None:
    chance = random.Random(seed)
    bench.accounts.ambiente = ambiente
    name = await bench.issue(chance.choice(["factura", "boleta to nobody"]))
    for _ in range(6):
        bench.simulator.faults.plan(*(Fault(kind=chance.choice(KINDS)) for _ in range(chance.randint(0, 4))))
        if chance.random() < 0.3:  # a worker that takes it, sends or not, and dies
            taken = await bench.sending.envios.claim(name, "dead", bench.now(), bench.sending.lease_end())
            if taken is not None:
                await bench.sending.envios.begin_try(taken, bench.now(), bench.sending.lease_end())
        await deliver(name, bench.sending)
        assert bench.simulator.books.registered[name] <= 1
        await bench.later(chance.choice([1, 70, 400]))
    bench.simulator.faults.clear()
    for _ in range(3):
        await bench.later(400)
    row = await bench.row(name)
    assert (row["estado"], bench.simulator.books.registered[name]) == ("ACEPTADO", 1), row
    assert [cause for cause, _ in bench.told.events] == [name]


def test_a_lease_is_longer_than_any_single_call() -> None:
    settings = SendingSettings(sunat_answer_seconds=7)
    assert settings.terms(timedelta(days=1)).lease > settings.budget.whole
