"""Printed forms, logos and e-mails at the edge: who may have them, and what is said of what did not go."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from gateway.limits import Rate, RateLimits
from gateway.sunat import Links, Sunat
from shared.contracts.sunat.impresos import (
    CorreoShown,
    CorreosShown,
    DeleteLogo,
    ListCorreos,
    LogoShown,
    Pdf,
    ReadCorreo,
    ReadPdf,
    SendCorreo,
    WriteLogo,
)
from shared.errors import Refused
from shared.mongo import Database
from tests.support.gateway import Gateway, running

LINKS = Links("https://api.example.com", b"k" * 32, timedelta(hours=1))
NAME = "20123456789-01-F001-88"
PDF = Pdf(contenido=b"%PDF-1.7", nombre="F001-88.pdf")
NOW = datetime(2026, 3, 12, 20, 40, tzinfo=UTC)
WORDS = {"to": "cliente@email.com", "asunto": "Comprobante Electrónico F001-88", "mensaje": "Adjuntamos."}


def correo(**fields: Any) -> CorreoShown:
    values: dict[str, Any] = {
        "id": "c1",
        "destinatario": "cliente@email.com",
        "asunto": "Comprobante",
        "archivos_adjuntos": ("F001-88.pdf", f"R-{NAME}.zip"),
        "estado": "PENDIENTE",
        "motivo": None,
        "created_at": NOW,
        "fecha_envio": None,
    }
    return CorreoShown(**{**values, **fields})


SENT = correo(estado="ENVIADO", fecha_envio=NOW)


async def test_a_print_is_given_by_its_own_link_or_to_its_company(database: Database) -> None:
    async with running(database, change=lambda deps: replace(deps, sunat=Sunat(LINKS))) as gateway:
        gateway.bus.answers[ReadPdf] = PDF
        path = "/api/ventas/450/pdf"
        url = LINKS.signed(path, {}, datetime.now(UTC), NAME).removeprefix("https://api.example.com")
        reply = await gateway.send("GET", f"{url}&formato=ticket", user=None)
        assert (reply.status, reply.text, reply.headers["Content-Type"]) == (200, "%PDF-1.7", "application/pdf")
        assert reply.headers["Content-Disposition"] == 'inline; filename="F001-88.pdf"'
        assert (await gateway.send("GET", path)).status == 200
        linked, own = gateway.bus.asked(ReadPdf)
        assert (linked.company, linked.impreso.nombre_archivo, linked.formato) == (None, NAME, "ticket")
        assert (own.company, own.impreso.id, own.impreso.nombre_archivo) == ("user:user-1", 450, None)
        assert own.formato == "a4"
        # Sales of all companies count from 1: a link is good for the comprobante that it names, on its own path.
        for changed in (
            url.replace(NAME, NAME.replace("88", "89")),
            url.replace("/450/", "/451/"),
            url.replace("ventas", "facturacion/notas-credito"),
            path,
        ):
            assert (await gateway.send("GET", changed, user=None)).status == 401, changed
        unnamed = LINKS.signed(path, {}, datetime.now(UTC)).removeprefix("https://api.example.com")
        assert (await gateway.send("GET", unnamed, user=None)).status == 401


def test_a_link_to_a_file_is_none_to_a_document() -> None:
    now = datetime.now(UTC)
    query = dict(pair.split("=") for pair in LINKS.signed("/a", {}, now, "b").partition("?")[2].split("&"))
    assert LINKS.hold("/a", query, now)
    assert not LINKS.hold("/a", {**query, "documento": ""}, now)
    assert not LINKS.hold("/a?b", {name: value for name, value in query.items() if name != "documento"}, now)


@pytest.mark.parametrize(
    ("path", "clase"),
    [
        ("/api/ventas/7", "venta"),
        ("/api/facturacion/notas-credito/7", "07"),
        ("/api/facturacion/notas-debito/7", "08"),
    ],
)
async def test_notes_are_printed_and_sent_too(gateway: Gateway, path: str, clase: str) -> None:
    gateway.bus.answers |= {ReadPdf: PDF, SendCorreo: SENT, ListCorreos: CorreosShown(correos=(SENT,))}
    assert (await gateway.send("GET", f"{path}/pdf?formato=ticket")).status == 200
    assert (await gateway.send("POST", f"{path}/email", json=WORDS)).status == 200
    listed = await gateway.send("GET", f"{path}/email")
    assert [each["estado"] for each in listed.json["data"]] == ["ENVIADO"]
    for kind in (ReadPdf, SendCorreo, ListCorreos):
        (call,) = gateway.bus.asked(kind)
        assert (call.impreso.clase, call.impreso.id) == (clase, 7)


async def test_what_cannot_be_printed_is_said(gateway: Gateway) -> None:
    reply = await gateway.send("GET", "/api/ventas/450/pdf?formato=a3")
    assert (reply.status, reply.json["error"]) == (422, "DATOS_INVALIDOS")
    assert (await gateway.send("GET", "/api/ventas/x/pdf")).status == 404
    for code in ("VENTA_NO_ENCONTRADA", "COMPROBANTE_NO_ENCONTRADO"):
        gateway.bus.answers[ReadPdf] = Refused(code, "No")
        reply = await gateway.send("GET", "/api/ventas/450/pdf")
        assert (reply.status, reply.json["error"]) == (404, code)


async def test_an_e_mail_that_was_sent_answers_as_the_contract_shows(gateway: Gateway) -> None:
    looks = [correo(), SENT]

    def look(call: ReadCorreo) -> CorreoShown:
        return looks.pop(0)

    gateway.bus.answers |= {SendCorreo: correo(), ReadCorreo: look}
    reply = await gateway.send("POST", "/api/ventas/450/email", json=WORDS, headers={"Idempotency-Key": "k"})
    assert (reply.status, reply.json) == (
        200,
        {
            "success": True,
            "message": "Comprobante enviado correctamente a cliente@email.com",
            "data": {
                "id": "c1",
                "destinatario": "cliente@email.com",
                "archivos_adjuntos": ["F001-88.pdf", f"R-{NAME}.zip"],
                "estado": "ENVIADO",
                "fecha_envio": "2026-03-12T20:40:00Z",
            },
        },
    )
    (call,) = gateway.bus.asked(SendCorreo)
    assert (call.correo.to, call.correo.asunto) == (WORDS["to"], WORDS["asunto"])
    assert call.clave is not None
    assert (call.company, call.origin) == ("user:user-1", "gateway-test")


async def test_each_request_without_a_key_has_one_of_its_own(gateway: Gateway) -> None:
    gateway.bus.answers[SendCorreo] = SENT
    for key in ({}, {}, {"Idempotency-Key": "k"}, {"Idempotency-Key": "k"}):
        assert (await gateway.send("POST", "/api/ventas/450/email", json=WORDS, headers=key)).status == 200
    keys = [call.clave for call in gateway.bus.asked(SendCorreo)]
    assert None not in keys
    assert len(set(keys)) == 3


async def test_an_e_mail_that_takes_long_is_accepted(database: Database) -> None:
    async with running(database, change=lambda deps: replace(deps, sunat=Sunat(wait=timedelta(0)))) as gateway:
        gateway.bus.answers[SendCorreo] = correo()
        reply = await gateway.send("POST", "/api/ventas/450/email", json=WORDS)
        assert (reply.status, reply.json["data"]["estado"], reply.json["data"]["fecha_envio"]) == (
            202,
            "PENDIENTE",
            None,
        )


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (correo(estado="FALLIDO", motivo="550 No existe"), 422, "CORREO_RECHAZADO"),
        (Refused("CORREO_NO_CONFIGURADO", "El envío de correos no está configurado"), 503, "CORREO_NO_CONFIGURADO"),
        (Refused("COMPROBANTE_RECHAZADO", "SUNAT rechazó"), 422, "COMPROBANTE_RECHAZADO"),
        (Refused("COMPROBANTE_NO_ENCONTRADO", "La venta no tiene comprobante"), 404, "COMPROBANTE_NO_ENCONTRADO"),
    ],
)
async def test_an_e_mail_that_did_not_go_says_why(gateway: Gateway, answer: Any, status: int, code: str) -> None:
    gateway.bus.answers[SendCorreo] = answer
    reply = await gateway.send("POST", "/api/ventas/450/email", json=WORDS)
    assert (reply.status, reply.json["error"], reply.json["success"]) == (status, code, False)
    if code == "CORREO_RECHAZADO":
        assert "550 No existe" in reply.json["message"]


@pytest.mark.parametrize("to", [None, "", "cliente", "a@b.com, c@d.com", "a@b.com\nBcc: c@d.com", 5])
async def test_what_is_no_address_is_refused_in_spanish(gateway: Gateway, to: Any) -> None:
    reply = await gateway.send("POST", "/api/ventas/450/email", json={**WORDS, "to": to})
    assert (reply.status, reply.json["error"]) == (422, "DATOS_INVALIDOS")
    assert reply.json["detalles"]["campos"] == {"to": "debe ser una dirección de correo"}


async def test_e_mails_are_limited_per_company(database: Database) -> None:
    limits = RateLimits(database, Rate(limit=2, window_seconds=3600))
    async with running(database, change=lambda deps: replace(deps, sunat=Sunat(limits=limits))) as gateway:
        gateway.bus.answers[SendCorreo] = SENT
        found = [(await gateway.send("POST", "/api/ventas/450/email", json=WORDS)).status for _ in range(3)]
        assert found == [200, 200, 429]


def _form(name: str, content: bytes) -> Callable[[], aiohttp.FormData]:
    def make() -> aiohttp.FormData:
        form = aiohttp.FormData(default_to_multipart=True)
        form.add_field(name, content, filename="logo.png")
        return form

    return make


async def test_a_logo_is_uploaded_and_removed(gateway: Gateway) -> None:
    gateway.bus.answers |= {
        WriteLogo: LogoShown(tipo="image/png", bytes=4),
        DeleteLogo: LogoShown(tipo=None, bytes=0),
    }
    reply = await gateway.send("PUT", "/api/facturacion/emisor/logo", data=_form("logo", b"logo")())
    assert reply.json == {
        "success": True,
        "message": "Logo cargado correctamente",
        "data": {"tipo": "image/png", "bytes": 4},
    }
    assert gateway.bus.asked(WriteLogo)[0].contenido == b"logo"
    reply = await gateway.send("DELETE", "/api/facturacion/emisor/logo")
    assert (reply.status, reply.json["success"]) == (200, True)


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        (_form("otro", b"x"), 400, "LOGO_FALTANTE"),
        (_form("logo", b""), 400, "LOGO_FALTANTE"),
        (_form("logo", b"x" * 524_289), 413, "LOGO_GRANDE"),
        (lambda: b"no form", 400, "FORMULARIO_INVALIDO"),
    ],
)
async def test_a_logo_comes_whole_or_not(gateway: Gateway, form: Callable[[], Any], status: int, code: str) -> None:
    reply = await gateway.send("PUT", "/api/facturacion/emisor/logo", data=form())
    assert (reply.status, reply.json["error"]) == (status, code)
    assert not gateway.bus.asked(WriteLogo)
