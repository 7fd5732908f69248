"""Series: their names by type, unique in a company, their numbers taken one by one."""

import asyncio

import pytest

from shared.contracts.sunat.series import (
    CorrelativoReservado,
    CreateSerie,
    ReserveCorrelativo,
    SerieChange,
    SerieInput,
    SerieShown,
    UpdateSerie,
)
from shared.errors import Refused
from shared.mongo import Database
from sunat_emitter.deps import Deps
from sunat_emitter.series import choose_serie, create_serie, reserve_correlativo, update_serie
from sunat_emitter.store.series import LAST_NUMBER
from tests.support.sunat import COMPANY, emitter


async def create(deps: Deps, tipo: str, serie: str, first: int = 1, company: str = COMPANY) -> SerieShown:
    given = SerieInput.model_validate({"tipo_comprobante": tipo, "serie": serie, "correlativo_inicial": first})
    answer = (await create_serie(CreateSerie(company=company, serie=given), deps)).answer
    assert isinstance(answer, SerieShown)
    return answer


async def reserve(deps: Deps, serie_id: int, request_id: str | None = None) -> str:
    call = ReserveCorrelativo(company=COMPANY, serie_id=serie_id, request_id=request_id)
    answer = (await reserve_correlativo(call, deps)).answer
    assert isinstance(answer, CorrelativoReservado)
    return answer.numero_completo


async def switch_off(deps: Deps, serie_id: int) -> None:
    change = SerieChange(estado="inactivo")
    await update_serie(UpdateSerie(company=COMPANY, id=serie_id, cambio=change, campos=("estado",)), deps)


@pytest.mark.parametrize(
    ("tipo", "serie"),
    [("01", "F001"), ("01", "f999"), ("03", "B001"), ("07", "FC01"), ("07", "BC99"), ("08", "FD01"), ("08", "BD02")],
)
async def test_a_name_that_fits_its_type_is_taken(database: Database, tipo: str, serie: str) -> None:
    assert (await create(await emitter(database), tipo, serie)).serie == serie.upper()


@pytest.mark.parametrize(
    ("tipo", "serie"),
    [
        ("01", "B001"),
        ("01", "F01"),
        ("01", "FA01"),
        ("01", "F٠٠١"),
        ("03", "F001"),
        ("03", "BC01"),
        ("07", "F001"),
        ("07", "FD01"),
        ("07", "FC1"),
        ("08", "FC01"),
        ("08", "BD0A"),
    ],
)
async def test_another_name_is_refused(database: Database, tipo: str, serie: str) -> None:
    with pytest.raises(Refused, match="SERIE_INVALIDA"):
        await create(await emitter(database), tipo, serie)


async def test_a_name_is_there_once_per_type_and_company(database: Database) -> None:
    deps = await emitter(database)
    answers = await asyncio.gather(*(create(deps, "01", "F001") for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(each, SerieShown) for each in answers) == 1
    assert {each.code for each in answers if isinstance(each, Refused)} == {"SERIE_DUPLICADA"}
    assert (await create(deps, "01", "F001", company="company:other")).id == 1


async def test_the_last_used_number_is_one_below_the_first(database: Database) -> None:
    deps = await emitter(database)
    made = await create(deps, "03", "B001", first=153)
    assert (made.correlativo_actual, made.proximo_numero) == (152, "B001-153")
    assert await reserve(deps, made.id) == "B001-153"


async def test_numbers_reserved_at_once_are_all_different(database: Database) -> None:
    processes = [await emitter(database), await emitter(database)]
    made = await create(processes[0], "03", "B001")
    taken = await asyncio.gather(*(reserve(processes[n % 2], made.id) for n in range(100)))
    assert sorted(int(each.partition("-")[2]) for each in taken) == list(range(1, 101))


async def test_a_call_that_is_delivered_twice_takes_one_number(database: Database) -> None:
    processes = [await emitter(database), await emitter(database)]
    made = await create(processes[0], "03", "B001")
    taken = await asyncio.gather(*(reserve(processes[n % 2], made.id, f"request-{n // 4}") for n in range(20)))
    assert sorted(taken[::4]) == [f"B001-{number}" for number in range(1, 6)]
    assert [each for each in taken if each not in taken[::4]] == []
    assert await reserve(processes[1], made.id, "request-5") == "B001-6"


async def test_a_series_ends_with_its_last_number(database: Database) -> None:
    deps = await emitter(database)
    made = await create(deps, "03", "B001", first=LAST_NUMBER)
    assert await reserve(deps, made.id) == f"B001-{LAST_NUMBER}"
    with pytest.raises(Refused, match="SERIE_AGOTADA"):
        await reserve(deps, made.id)
    with pytest.raises(Refused, match="SERIE_AGOTADA"):
        await choose_serie(COMPANY, "03", "B", None, deps)


async def test_the_first_active_series_is_chosen_and_made_where_there_is_none(database: Database) -> None:
    deps = await emitter(database)
    assert (await choose_serie(COMPANY, "08", "B", None, deps)).serie == "BD01"
    first = await create(deps, "01", "F010")
    await create(deps, "01", "F002")
    assert (await choose_serie(COMPANY, "01", "F", None, deps)).serie == "F010"
    await switch_off(deps, first.id)
    assert (await choose_serie(COMPANY, "01", "F", None, deps)).serie == "F002"
    with pytest.raises(Refused, match="SERIE_INACTIVA"):
        await choose_serie(COMPANY, "01", "F", "F010", deps)
    with pytest.raises(Refused, match="SERIE_INVALIDA"):
        await choose_serie(COMPANY, "01", "F", "F099", deps)
