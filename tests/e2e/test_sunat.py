"""Electronic invoices over HTTP, in the order in which the API's contract shows its calls."""

import asyncio
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from sunat_emitter.documents.sign import verify
from tests.support.platform import Platform
from tests.support.sunat import EMISOR, EMPRESA, LAPTOP, MOUSE, PASSWORD, PERSONA, pfx, venta_of
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
TOTALS = {
    "subtotal": 2590,
    "descuento_items": 5,
    "descuento_global": 0,
    "subtotal_neto": 2585,
    "igv": 465.3,
    "total": 3050.3,
    "moneda": "PEN",
}


@dataclass
class Shop:
    """A company that talks to the API."""

    platform: Platform
    user: str

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
        """A request as the shop; the status and the answer."""
        said = self.platform.headers(self.user) | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.platform.client.request(method, path, json=body, headers=said) as response:
            return response.status, await response.json()

    async def certificate(self, content: bytes, password: str) -> tuple[int, dict[str, Any]]:
        """Upload a certificate."""
        form = aiohttp.FormData({"password": password})
        form.add_field("certificado", io.BytesIO(content), filename="certificado.pfx")
        path, headers = "/api/facturacion/emisor/certificado", self.platform.headers(self.user)
        async with self.platform.client.post(path, data=form, headers=headers) as response:
            return response.status, await response.json()

    async def fetch(self, url: str, *, token: bool = False) -> tuple[int, bytes]:
        """GET a link as it was shown."""
        path = url.removeprefix(self.platform.stack.where.url)
        headers = self.platform.headers(self.user) if token else {}
        async with self.platform.client.get(path, headers=headers) as response:
            return response.status, await response.read()


def new_shop(platform: Platform) -> Shop:
    return Shop(platform, f"tienda-{uuid4().hex[:10]}")


async def ready_shop(platform: Platform) -> Shop:
    """A shop with an issuer of its own RUC."""
    shop = new_shop(platform)
    ruc = f"20{uuid4().int % 10**9:09d}"
    assert (await shop.send("PUT", "/api/facturacion/emisor", {**EMISOR, "ruc": ruc}))[0] == 200
    assert (await shop.certificate(pfx(), PASSWORD))[0] == 200
    return shop


async def sell(shop: Shop, *items: dict[str, Any], cliente: dict[str, Any] = EMPRESA) -> int:
    status, answer = await shop.send("POST", "/api/ventas", venta_of(cliente, *items))
    assert status == 201, answer
    return int(answer["data"]["id"])


async def accepted(shop: Shop, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Issue, and wait until SUNAT has accepted."""
    shown: dict[str, Any] = {}

    async def is_accepted() -> bool:
        status, answer = await shop.send("POST", path, body, Idempotency_Key=key)
        assert status == 200, answer
        shown.update(answer["data"])
        comprobante = shown.get("comprobante", shown)
        return bool(comprobante["estado_sunat"] == "ACEPTADO")

    key = uuid4().hex
    await until(is_accepted, seconds=60)
    return shown


async def test_an_issuer_is_set_up_as_the_contract_shows(platform: Platform) -> None:
    shop = new_shop(platform)
    status, answer = await shop.send("GET", "/api/facturacion/emisor")
    assert (status, answer["success"], answer["error"]) == (404, False, "EMISOR_NO_CONFIGURADO")
    status, answer = await shop.send("PUT", "/api/facturacion/emisor", EMISOR)
    assert status == 200, answer
    assert answer["message"] == "Configuración del emisor actualizada correctamente"
    assert (answer["data"]["ruc"], answer["data"]["razon_social"]) == ("20123456789", "MI EMPRESA SAC")
    status, answer = await shop.certificate(pfx(), "otra")
    assert (status, answer["error"]) == (400, "CERTIFICADO_ILEGIBLE")
    status, answer = await shop.certificate(pfx(days=-1), PASSWORD)
    assert (status, answer["error"]) == (422, "CERTIFICADO_INVALIDO")
    status, answer = await shop.certificate(pfx(), PASSWORD)
    assert (status, answer["message"]) == (200, "Certificado cargado correctamente")
    assert answer["data"]["certificado_nombre"] == "certificado_20123456789.pfx"
    assert answer["data"]["propietario"] == "MI EMPRESA SAC"
    status, answer = await shop.send("GET", "/api/facturacion/emisor")
    shown = answer["data"]
    assert {key: shown[key] for key in ("departamento", "provincia", "distrito")} == {
        "departamento": "LIMA",
        "provincia": "LIMA",
        "distrito": "LIMA",
    }
    assert shown["tiene_certificado"] is True
    assert shown["sol_usuario"] == "MODDATOS"
    assert "moddatos" not in str(answer)
    assert shown["created_at"].endswith("Z")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ruc": "30123456789"}, "ruc"),
        ({"ruc": "2012345678"}, "ruc"),
        ({"razon_social": ""}, "razon_social"),
        ({"razon_social": "x" * 256}, "razon_social"),
        ({"ubigeo": "15010"}, "ubigeo"),
        ({"sol_endpoint": "test"}, "sol_endpoint"),
    ],
)
async def test_a_wrong_issuer_is_refused_by_name(platform: Platform, change: dict[str, Any], field: str) -> None:
    status, answer = await new_shop(platform).send("PUT", "/api/facturacion/emisor", {**EMISOR, **change})
    assert (status, answer["success"], answer["error"]) == (422, False, "DATOS_INVALIDOS")
    assert list(answer["detalles"]["campos"]) == [field]
    assert field in answer["message"]


async def test_series_are_kept_as_the_contract_shows(platform: Platform) -> None:
    shop = await ready_shop(platform)
    body = {"tipo_comprobante": "03", "serie": "B002", "correlativo_inicial": 1, "sede_id": 1, "caja_id": None}
    status, answer = await shop.send("POST", "/api/facturacion/series", {**body, "estado": "activo"})
    assert (status, answer["message"]) == (201, "Serie creada correctamente")
    serie = answer["data"]
    assert (serie["correlativo_actual"], serie["proximo_numero"]) == (0, "B002-1")
    assert (await shop.send("POST", "/api/facturacion/series", {**body, "sede_id": 2}))[1]["error"] == "SERIE_DUPLICADA"
    status, answer = await shop.send("POST", "/api/facturacion/series", {**body, "serie": "F002"})
    assert (status, answer["error"]) == (422, "SERIE_INVALIDA")
    taken = [await shop.send("POST", "/api/facturacion/series/reservar-correlativo", {"serie_id": serie["id"]})]
    taken += await asyncio.gather(
        *(
            shop.send("POST", "/api/facturacion/series/reservar-correlativo", {"serie_id": serie["id"]})
            for _ in range(3)
        )
    )
    assert sorted(answer["data"]["correlativo"] for _, answer in taken) == [1, 2, 3, 4]
    assert taken[0][1]["data"] == {"serie": "B002", "correlativo": 1, "numero_completo": "B002-1"}
    status, answer = await shop.send("PATCH", f"/api/facturacion/series/{serie['id']}", {"estado": "inactivo"})
    assert (status, answer) == (200, {"success": True, "message": "Serie actualizada correctamente"})
    status, answer = await shop.send("POST", "/api/facturacion/series/reservar-correlativo", {"serie_id": serie["id"]})
    assert (status, answer["error"]) == (422, "SERIE_INACTIVA")
    _, answer = await shop.send("GET", "/api/facturacion/series?tipo_comprobante=03&estado=inactivo&sede_id=1")
    assert [each["tipo_nombre"] for each in answer["data"]] == ["BOLETA DE VENTA ELECTRONICA"]
    assert (await shop.send("GET", "/api/facturacion/series?estado=activo"))[1]["data"] == []
    _, answer = await shop.send("GET", f"/api/facturacion/series/{serie['id']}")
    assert (answer["data"]["correlativo_actual"], answer["data"]["proximo_numero"]) == (4, "B002-5")
    assert (await shop.send("GET", "/api/facturacion/series/99"))[0] == 404
    assert (await new_shop(platform).send("GET", f"/api/facturacion/series/{serie['id']}"))[0] == 404


async def test_a_sale_becomes_a_factura_with_its_files_and_then_notes(platform: Platform) -> None:
    shop = await ready_shop(platform)
    status, answer = await shop.send("POST", "/api/ventas", venta_of())
    assert (status, answer["message"]) == (201, "Venta creada correctamente")
    venta = answer["data"]
    assert (venta["estado"], venta["totales"]) == ("PENDIENTE", TOTALS)
    _, answer = await shop.send("GET", f"/api/ventas/{venta['id']}")
    second = answer["data"]["items"][1]
    assert {key: second[key] for key in ("subtotal", "igv", "total")} == {"subtotal": 90, "igv": 15.3, "total": 100.3}
    body = {"tipo_comprobante": "01", "metodo_pago": "EFECTIVO", "observaciones": "Venta contado"}
    facturado = await accepted(shop, f"/api/ventas/{venta['id']}/facturar", {**body, "fecha_vencimiento": None})
    comprobante = facturado["comprobante"]
    assert (comprobante["numero_completo"], comprobante["codigo_sunat"]) == ("F001-1", "0")
    assert comprobante["fecha_envio_sunat"].endswith("Z")
    _, answer = await shop.send("GET", f"/api/ventas/{venta['id']}")
    shown = answer["data"]["comprobante"]
    assert {**shown, "xml_url": "", "cdr_url": "", "qr": ""} == {**comprobante, "xml_url": "", "cdr_url": "", "qr": ""}
    status, xml = await shop.fetch(comprobante["xml_url"])
    assert status == 200
    assert verify(xml).digest == comprobante["hash"]
    status, cdr = await shop.fetch(comprobante["cdr_url"])
    assert status == 200
    assert any(name.endswith(".xml") for name in zipfile.ZipFile(io.BytesIO(cdr)).namelist())
    status, picture = await shop.fetch(comprobante["qr"])
    assert (status, picture[:4]) == (200, b"\x89PNG")
    bare = comprobante["xml_url"].partition("?")[0]
    assert (await shop.fetch(bare))[0] == 401
    assert (await shop.fetch(bare, token=True))[0] == 200
    assert (await Shop(platform, "otra-tienda").fetch(bare, token=True))[0] == 404
    assert (await shop.fetch(comprobante["xml_url"].replace("F001-1", "F001-2")))[0] == 401
    await notes_on(shop, {"tipo": "01", "serie": "F001", "numero": 1})


async def notes_on(shop: Shop, referencia: dict[str, Any]) -> None:
    body: dict[str, Any] = {
        "comprobante_referencia": referencia,
        "tipo_nota_credito": "01",
        "motivo": "ANULACION DE LA OPERACION",
        "descripcion": "Anulación por solicitud del cliente",
        "items": [LAPTOP],
        "observaciones": "NC por anulación total",
    }
    nota = await accepted(shop, "/api/facturacion/notas-credito", body)
    shown = ("tipo", "numero_completo", "comprobante_referencia", "tipo_nota", "motivo", "total", "moneda")
    assert [nota[key] for key in shown] == ["07", "FC01-1", "F001-1", "01", "ANULACION DE LA OPERACION", 2950, "PEN"]
    status, answer = await shop.send("POST", "/api/facturacion/notas-credito", body)
    assert (status, answer["error"]) == (422, "NOTA_EXCEDE_COMPROBANTE")
    interest = {**LAPTOP, "descripcion": "Interés por mora - 30 días", "unidad_medida": "ZZ", "precio_unitario": 150}
    debit = {"comprobante_referencia": referencia, "tipo_nota_debito": "01", "items": [interest]}
    nota = await accepted(shop, "/api/facturacion/notas-debito", {**debit, "motivo": "INTERES POR MORA"})
    assert (nota["numero_completo"], nota["total"], nota["tipo"]) == ("FD01-1", 177, "08")
    missing = {**body, "comprobante_referencia": {**referencia, "numero": 99}}
    assert (await shop.send("POST", "/api/facturacion/notas-credito", missing))[0] == 404
    _, answer = await shop.send("GET", "/api/facturacion/notas-credito?comprobante_referencia=F001-1&serie=FC01")
    assert [each["numero_completo"] for each in answer["data"]] == ["FC01-1"]
    _, answer = await shop.send("GET", "/api/facturacion/notas-credito?fecha_desde=2999-01-01")
    assert answer["pagination"] == {
        "current_page": 1,
        "per_page": 20,
        "total": 0,
        "total_pages": 0,
        "from": None,
        "to": None,
    }


async def test_a_factura_asks_for_a_ruc_and_a_boleta_does_not(platform: Platform) -> None:
    shop = await ready_shop(platform)
    venta = await sell(shop, cliente=PERSONA)
    status, answer = await shop.send("POST", f"/api/ventas/{venta}/facturar", {"tipo_comprobante": "01"})
    assert (status, answer) == (
        422,
        {
            "success": False,
            "error": "CLIENTE_INVALIDO",
            "message": "Para emitir Factura el cliente debe tener RUC válido",
        },
    )
    facturado = await accepted(shop, f"/api/ventas/{venta}/facturar", {"tipo_comprobante": "03"})
    assert facturado["comprobante"]["numero_completo"] == "B001-1"
    status, answer = await shop.send("PATCH", f"/api/ventas/{venta}/anular", {"motivo": "x"})
    assert (status, answer["error"]) == (422, "VENTA_FACTURADA")
    assert answer["message"].startswith("No se puede anular una venta facturada. Debe emitir una Nota de Crédito")


async def test_sales_are_listed_page_by_page_and_annulled(platform: Platform) -> None:
    shop = await ready_shop(platform)
    ids = [await sell(shop, {**MOUSE, "cantidad": n}, cliente=PERSONA if n % 2 else EMPRESA) for n in range(1, 6)]
    status, answer = await shop.send("PATCH", f"/api/ventas/{ids[0]}/anular", {"motivo": "Cancelada"})
    assert (status, answer) == (200, {"success": True, "message": "Venta anulada correctamente"})
    _, answer = await shop.send("GET", "/api/ventas?page=2&per_page=2")
    assert [each["id"] for each in answer["data"]] == [ids[2], ids[1]]
    assert answer["pagination"] == {
        "current_page": 2,
        "per_page": 2,
        "total": 5,
        "total_pages": 3,
        "from": 3,
        "to": 4,
    }
    for query, found in (
        ("estado=ANULADO", [ids[0]]),
        ("cliente=perez", [ids[4], ids[2], ids[0]]),
        ("cliente=20456", [ids[3], ids[1]]),
        (f"codigo_venta=-{ids[3]:06d}", [ids[3]]),
        ("fecha_desde=2999-01-01", []),
    ):
        _, answer = await shop.send("GET", f"/api/ventas?{query}")
        assert [each["id"] for each in answer["data"]] == found, query
    status, answer = await shop.send("GET", "/api/ventas?page=0&estado=OTRO")
    assert status == 422
    assert set(answer["detalles"]["campos"]) == {"page", "estado"}
    status, answer = await shop.send("POST", f"/api/ventas/{ids[0]}/facturar", {"tipo_comprobante": "03"})
    assert (status, answer["error"]) == (422, "VENTA_ANULADA")


async def test_one_key_makes_one_sale(platform: Platform) -> None:
    shop = new_shop(platform)
    answers = await asyncio.gather(
        *(shop.send("POST", "/api/ventas", venta_of(), Idempotency_Key="venta-1") for _ in range(5))
    )
    assert {(status, answer["data"]["id"]) for status, answer in answers} == {(201, answers[0][1]["data"]["id"])}
    status, answer = await shop.send("POST", "/api/ventas", venta_of(PERSONA), Idempotency_Key="venta-1")
    assert (status, answer["error"]) == (422, "CLAVE_REUTILIZADA")


async def test_a_paper_that_was_read_becomes_a_draft_sale(platform: Platform) -> None:
    user = await platform.user(lumis=15)
    status, uploaded = await platform.upload(user, PAPER.read_bytes())
    assert status == 200, uploaded
    shop = Shop(platform, user)
    path = f"/api/ventas/desde-documento/{uploaded['request_id']}"
    status, answer = await shop.send("POST", path, {"cliente": EMPRESA})
    assert status == 201, answer
    lines = sum(each["total_price"] for each in uploaded["data"]["products"])
    assert answer["data"]["totales"]["subtotal"] == pytest.approx(lines, abs=0.05)
    assert (await shop.send("POST", path, {"cliente": EMPRESA}))[1]["data"]["id"] == answer["data"]["id"]
    assert (await new_shop(platform).send("POST", path))[0] == 404


async def test_broken_requests_get_the_familys_own_envelope(platform: Platform) -> None:
    shop = new_shop(platform)
    async with platform.client.post("/api/ventas", data=b"{", headers=platform.headers(shop.user)) as response:
        assert (response.status, (await response.json())["error"]) == (400, "INVALID_JSON")
    async with platform.client.get("/api/ventas") as response:
        assert (response.status, (await response.json())["error"]) == (401, "UNAUTHORIZED")
    status, answer = await shop.send("POST", "/api/ventas", venta_of(EMPRESA, {**LAPTOP, "unidad_medida": "XX"}))
    assert (status, answer["error"], answer["detalles"]["campo"]) == (422, "VENTA_INVALIDA", "items.0.unidad_medida")
    status, answer = await shop.send("POST", "/api/ventas", venta_of(EMPRESA, {**LAPTOP, "cantidad": 0}))
    assert (status, list(answer["detalles"]["campos"])) == (422, ["items.0.cantidad"])
    status, answer = await shop.send("POST", "/api/ventas", venta_of(EMPRESA, {**LAPTOP, "descuento": 9999}))
    assert (status, answer["error"]) == (422, "DESCUENTO_INVALIDO")
    status, answer = await shop.send("POST", "/api/ventas", venta_of(EMPRESA, {**LAPTOP, "producto_id": 10**20}))
    assert (status, list(answer["detalles"]["campos"])) == (422, ["items.0.producto_id"])
    for query in ("cliente=%00", "codigo_venta=%00", "cliente=("):
        assert (await shop.send("GET", f"/api/ventas?{query}"))[0] == 200
    for path in ("/api/ventas/1", "/api/ventas/abc", "/api/ventas/99999999999999999999"):
        assert (await shop.send("GET", path))[0] == 404
