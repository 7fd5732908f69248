"""The nightly job on a real database: each day summarised once, whoever looks, whatever fails."""

import argparse
import asyncio
from datetime import timedelta

import pytest

from shared.mongo import Database
from sunat_emitter.deps import Nightly
from sunat_emitter.nocturno.command import summarize_now
from sunat_emitter.nocturno.ronda import LAST_REFUSAL, night
from tests.support.agrupacion import (
    REFUSED,
    boleta,
    line,
    resolved,
    shop,
    state,
    summarized,
    today,
)
from tests.support.sunat import (
    COMPANY,
    MOUSE,
    PERSONA,
    emitter,
    invoice,
    sell,
    set_up,
    venta_of,
)


async def test_by_night_each_day_is_summarised_once_whoever_looks(database: Database) -> None:
    deps, _ = await shop(database, nightly=Nightly("00:00", 1.0))
    await boleta(deps)
    ahead = await emitter(database, nightly=deps.nightly, now=lambda: deps.now() + timedelta(days=1))
    await boleta(ahead)
    later = await emitter(database, nightly=deps.nightly, now=lambda: deps.now() + timedelta(days=3))
    assert sum(await asyncio.gather(*(night(later) for _ in range(4)))) == 2
    found, _ = await deps.resumenes.page({"company": COMPANY}, 0, 10)
    assert sorted((each.fecha_referencia - found[0].fecha_generacion).days for each in found) == [-3, -2]
    await boleta(later)
    assert await night(later) == 0


async def test_an_issuer_without_the_nightly_job_is_left_alone_and_one_of_his_own_hour_waits(
    database: Database,
) -> None:
    deps, _ = await shop(database, nightly=Nightly("00:00", 1.0))
    await boleta(deps)
    await set_up(deps, resumen_automatico=False)
    assert await night(deps) == 0
    await set_up(deps, resumen_automatico=True)
    assert await night(deps) == 1


async def test_an_issuer_that_cannot_sign_stops_nobody_else(database: Database) -> None:
    deps, _ = await shop(database, nightly=Nightly("00:00", 1.0))
    await boleta(deps)
    await set_up(deps, "company:other", ruc="20123456786", envio_boletas="resumen")
    other = await sell(deps, venta_of(PERSONA, MOUSE), "company:other")
    await invoice(deps, other.id, "03", "company:other")
    first = await deps.emisores.of_company(COMPANY)
    assert first is not None
    await deps.emisores.change(first.id, {"certificado": None}, deps.now())
    assert await night(deps) == 1
    assert (await deps.resumenes.page({"company": "company:other"}, 0, 10))[1] == 1


async def test_what_is_refused_again_and_again_is_taken_apart_and_then_waits_for_a_person(database: Database) -> None:
    deps, _ = await shop(database, nightly=Nightly("00:00", 1.0))
    issued = await boleta(deps)
    for day in range(1, LAST_REFUSAL + 2):
        later = await emitter(database, nightly=deps.nightly, now=lambda day=day: deps.now() + timedelta(days=day))
        made = await night(later)
        assert made == (1 if day <= LAST_REFUSAL else 0)
        if made:
            newest = (await deps.resumenes.page({"company": COMPANY}, 0, 1))[0][0]
            await resolved(later, newest.nombre_archivo, REFUSED)
    assert (await state(deps, issued)).estado_sunat == "PENDIENTE"
    assert (await summarized(deps, line(issued), request="a person")).partes


async def test_the_command_does_the_night_s_work_and_says_what_it_made(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    deps, _ = await shop(database)
    await boleta(deps)
    given = argparse.Namespace(day=None, ruc=None)
    assert await summarize_now(database, vault=deps.vault, given=given) == 0
    name, day, count = capsys.readouterr().out.strip().split("\t")
    assert (day, count) == (today(deps), "1")
    unknown = argparse.Namespace(day=None, ruc="20999999999")
    assert await summarize_now(database, vault=deps.vault, given=unknown) == 2
    assert "20999999999: no issuer has this RUC" in capsys.readouterr().err
    waiting = await deps.resumenes.find(name)
    assert waiting is not None
    assert (waiting.paso, waiting.envio["por_contar"]) == ("creado", ["issued"])
