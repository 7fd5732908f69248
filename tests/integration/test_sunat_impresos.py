"""Printed forms of stored comprobantes, and the logo on them, on a real database."""

from dataclasses import replace
from typing import Any

import pypdfium2
import pytest

from shared.contracts.sunat.impresos import DeleteLogo, Impreso, Pdf, ReadPdf, WriteLogo
from shared.errors import Refused
from shared.mongo import Database
from sunat_emitter.deps import Deps
from sunat_emitter.imprenta import ambiente_of
from sunat_emitter.impresos import delete_logo, read_pdf, write_logo
from tests.support.printing import issued, with_mail
from tests.support.sunat import COMPANY, set_up, settle


async def pdf(deps: Deps, **how: Any) -> Pdf:
    impreso = {"clase": "venta", "id": 1, **how}
    answer = (await read_pdf(ReadPdf.model_validate({"company": COMPANY, "impreso": impreso}), deps)).answer
    assert isinstance(answer, Pdf)
    return answer


def text_of(content: bytes) -> str:
    return str(pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded())


async def test_a_print_follows_the_state_and_the_place(database: Database) -> None:
    deps, shown = await issued(database)
    deps = with_mail(deps, database, None)
    assert deps.imprenta is not None
    first = await pdf(deps)
    assert first.nombre == "F001-1.pdf"
    assert "SIMULADOR" in text_of(first.contenido)
    assert (await pdf(deps)).contenido == first.contenido
    real = replace(deps, imprenta=replace(deps.imprenta, base_url=None))
    assert "BETA" in text_of((await pdf(real)).contenido)
    legal = replace(deps, imprenta=replace(deps.imprenta, base_url_is_legal=True))
    await set_up(legal, sol_endpoint="prod")
    assert "SIN VALOR" not in text_of((await pdf(legal)).contenido)
    await settle(deps, shown.nombre_archivo, "ANULADO")
    assert "COMPROBANTE ANULADO" in text_of((await pdf(legal)).contenido)


def test_the_address_says_what_a_comprobante_is_worth() -> None:
    beta = "https://e-beta.sunat.gob.pe/ol-ti-itcpfegem-beta/billService"
    real = "https://e-factura.sunat.gob.pe/ol-ti-itcpfegem/billService"
    other = "http://sunat.gob.pe.example/ol-ti-itcpfegem/billService"
    assert [ambiente_of(url, others_are_legal=False) for url in (beta, real, other)] == [
        "beta",
        "produccion",
        "simulador",
    ]
    assert ambiente_of(other, others_are_legal=True) == "produccion"


async def test_nobody_prints_what_is_anothers(database: Database) -> None:
    deps, shown = await issued(database)
    deps = with_mail(deps, database, None)
    for impreso in (Impreso(clase="venta", id=1), Impreso(clase="venta", id=1, nombre_archivo=shown.nombre_archivo)):
        with pytest.raises(Refused):
            await read_pdf(ReadPdf(company="company:other", impreso=impreso), deps)
    with pytest.raises(Refused):
        await read_pdf(ReadPdf(company=None, impreso=Impreso(clase="venta", id=1)), deps)
    linked = Impreso(clase="venta", id=1, nombre_archivo=shown.nombre_archivo)
    assert isinstance((await read_pdf(ReadPdf(company=None, impreso=linked), deps)).answer, Pdf)


LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="40" height="10"/></svg>'
BOMB = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g id="a0"><rect width="1" height="1"/></g>'
    + b"".join(b'<g id="a%d">' % n + b'<use href="#a%d"/>' % (n - 1) * 10 + b"</g>" for n in range(1, 9))
    + b"</svg>"
)


async def test_a_logo_is_taken_printed_and_removed(database: Database) -> None:
    deps, _ = await issued(database)
    deps = with_mail(deps, database, None)
    plain = (await pdf(deps)).contenido
    await write_logo(WriteLogo(company=COMPANY, contenido=LOGO), deps)
    assert (await pdf(deps)).contenido != plain
    with pytest.raises(Refused, match="LOGO_INVALIDO"):
        await write_logo(WriteLogo(company=COMPANY, contenido=BOMB), deps)
    await delete_logo(DeleteLogo(company=COMPANY), deps)
    assert (await pdf(deps)).contenido == plain
    with pytest.raises(Refused, match="EMISOR_NO_CONFIGURADO"):
        await write_logo(WriteLogo(company="company:other", contenido=LOGO), deps)
