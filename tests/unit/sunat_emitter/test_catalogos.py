"""SUNAT's catalogues: complete, shaped as the API shows them, corrected where its examples were wrong."""

import pytest

from shared.contracts.sunat.catalogos import CatalogEntries, ReadCatalog
from shared.errors import Refused
from sunat_emitter.catalogos.lectura import read_catalog
from sunat_emitter.catalogos.tablas import CATALOGOS

PLAIN = {"codigo", "descripcion"}
KEYS = {
    "tipo-documento-identidad": PLAIN | {"abreviatura", "longitud"},
    "tipo-afectacion-igv": PLAIN | {"tipo", "porcentaje_igv"},
    "unidad-medida": PLAIN,
    "moneda": PLAIN | {"simbolo"},
    "motivo-nota-credito": PLAIN,
    "motivo-nota-debito": PLAIN,
    "tipo-precio": PLAIN,
}


async def read(tipo: str) -> dict[str, dict[str, object]]:
    reply = await read_catalog(ReadCatalog(tipo=tipo))
    answer = reply.answer
    assert isinstance(answer, CatalogEntries)
    return {entry["codigo"]: entry for entry in answer.entries}


def test_there_are_the_seven_of_the_api() -> None:
    assert list(CATALOGOS) == list(KEYS)


@pytest.mark.parametrize("tipo", KEYS)
async def test_every_entry_has_exactly_the_keys_of_its_catalogue_and_a_code_of_its_own(tipo: str) -> None:
    entries = CATALOGOS[tipo]
    assert all(set(entry) == KEYS[tipo] for entry in entries)
    assert len(await read(tipo)) == len(entries)
    assert all(entry["descripcion"] == entry["descripcion"].upper().strip() for entry in entries)


@pytest.mark.parametrize(
    ("tipo", "shown"),
    [
        ("tipo-documento-identidad", ["1", "6", "4", "7", "-"]),
        ("tipo-afectacion-igv", ["10", "20", "30", "11", "21"]),
        ("unidad-medida", ["NIU", "ZZ", "KGM", "MTR", "LTR", "GRM", "DZN"]),
        ("motivo-nota-credito", ["01", "02", "03", "04", "05", "06", "07", "08", "09"]),
    ],
)
async def test_the_entries_that_the_api_shows_come_first_in_its_order(tipo: str, shown: list[str]) -> None:
    assert list(await read(tipo))[: len(shown)] == shown


async def test_an_identity_document_reads_as_in_the_apis_example() -> None:
    found = await read("tipo-documento-identidad")
    assert found["1"] == {"codigo": "1", "descripcion": "DNI", "abreviatura": "DNI", "longitud": 8}
    assert found["-"] == {"codigo": "-", "descripcion": "SIN DOCUMENTO", "abreviatura": "SD", "longitud": None}
    assert set("01467ABCDEFGH-") == set(found)


async def test_withdrawals_are_free_of_charge_and_not_taxed_sales() -> None:
    found = await read("tipo-afectacion-igv")
    free = {code for code, entry in found.items() if entry["tipo"] == "gratuito"}
    assert free == {"11", "12", "13", "14", "15", "16", "21", "31", "32", "33", "34", "35", "36", "37"}
    assert (found["17"]["tipo"], found["17"]["porcentaje_igv"]) == ("ivap", 4)
    assert [code for code, entry in found.items() if entry["tipo"] == "gravado"] == ["10"]
    assert set(found) == free | {"10", "17", "20", "30", "40"}


async def test_export_adjustments_of_a_credit_note_are_eleven_and_payment_dates_thirteen() -> None:
    found = await read("motivo-nota-credito")
    assert found["11"]["descripcion"] == "AJUSTES DE OPERACIONES DE EXPORTACION"
    assert "FECHAS DE PAGO" in str(found["13"]["descripcion"])
    assert list(found) == [f"{code:02}" for code in range(1, 14)]


async def test_debit_notes_and_prices_have_the_official_codes() -> None:
    assert list(await read("motivo-nota-debito")) == ["01", "02", "03", "11", "12"]
    assert list(await read("tipo-precio")) == ["01", "02"]


async def test_currencies_begin_with_those_of_peru_and_are_iso_codes() -> None:
    found = await read("moneda")
    assert list(found)[:3] == ["PEN", "USD", "EUR"]
    assert found["PEN"]["simbolo"] == "S/"
    assert all(len(code) == 3 and code.isupper() for code in found)


async def test_an_unknown_catalogue_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(Refused) as refusal:
        await read("tipo-operacion")
    assert refusal.value.code == "CATALOGO_NO_ENCONTRADO"
    assert all(tipo in refusal.value.message for tipo in KEYS)
