"""Issuers: each tenant's own, with the names of their district, and warned of a RUC that looks wrong."""

import pytest

from shared.contracts.sunat.emisores import EmisorInput, EmisorShown, ReadEmisor, WriteEmisor
from shared.errors import Refused
from shared.mongo import Database
from sunat_emitter.deps import Deps
from sunat_emitter.emisores import issuer_of, read_emisor, write_emisor
from sunat_emitter.ubigeos import find_ubigeo
from tests.support.sunat import COMPANY, EMISOR, emitter, invoice, sell, set_up


async def shown(deps: Deps, company: str = COMPANY) -> EmisorShown:
    answer = (await read_emisor(ReadEmisor(company=company), deps)).answer
    assert isinstance(answer, EmisorShown)
    return answer


async def write(deps: Deps, company: str = COMPANY, **fields: object) -> None:
    await write_emisor(WriteEmisor(company=company, emisor=EmisorInput.model_validate({**EMISOR, **fields})), deps)


@pytest.mark.parametrize(
    ("codigo", "names"),
    [
        ("150101", ("LIMA", "LIMA", "LIMA")),
        ("150131", ("LIMA", "LIMA", "SAN ISIDRO")),
        ("040129", ("AREQUIPA", "AREQUIPA", "JOSE LUIS BUSTAMANTE Y RIVERO")),
        ("070101", ("CALLAO", "CALLAO", "CALLAO")),
        ("230101", ("TACNA", "TACNA", "TACNA")),
    ],
)
def test_a_district_is_known_by_its_code(codigo: str, names: tuple[str, str, str]) -> None:
    found = find_ubigeo(codigo)
    assert found is not None
    assert (found.departamento, found.provincia, found.distrito) == names


@pytest.mark.parametrize("codigo", ["000000", "999999", "1501", "15", "150199", "", "15010a"])
def test_other_codes_are_no_district(codigo: str) -> None:
    assert find_ubigeo(codigo) is None


async def test_every_tenant_sees_its_own_issuer(database: Database) -> None:
    deps = await emitter(database)
    with pytest.raises(Refused, match="EMISOR_NO_CONFIGURADO"):
        await shown(deps)
    await write(deps)
    await write(deps, "company:other", ruc="20456789120", razon_social="OTRA SAC")
    assert (await shown(deps)).razon_social == "MI EMPRESA SAC"
    assert (await shown(deps, "company:other")).razon_social == "OTRA SAC"
    assert (await shown(deps)).id != (await shown(deps, "company:other")).id


async def test_what_is_not_said_of_the_account_stays(database: Database) -> None:
    deps = await emitter(database)
    await write(deps)
    first = await issuer_of(COMPANY, deps)
    await write(deps, sol_usuario=None, sol_clave=None, razon_social="MI NUEVA EMPRESA SAC")
    second = await issuer_of(COMPANY, deps)
    assert (second.sol_usuario, second.sol_clave) == ("MODDATOS", first.sol_clave)
    assert (second.razon_social, second.id) == ("MI NUEVA EMPRESA SAC", first.id)
    assert second.version > first.version


async def test_a_wrong_check_digit_only_warns(database: Database) -> None:
    deps = await emitter(database)
    await write(deps, ruc="20123456789")
    assert "dígito verificador" in (await shown(deps)).advertencias[0]
    await write(deps, ruc="20123456786")
    assert (await shown(deps)).advertencias == ()


async def test_one_ruc_is_one_tenants_in_production(database: Database) -> None:
    deps = await emitter(database)
    await write(deps)
    await write(deps, "company:other")
    await write(deps, sol_endpoint="prod")
    for company in ("company:other", "company:third"):
        with pytest.raises(Refused, match="RUC_EN_USO"):
            await write(deps, company, sol_endpoint="prod")


async def test_an_unknown_district_is_refused(database: Database) -> None:
    with pytest.raises(Refused, match="UBIGEO_INVALIDO"):
        await write(await emitter(database), ubigeo="999999")


async def test_who_cannot_sign_or_send_yet_issues_nothing(database: Database) -> None:
    deps = await emitter(database)
    venta = await sell(deps)
    with pytest.raises(Refused, match="EMISOR_NO_CONFIGURADO"):
        await invoice(deps, venta.id)
    await write(deps, sol_clave=None)
    with pytest.raises(Refused, match="sol_clave"):
        await invoice(deps, venta.id)
    await write(deps)
    with pytest.raises(Refused, match="certificado"):
        await invoice(deps, venta.id)
    await set_up(deps)
    assert (await invoice(deps, venta.id)).numero == 1
