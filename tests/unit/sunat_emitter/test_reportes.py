"""Numbers accounted for, and lines that a spreadsheet reads: without a database."""

import csv
import io
import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.sunat.reportes import MotivoSalto, Rango
from sunat_emitter.reportes import tabla
from sunat_emitter.reportes.numeracion import explained, holes, is_complete, ranges

NUMBERS = st.sets(st.integers(1, 60))


def spread(found: list[Rango]) -> list[int]:
    return [number for each in found for number in range(each.desde, each.hasta + 1)]


@given(NUMBERS)
def test_ranges_hold_each_number_once_and_never_touch(numbers: set[int]) -> None:
    found = list(ranges(sorted(numbers)))
    assert spread(found) == sorted(numbers)
    assert all(after.desde > before.hasta + 1 for before, after in itertools.pairwise(found))


@given(NUMBERS, st.integers(1, 60), st.integers(0, 60))
def test_what_is_used_and_what_is_missing_are_together_every_number(numbers: set[int], low: int, high: int) -> None:
    used = sorted(number for number in numbers if low <= number <= high)
    missing = spread(list(holes(used, low, high)))
    assert sorted(used + missing) == list(range(low, high + 1))
    assert not set(used) & set(missing)


@given(NUMBERS, st.dictionaries(st.integers(1, 60), st.sampled_from(["RESERVADO", "OTRA_CUENTA", "PRUEBA"])))
def test_every_missing_number_has_exactly_one_reason(numbers: set[int], known: dict[int, MotivoSalto]) -> None:
    low, high = 1, 60
    told = [each for hole in holes(sorted(numbers), low, high) for each in explained(hole, known, "FALTANTE", 61)]
    for each in told:
        inside = range(each.desde, each.hasta + 1)
        assert {known.get(number, "FALTANTE") for number in inside} == {each.motivo}
    assert spread([Rango(desde=each.desde, hasta=each.hasta) for each in told]) == sorted(set(range(1, 61)) - numbers)
    assert is_complete(told) == (not set(range(1, 61)) - numbers - set(known))


def test_a_hole_says_what_to_do_about_it() -> None:
    (begun,) = explained(Rango(desde=1, hasta=150), {}, "INICIO", 151)
    assert (begun.motivo, "empieza aquí en el número 151" in begun.detalle) == ("INICIO", True)
    kept, missing = explained(Rango(desde=4, hasta=5), {4: "RESERVADO"}, "FALTANTE", 6)
    assert (kept.desde, kept.hasta, kept.motivo) == (4, 4, "RESERVADO")
    assert (missing.desde, missing.hasta, "averigüe" in missing.detalle) == (5, 5, True)


TOTALS = dict.fromkeys(tabla.COLUMNS, "0") | {"descuento_items": "5.00", "descuento_global": "0"}


def row(**fields: Any) -> dict[str, Any]:
    cliente = {"tipo_documento": "6", "numero_documento": "20456789120", "nombre": 'PEÑA, "HIJOS"\nS.R.L.'}
    totales = {**TOTALS, "gravado": "2585.00", "igv": "465.30", "total": "3050.30"}
    referencia = {"tipo": "01", "serie": "F001", "numero": 7}
    return {
        "_id": "20123456786-07-FC01-2",
        "tipo": "07",
        "serie": "FC01",
        "numero": 2,
        "fecha_emision": "2026-11-21",
        "moneda": "PEN",
        "estado": "ACEPTADO",
        "fecha_envio": datetime(2026, 11, 22, 4, 59, 59, tzinfo=UTC),
        "documento": {"cliente": cliente, "totales": totales, "referencia": referencia},
        **fields,
    }


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix(tabla.BOM), newline="")))


def test_a_line_has_plain_amounts_with_the_sign_of_its_kind_and_limas_time() -> None:
    text = tabla.head() + tabla.lines([row(), row(tipo="01", _id="20123456786-01-F001-2")])
    assert text.startswith("\ufefffecha_emision,tipo,")
    note, factura = read(text)
    assert tuple(note) == tabla.COLUMNS
    assert (note["gravado"], note["descuentos"], note["total"], note["isc"]) == (
        "-2585.00",
        "-5.00",
        "-3050.30",
        "0.00",
    )
    assert factura["total"] == "3050.30"
    assert (note["cliente_nombre"], note["referencia_numero"]) == ('PEÑA, "HIJOS" S.R.L.', "7")
    assert note["fecha_envio"] == "2026-11-21 23:59:59"


@pytest.mark.parametrize("said", ["=1+1", "+51 987", "-2+3", "@SUM(A1)", " =1+1", "\t=1+1", "＝1"])
def test_no_cell_is_taken_for_a_formula(said: str) -> None:
    assert tabla.safe(said).startswith("'")
    assert read(tabla.head() + tabla.lines([row(mensaje_sunat=said)]))[0]["mensaje_sunat"][0] == "'"


def test_nobodys_document_number_stays_as_it_is() -> None:
    assert tabla.safe("-") == "-"
