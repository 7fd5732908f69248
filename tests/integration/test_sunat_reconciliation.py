"""What we hold compared with what SUNAT says: mended where it can only be ours, told where it is not the same."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from structlog.testing import capture_logs

from shared.contracts.resumenes import ComprobanteVoided
from shared.contracts.sunat.conciliacion import (
    ConciliacionDetail,
    ConciliacionesPage,
    ListConciliaciones,
    PartidaShown,
    ReadConciliacion,
)
from shared.errors import Unavailable
from shared.mongo import Database, ensure_indexes
from sunat_emitter.clock import LIMA, start_of_day
from sunat_emitter.conciliacion.command import NAME, declare, reconcile
from sunat_emitter.conciliacion.conciliador import Conciliador, Diaria
from sunat_emitter.conciliacion.diaria import tell_voided_once, turn
from sunat_emitter.conciliacion.lectura import list_conciliaciones, read_conciliacion
from sunat_emitter.resending import turn as resend
from sunat_emitter.settings import ReconcileSettings
from sunat_emitter.store.conciliaciones import Avance, Conciliaciones, StoredConciliacion
from sunat_emitter.store.resumenes import Resumenes
from sunat_emitter.store.revisables import INDEXES, Revisable, Revisables
from tests.support.envios import COMPANY, EMISOR_ID, Bench, bench_on
from tests.support.sunat import SEAL_KEY, SilentBus, emitter, set_up
from tests.support.sunat_simulator import Entry, Fault
from tests.support.sunat_simulator.books import Ticket
from tests.support.sunat_simulator.receipts import Receipt, pack

TODAY = datetime.now(UTC).astimezone(LIMA).date()


class Desk:
    """Runs reconciliations over a bench."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.runs, self.files = bench, Conciliaciones(bench.database), Revisables(bench.database)
        self.conciliador = Conciliador(self.runs, self.files, Resumenes(bench.database), bench.sending, 1000.0)

    async def begin(self, key: str, *, ensayo: bool = False, origen: str = "comando") -> None:
        days = {"desde": (TODAY - timedelta(days=1)).isoformat(), "hasta": TODAY.isoformat()}
        values = {"company": COMPANY, "emisor_id": EMISOR_ID, "origen": origen, "ensayo": ensayo, **days}
        assert await self.runs.begin(key, values, self.bench.now())

    async def run(self, key: str = "run-1", *, ensayo: bool = False) -> StoredConciliacion:
        await self.begin(key, ensayo=ensayo)
        return await self.go_on(key)

    async def go_on(self, key: str = "run-1") -> StoredConciliacion:
        done = await self.conciliador.work(key)
        assert done is not None
        return done

    async def found(self, key: str = "run-1") -> dict[str, PartidaShown]:
        rows, _ = await self.runs.found(key, None, 0, 0)
        return {each.nombre_archivo: each for each in rows}

    async def sent(self) -> str:
        name = await self.bench.issue()
        assert (await self.bench.send(name))["estado"] == "ACEPTADO"
        return name

    async def lost(self) -> str:
        """Sent, registered, and the answer lost; the consult service is down."""
        faults = self.bench.simulator.faults
        faults.plan(Fault(kind="lost_after", operation="sendBill"))
        faults.plan(Fault(kind="html_503", operation="getStatusCdr", times=None))
        name = await self.bench.issue()
        row = await self.bench.send(name)
        assert (row["estado"], row["envio"]["en_duda"]) == ("PENDIENTE", True)
        faults.clear()
        return name

    def asked(self) -> list[str]:
        return [about for operation, about in self.bench.simulator.calls if operation == "consult"]


@pytest_asyncio.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    await ensure_indexes(database, (*INDEXES, *Conciliaciones.INDEXES))
    async with bench_on(database) as bench:
        yield Desk(bench)


async def test_a_lost_receipt_is_fetched_and_kept_and_its_words_are_shown(desk: Desk) -> None:
    name, whole = await desk.sent(), await desk.sent()
    archivos, file = desk.bench.database["archivos"], f"R-{name}.zip"
    receipt = (await archivos.find_one_and_delete({"_id": file}) or {})["content"]
    change = {"codigo_sunat": "1033", "mensaje_sunat": "registrado previamente"}
    await desk.bench.database["comprobantes"].update_one({"_id": name}, {"$set": change})
    done = await desk.run()
    assert (done.estado, done.revisados, done.conformes, done.cdr_recuperados) == ("TERMINADA", 2, 1, 1)
    assert (await archivos.find_one({"_id": file}) or {})["content"] == receipt
    assert (await desk.bench.row(name))["codigo_sunat"] == "0"
    found = await desk.found()
    assert set(found) == {name}
    assert (found[name].resultado, found[name].estado_despues) == ("CDR_RECUPERADO", "ACEPTADO")
    assert "getStatusCdr" not in (await desk.bench.operations(whole))
    assert (await desk.bench.operations(name))[-2:] == ["getStatus", "getStatusCdr"]


async def test_a_receipt_of_another_is_told_and_one_that_cannot_be_read_is_asked_for_again(desk: Desk) -> None:
    names = [await desk.sent() for _ in range(2)]
    archivos, entries = desk.bench.database["archivos"], desk.bench.simulator.books.entries
    await archivos.delete_many({"_id": {"$in": [f"R-{name}.zip" for name in names]}})
    other = pack(Receipt(names[0], "F009-999", 0, "La Factura ha sido aceptada", desk.bench.now()), beta=False)
    for name, content in zip(names, (other, b"PK no es un zip"), strict=True):
        entries[name] = replace(entries[name], receipt=content)
    done = await desk.run()
    assert (done.diferencias, done.sin_respuesta, done.cdr_recuperados) == (1, 1, 0)
    found = await desk.found()
    assert "no es la de este comprobante" in found[names[0]].detalle
    assert "que se pueda leer" in found[names[1]].detalle
    assert await archivos.count_documents({"_id": {"$regex": "^R-"}}) == 0


async def test_what_sunat_accepted_and_we_hold_as_pending_is_corrected_and_told_once(desk: Desk) -> None:
    name = await desk.lost()
    done = await desk.run()
    assert (done.corregidos, done.diferencias) == (1, 0)
    row = await desk.bench.row(name)
    assert (row["estado"], row["codigo_sunat"], row["motivo_pendiente"]) == ("ACEPTADO", "0", None)
    assert await desk.bench.database["archivos"].find_one({"_id": f"R-{name}.zip"})
    desk.bench.ahead = timedelta(seconds=30)
    for _ in range(2):
        await resend(desk.bench.sending)
    assert [event.NAME for _, event in desk.bench.told.events] == ["comprobante.accepted.v1"]
    assert desk.bench.simulator.books.registered[name] == 1
    assert (await desk.run("run-2")).conformes == 1


async def test_a_number_that_we_never_sent_and_sunat_has_is_told_and_not_taken_for_ours(desk: Desk) -> None:
    name = await desk.bench.issue()
    other = Entry(name, "ACEPTADO", 0, "de otro sistema", "", TODAY, "6-20456789120", "1.00", "PEN")
    desk.bench.simulator.books.register(other)
    done = await desk.run()
    assert done.diferencias == 1
    assert "otro sistema usó este número" in (await desk.found())[name].detalle
    assert (await desk.bench.row(name))["estado"] == "PENDIENTE"


class Late(Revisables):
    """Sends what it has just read, as the service may while a page is worked off."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.database)
        self._bench = bench

    async def page(self, *which: Any) -> list[Revisable]:
        found = await super().page(*which)
        for each in found:
            await self._bench.send(each.nombre_archivo)
        return found


async def test_what_is_on_its_way_while_it_is_looked_at_is_no_difference(desk: Desk) -> None:
    """It was seen as never sent; SUNAT, asked later, has it."""
    await desk.bench.issue()
    desk.conciliador = replace(desk.conciliador, files=Late(desk.bench))
    done = await desk.run()
    assert (done.revisados, done.conformes, done.diferencias) == (1, 1, 0)


async def test_differences_are_listed_and_nothing_is_guessed(desk: Desk) -> None:
    unknown, rejected, kept = await desk.sent(), await desk.sent(), await desk.sent()
    books = desk.bench.simulator.books
    del books.entries[unknown]
    books.change(rejected, "RECHAZADO")
    await desk.bench.database["comprobantes"].update_one({"_id": kept}, {"$set": {"estado": "ANULADO"}})
    done = await desk.run()
    assert (done.revisados, done.diferencias, done.corregidos) == (3, 3, 0)
    found = await desk.found()
    assert "SUNAT no lo conoce" in found[unknown].detalle
    assert "SUNAT dice que está rechazado" in found[rejected].detalle
    assert "en SUNAT sigue vigente" in found[kept].detalle
    states = [(await desk.bench.row(name))["estado"] for name in (unknown, rejected, kept)]
    assert states == ["ACEPTADO", "ACEPTADO", "ANULADO"]


async def test_what_is_void_at_sunat_is_void_here_with_its_sale_and_that_is_told_once(desk: Desk) -> None:
    name, in_baja = await desk.sent(), await desk.sent()
    database = desk.bench.database
    await database["comprobantes"].update_one({"_id": name}, {"$set": {"venta_id": 9}})
    await database["comprobantes"].update_one({"_id": in_baja}, {"$set": {"resumen": "20123456786-RA-20261121-001"}})
    sale = {"_id": f"{COMPANY}/9", "estado": "FACTURADO", "comprobante": {"nombre_archivo": name}}
    await database["ventas"].insert_one(sale)
    for each in (name, in_baja):
        desk.bench.simulator.books.change(each, "ANULADO")
    done = await desk.run()
    assert (done.corregidos, done.conformes) == (1, 1)
    row = await desk.bench.row(name)
    assert (row["estado"], row["motivo_anulacion"]) == ("ANULADO", "Dado de baja en SUNAT por otra vía")
    assert (await database["ventas"].find_one({"_id": sale["_id"]}) or {})["estado"] == "ANULADO"
    assert (await desk.bench.row(in_baja))["estado"] == "ACEPTADO"
    bus = SilentBus()
    deps = await emitter(database, bus)
    assert [await tell_voided_once(desk.files, deps) for _ in range(2)] == [1, 0]
    (event,) = bus.published
    assert isinstance(event, ComprobanteVoided)
    assert event.nombre_archivo == name


async def test_what_sunat_cannot_be_asked_about_is_counted_and_not_asked(desk: Desk) -> None:
    await desk.bench.send(await desk.bench.issue("boleta to a person"))
    desk.bench.accounts.ambiente = "beta"
    await desk.bench.send(await desk.bench.issue())
    in_beta = await desk.run()
    assert in_beta.no_consultables == {"otro_ambiente": 1, "beta": 1}
    desk.bench.accounts.ambiente = "prod"
    in_production = await desk.run("run-2")
    assert in_production.no_consultables == {"boletas": 1, "otro_ambiente": 1}
    assert (in_production.estado, in_production.revisados) == ("TERMINADA", 2)
    assert desk.asked() == []


async def test_a_trial_run_finds_the_same_and_changes_nothing(desk: Desk) -> None:
    name = await desk.lost()
    before = await desk.bench.row(name)
    done = await desk.run(ensayo=True)
    assert (done.ensayo, done.corregidos) == (True, 1)
    assert (await desk.found())[name].estado_despues == "ACEPTADO"
    assert await desk.bench.row(name) == before


async def test_an_interrupted_run_goes_on_with_the_next_file_and_counts_none_twice(desk: Desk) -> None:
    names = sorted([await desk.sent() for _ in range(4)])
    desk.bench.simulator.faults.plan(Fault(kind="html_503", operation="consult", name=names[2], times=3))
    stopped = await desk.run()
    assert (stopped.estado, stopped.revisados, stopped.avance.nombre) == ("INTERRUMPIDA", 2, names[1])
    assert "SUNAT no responde" in (stopped.motivo or "")
    done = await desk.go_on()
    assert (done.estado, done.revisados, done.conformes) == ("TERMINADA", 4, 4)
    assert desk.asked() == [*names[:2], *[names[2]] * 4, names[3]]


async def test_what_a_killed_worker_left_is_taken_up_and_the_dead_one_changes_nothing_more(desk: Desk) -> None:
    names = sorted([await desk.sent() for _ in range(3)])
    await desk.begin("run-1")
    now, runs = desk.bench.now(), desk.runs
    dead = await runs.claim("run-1", "dead", now, now + timedelta(seconds=60))
    assert dead is not None
    seen = Avance(dia=TODAY.isoformat(), nombre=names[0])
    assert await runs.progress(dead, seen, {"revisados": 1, "conformes": 1}, now + timedelta(seconds=60))
    assert await desk.conciliador.work("run-1") is None
    desk.bench.ahead = timedelta(seconds=61)
    done = await desk.go_on()
    assert (done.revisados, done.conformes, desk.asked()) == (3, 3, names[1:])
    assert not await runs.progress(dead, seen, {"revisados": 1}, now + timedelta(hours=1))
    assert (await runs.read("run-1") or dead).revisados == 3


async def test_one_file_that_is_never_answered_for_does_not_stop_the_rest_for_ever(desk: Desk) -> None:
    names = sorted([await desk.sent() for _ in range(2)])
    desk.bench.simulator.faults.plan(Fault(kind="html_503", operation="consult", name=names[0], times=None))
    await desk.begin("run-1")
    for _ in range(13):
        done = await desk.go_on()
    assert (done.estado, done.sin_respuesta, done.conformes) == ("TERMINADA", 1, 1)
    assert (await desk.found())[names[0]].resultado == "SIN_RESPUESTA"


async def test_a_refused_account_is_tried_once_and_stops_the_issuer(desk: Desk) -> None:
    for _ in range(3):
        await desk.sent()
    desk.bench.accounts.clave = "otra"
    stopped = await desk.run()
    assert (stopped.estado, stopped.revisados) == ("INTERRUMPIDA", 0)
    assert "0102" in (stopped.motivo or "")
    await desk.go_on()
    assert len(desk.asked()) == 1
    desk.bench.accounts.clave, desk.bench.accounts.numero = "moddatos", 2
    assert (await desk.go_on()).conformes == 3


async def test_the_lost_receipt_of_a_summary_is_fetched_by_its_ticket(desk: Desk) -> None:
    bench, rows = desk.bench, desk.bench.database["resumenes"]
    ids = [f"RA-{TODAY:%Y%m%d}-{number:03d}" for number in (1, 2)]
    for identificador, estado, paso in zip(ids, ("ACEPTADO", "PENDIENTE"), ("resuelto", "enviado"), strict=True):
        name = f"20123456786-{identificador}"
        receipt = pack(Receipt(name, identificador, 0, "La Comunicacion ha sido aceptada", bench.now()), beta=False)
        ticket = bench.simulator.books.give_ticket(Ticket(f"{paso}-1", name, 0, receipt))
        values = {"clase": "RA", "company": COMPANY, "emisor_id": EMISOR_ID, "ambiente": "prod", "ticket": ticket}
        standing = {"estado": estado, "paso": paso, "identificador": identificador, "envio": {"escalon": 4}}
        await rows.insert_one({"_id": name, "fecha_referencia": TODAY.isoformat(), **values, **standing})
    done = await desk.run()
    assert (done.cdr_recuperados, done.corregidos) == (1, 1)
    assert await bench.database["archivos"].find_one({"_id": f"R-20123456786-{ids[0]}.zip"})
    pending = await rows.find_one({"_id": f"20123456786-{ids[1]}"}) or {}
    assert (pending["envio"]["escalon"], pending["envio"]["next_try_at"] <= bench.now()) == (0, True)


async def test_the_daily_run_is_made_once_by_all_processes_from_its_hour_on(desk: Desk) -> None:
    bench, now = desk.bench, start_of_day(TODAY + timedelta(days=1)) + timedelta(hours=4)
    name = await desk.sent()
    deps = await emitter(bench.database)
    issuer: dict[str, Any] = {"ruc": "20123456786", "razon_social": "MI EMPRESA SAC", "ubigeo": "150101"}
    issuer |= {"sol_usuario": "MODDATOS", "sol_clave": "sellada", "sol_endpoint": "prod"}
    assert await deps.emisores.create(COMPANY, issuer, now)
    diaria = Diaria(desk.conciliador)
    await turn(diaria, deps.emisores, now - timedelta(hours=2))
    assert await bench.database["conciliaciones"].count_documents({}) == 0
    await asyncio.gather(*(turn(diaria, deps.emisores, now) for _ in range(3)))
    call = ListConciliaciones(company=COMPANY)
    page = (await list_conciliaciones(call, deps)).answer
    assert isinstance(page, ConciliacionesPage)
    (shown,) = page.conciliaciones
    assert (shown.origen, shown.estado, shown.conformes) == ("diaria", "TERMINADA", 1)
    assert desk.asked() == [name]
    detail = (await read_conciliacion(ReadConciliacion(company=COMPANY, id=shown.id), deps)).answer
    assert isinstance(detail, ConciliacionDetail)
    assert (detail.conciliacion, detail.total) == (shown, 0)
    await turn(diaria, deps.emisores, now + timedelta(days=1))
    assert await bench.database["conciliaciones"].count_documents({}) == 2


class FailingConciliador(Conciliador):
    """Fails at every run."""

    async def work(self, key: str) -> StoredConciliacion | None:
        raise Unavailable(f"{key} cannot be done")


async def test_a_daily_run_that_fails_says_why_in_the_log(desk: Desk) -> None:
    conciliador = desk.conciliador
    failing = FailingConciliador(conciliador.runs, conciliador.files, conciliador.resumenes, conciliador.sending)
    await desk.begin("run-1", origen="diaria")
    with capture_logs() as logs:
        await turn(Diaria(failing), (await emitter(desk.bench.database)).emisores, desk.bench.now())
    (line,) = logs
    assert (line["run"], str(line["exc_info"])) == ("run-1", "run-1 cannot be done")


async def test_the_command_says_what_it_did_and_whether_something_is_left(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = desk.bench
    await set_up(await emitter(bench.database), COMPANY, ruc="20123456786", sol_endpoint="prod")
    name, unknown = await desk.lost(), await desk.sent()
    del bench.simulator.books.entries[unknown]
    settings = ReconcileSettings(
        mongodb_url="mongodb://127.0.0.1",
        sunat_seal_key=SecretStr(SEAL_KEY.hex()),
        sunat_base_url=bench.simulator.url,
        sunat_conciliacion_per_second=100,
    )

    async def command(*said: str) -> tuple[int, str]:
        parser = argparse.ArgumentParser()
        declare(parser.add_subparsers())
        status = await reconcile(bench.database, parser.parse_args([NAME, "--to", TODAY.isoformat(), *said]), settings)
        return status, capsys.readouterr().out

    status, trial = await command("--dry-run", "--ruc", "20123456786")
    assert status == 1
    assert f"CORREGIDO\t{name}\tPENDIENTE → ACEPTADO\tSUNAT ya lo tenía aceptado." in trial
    assert (await bench.row(name))["estado"] == "PENDIENTE"
    status, done = await command("--json")
    shown = json.loads(done)
    assert (status, shown["corregidos"], shown["diferencias"], shown["ensayo"]) == (1, 1, 1, False)
    assert {each["nombre_archivo"]: each["resultado"] for each in shown["partidas"]} == {
        name: "CORREGIDO",
        unknown: "DIFERENCIA",
    }
    assert (await bench.row(name))["estado"] == "ACEPTADO"
    bench.simulator.books.register(Entry(unknown, "ACEPTADO", 0, "", "", TODAY, "", "1.00", "PEN"))
    status, done = await command("--company", COMPANY)
    said = "2 checked, 2 as SUNAT says, 0 corrected, 0 receipts fetched, 0 differences, 0 unanswered"
    assert (status, done) == (0, f"20123456786: {said}, cannot be asked: 0\n")
    assert (await command("--ruc", "20999999999"))[0] == 2
