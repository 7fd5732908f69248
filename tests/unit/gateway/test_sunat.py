"""The SUNAT routes at the edge: envelopes, links that expire, limits, and what is wrong said in Spanish."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits import Rate, RateLimits
from gateway.routes.sunat.documentos import items_of
from gateway.sunat import Links, Sunat
from shared.contracts.comprobantes import ComprobanteAccepted
from shared.contracts.lumis import ExtractedData, Product
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.emision import Archivo, IssueComprobante, ReadArchivo, ReadComprobante
from shared.contracts.sunat.emisores import ReadEmisor, UploadCertificado
from shared.contracts.sunat.series import SerieShown, UpdateSerie
from shared.errors import Refused
from shared.mongo import Database
from tests.support.gateway import Gateway, Reply, running, token

NOW = datetime(2026, 3, 12, 20, 35, 20, tzinfo=UTC)
LINKS = Links("https://api.example.com/", b"k" * 32, timedelta(hours=1))
NAME = "20123456789-01-F001-88"


def shown(**fields: Any) -> ComprobanteShown:
    values: dict[str, Any] = {
        "nombre_archivo": NAME,
        "id": 320,
        "venta_id": 450,
        "tipo": "01",
        "tipo_nombre": "FACTURA ELECTRONICA",
        "serie": "F001",
        "numero": 88,
        "numero_completo": "F001-88",
        "fecha_emision": date(2026, 3, 12),
        "hora_emision": time(15, 35, 20),
        "total": Decimal("3050.30"),
        "moneda": "PEN",
        "hash": "aBc=",
        "referencia": None,
        "tipo_nota": None,
        "motivo": None,
        "estado_sunat": "PENDIENTE",
        "codigo_sunat": None,
        "mensaje_sunat": None,
        "observaciones": (),
        "fecha_envio_sunat": None,
        "tiene_cdr": False,
    }
    return ComprobanteShown(**{**values, **fields})


ACCEPTED = shown(
    estado_sunat="ACEPTADO",
    codigo_sunat="0",
    mensaje_sunat="La Factura numero F001-88, ha sido aceptada",
    fecha_envio_sunat=NOW,
    tiene_cdr=True,
)


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


@given(minutes=st.integers(min_value=-600, max_value=600))
def test_a_link_holds_for_its_lifetime_and_its_path_alone(minutes: int) -> None:
    url = LINKS.signed("/storage/xml/a.xml", {}, NOW)
    assert url.startswith("https://api.example.com/storage/xml/a.xml?")
    at = NOW + timedelta(minutes=minutes)
    assert LINKS.hold("/storage/xml/a.xml", query_of(url), at) == (minutes < 60)
    assert not LINKS.hold("/storage/xml/b.xml", query_of(url), NOW)
    assert not replace(LINKS, key=b"x" * 32).hold("/storage/xml/a.xml", query_of(url), NOW)


@pytest.mark.parametrize("vence", ["", "x", "-1", "9" * 13, "١٢٣"])
def test_a_forged_link_does_not_hold(vence: str) -> None:
    query = query_of(LINKS.signed("/storage/xml/a.xml", {}, NOW))
    assert not LINKS.hold("/storage/xml/a.xml", {**query, "vence": vence}, NOW)
    assert not LINKS.hold("/storage/xml/a.xml", {**query, "firma": "é"}, NOW)
    assert not LINKS.hold("/storage/xml/a.xml", {}, NOW)


def test_without_a_key_links_ask_for_a_token() -> None:
    links = Links()
    assert links.signed("/storage/xml/a.xml", {"host": "here:8080"}, NOW) == "http://here:8080/storage/xml/a.xml"
    assert not links.hold("/storage/xml/a.xml", {"vence": "99999999999", "firma": ""}, NOW)


async def test_an_emission_waits_for_sunat_and_shows_its_answer(gateway: Gateway) -> None:
    gateway.bus.answers |= {ReadComprobante: ACCEPTED}

    def issue(call: IssueComprobante) -> ComprobanteShown:
        event = ComprobanteAccepted(
            request_id=call.request_id,
            origin=call.origin,
            company=call.company,
            emisor_id=1,
            nombre_archivo=NAME,
            tipo="01",
            serie="F001",
            numero=88,
            codigo="0",
            mensaje="aceptada",
        )
        gateway.deps.waiters.resolve(event)
        return shown()

    gateway.bus.answers[IssueComprobante] = issue
    reply = await gateway.send("POST", "/api/ventas/450/facturar", json={"tipo_comprobante": "01"})
    assert reply.status == 200, reply.text
    assert reply.json["message"] == "Comprobante emitido correctamente"
    data = reply.json["data"]
    assert data["venta_id"] == 450
    comprobante = data["comprobante"]
    wanted = ("numero_completo", "fecha_emision", "hora_emision", "estado_sunat", "codigo_sunat", "fecha_envio_sunat")
    assert [comprobante[key] for key in wanted] == [
        "F001-88",
        "2026-03-12",
        "15:35:20",
        "ACEPTADO",
        "0",
        "2026-03-12T20:35:20Z",
    ]
    host = f"http://127.0.0.1:{gateway.port}"
    assert comprobante["xml_url"] == f"{host}/storage/xml/{NAME}.xml"
    assert comprobante["cdr_url"] == f"{host}/storage/cdr/R-{NAME}.zip"
    assert comprobante["pdf_url"] == f"{host}/api/ventas/450/pdf"
    (call,) = gateway.bus.asked(IssueComprobante)
    assert (call.company, call.origin) == ("user:user-1", "gateway-test")


async def test_without_sunats_answer_it_is_pending(database: Database) -> None:
    async with running(database, change=lambda deps: replace(deps, sunat=Sunat(wait=timedelta(0)))) as gateway:
        gateway.bus.answers[IssueComprobante] = shown()
        reply = await gateway.send("POST", "/api/ventas/450/facturar", json={"tipo_comprobante": "01"})
        assert reply.json["data"]["comprobante"]["estado_sunat"] == "PENDIENTE"
        assert reply.json["data"]["comprobante"]["cdr_url"] is None


async def test_a_rejection_is_shown_with_sunats_own_code_and_words(gateway: Gateway) -> None:
    gateway.bus.answers[IssueComprobante] = shown(
        estado_sunat="RECHAZADO", codigo_sunat="2335", mensaje_sunat="El documento electrónico ha sido alterado"
    )
    reply = await gateway.send("POST", "/api/ventas/450/facturar", json={"tipo_comprobante": "01"})
    assert reply.status == 422
    assert reply.json == {
        "success": False,
        "error": "SUNAT_ERROR",
        "message": "El documento electrónico ha sido alterado",
        "codigo_sunat": "2335",
        "detalles": {"numero_completo": "F001-88"},
    }


async def test_emissions_are_limited_per_company(database: Database) -> None:
    limits = RateLimits(database, Rate(limit=2, window_seconds=3600))
    async with running(
        database, change=lambda deps: replace(deps, sunat=Sunat(wait=timedelta(0), limits=limits))
    ) as gateway:
        gateway.bus.answers[IssueComprobante] = ACCEPTED

        async def issue(**claims: Any) -> Reply:
            headers = {"Authorization": f"Bearer {token(**claims)}"}
            path = "/api/ventas/450/facturar"
            return await gateway.send("POST", path, user=None, headers=headers, json={"tipo_comprobante": "01"})

        assert [(await issue(user=user, company="acme")).status for user in ("ana", "luis", "eva")] == [200, 200, 429]
        reply = await issue(company="acme")
        assert (reply.json["error"], int(reply.headers["Retry-After"]) > 0) == ("LIMITE_DE_EMISION", True)
        assert (await issue(company="otra")).status == 200
        assert (await issue(user="acme")).status == 200


async def test_a_claim_that_names_no_company_is_no_token(gateway: Gateway) -> None:
    for claim in ("", 7, "a" * 129, "a\nb", ["acme"]):
        headers = {"Authorization": f"Bearer {token(company=claim)}"}
        reply = await gateway.send("GET", "/api/facturacion/emisor", user=None, headers=headers)
        assert reply.status == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("PUT", "/api/facturacion/emisor", {}, "ruc es obligatorio"),
        (
            "PUT",
            "/api/facturacion/emisor",
            {"ruc": "1", "razon_social": "x", "ubigeo": "150101"},
            "ruc debe tener 11 dígitos y comenzar con 10, 15, 16, 17 o 20",
        ),
        ("POST", "/api/facturacion/series", {"tipo_comprobante": "99", "serie": "B001"}, "01, 03, 07, 08"),
        ("POST", "/api/facturacion/series/reservar-correlativo", {"serie_id": "x"}, "debe ser un número entero"),
        ("POST", "/api/ventas", {"cliente": {}, "items": []}, "items debe tener al menos 1 elemento(s)"),
        ("POST", "/api/ventas/1/facturar", {"tipo_comprobante": "07"}, "debe ser uno de: 01, 03"),
        (
            "POST",
            "/api/ventas/1/facturar",
            {"tipo_comprobante": "01", "fecha_vencimiento": "mañana"},
            "fecha_vencimiento debe ser una fecha AAAA-MM-DD",
        ),
    ],
)
async def test_what_is_wrong_is_said_in_spanish(
    gateway: Gateway, method: str, path: str, body: dict[str, Any], said: str
) -> None:
    reply = await gateway.send(method, path, json=body)
    assert (reply.status, reply.json["success"], reply.json["error"]) == (422, False, "DATOS_INVALIDOS")
    assert said in reply.json["message"]
    assert not gateway.bus.calls


async def test_an_own_code_of_sunat_stands_beside_the_words(gateway: Gateway) -> None:
    details = {"codigo_sunat": "3319", "errores": [{"codigo": "3319", "mensaje": "Las cuotas no suman"}]}
    gateway.bus.answers[IssueComprobante] = Refused("COMPROBANTE_INVALIDO", "Las cuotas no suman", details)
    reply = await gateway.send("POST", "/api/ventas/450/facturar", json={"tipo_comprobante": "01"})
    assert (reply.status, reply.json["codigo_sunat"]) == (422, "3319")
    assert reply.json["detalles"] == {"errores": details["errores"]}


async def test_a_change_of_a_series_names_what_was_said(gateway: Gateway) -> None:
    gateway.bus.answers[UpdateSerie] = SerieShown(
        id=1,
        tipo_comprobante="03",
        tipo_nombre="BOLETA DE VENTA ELECTRONICA",
        serie="B001",
        correlativo_actual=1,
        proximo_numero="B001-2",
        sede_id=None,
        sede_nombre=None,
        caja_id=None,
        estado="activo",
        created_at=NOW,
    )
    reply = await gateway.send("PATCH", "/api/facturacion/series/1", json={"sede_id": None})
    assert reply.json == {"success": True, "message": "Serie actualizada correctamente"}
    (call,) = gateway.bus.asked(UpdateSerie)
    assert call.campos == ("sede_id",)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/facturacion/zzz", 404, "NOT_FOUND"),
        ("GET", "/api/ventas/450/xml/otro", 404, "NOT_FOUND"),
        ("DELETE", "/api/ventas", 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_another_method_or_path_is_refused_in_the_same_shape(
    gateway: Gateway, method: str, path: str, status: int, code: str
) -> None:
    reply = await gateway.send(method, path, headers={"Authorization": f"Bearer {token()}"})
    assert (reply.status, reply.json["success"], reply.json["error"]) == (status, False, code)
    assert list(reply.json) == ["success", "error", "message"]


async def test_an_issuer_that_is_not_set_up_is_not_found(gateway: Gateway) -> None:
    gateway.bus.answers[ReadEmisor] = Refused("EMISOR_NO_CONFIGURADO", "…")
    assert (await gateway.send("GET", "/api/facturacion/emisor")).status == 404


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        ({"password": b"x"}, 400, "CERTIFICADO_FALTANTE"),
        ({"certificado": b"", "password": b"x"}, 400, "CERTIFICADO_FALTANTE"),
        ({"certificado": b"x" * 65_537}, 413, "CERTIFICADO_GRANDE"),
        ({"certificado": b"x", "password": b"p" * 2000}, 413, "CERTIFICADO_GRANDE"),
        ({"certificado": b"x", "password": b"\xff\xfe"}, 400, "FORMULARIO_INVALIDO"),
    ],
)
async def test_a_certificate_is_uploaded_whole_or_not(
    gateway: Gateway, parts: dict[str, bytes], status: int, code: str
) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, content in parts.items():
        form.add_field(name, content, filename="x")
    reply = await gateway.send("POST", "/api/facturacion/emisor/certificado", data=form)
    assert (reply.status, reply.json["error"]) == (status, code)
    assert not gateway.bus.asked(UploadCertificado)


async def test_a_file_is_given_by_link_or_to_its_company(database: Database) -> None:
    async with running(database, change=lambda deps: replace(deps, sunat=Sunat(LINKS))) as gateway:
        gateway.bus.answers[ReadArchivo] = Archivo(contenido=b"<xml/>", media_type="application/xml")
        path = "/storage/xml/a.xml"
        url = LINKS.signed(path, {}, datetime.now(UTC)).removeprefix("https://api.example.com")
        reply = await gateway.send("GET", url, user=None)
        assert (reply.status, reply.text, reply.headers["Content-Type"]) == (200, "<xml/>", "application/xml")
        assert (await gateway.send("GET", path)).status == 200
        assert [call.company for call in gateway.bus.asked(ReadArchivo)] == [None, "user:user-1"]
        reply = await gateway.send("GET", path, user=None)
        assert (reply.status, reply.json["error"]) == (401, "UNAUTHORIZED")
        gateway.bus.answers[ReadArchivo] = Refused("ARCHIVO_NO_ENCONTRADO", "El archivo no existe")
        assert (await gateway.send("GET", path)).status == 404


def test_lines_of_a_paper_lose_the_tax_where_they_add_up_to_its_total() -> None:
    lines = (
        Product(name="  Pan  integral ", quantity=Decimal(2), total_price=Decimal("11.80")),
        Product(name="Sin precio"),
        Product(name="Leche", total_price=Decimal("5.90")),
    )
    gross = ExtractedData(products=lines, total=Decimal("17.70"), tot_itbms=Decimal("2.70"))
    assert [(item.descripcion, item.cantidad, item.precio_unitario) for item in items_of(gross, Decimal(18))] == [
        ("Pan integral", Decimal(2), Decimal("5.00")),
        ("Leche", Decimal(1), Decimal("5.00")),
    ]
    net = ExtractedData(products=lines, total=Decimal("20.89"), tot_itbms=Decimal("3.19"))
    assert [item.precio_unitario for item in items_of(net, Decimal(18))] == [Decimal("5.90"), Decimal("5.90")]
    assert items_of(ExtractedData(), Decimal(18)) == ()
