"""A business moves over by HTTP: its history is listed, printed, credited and voided like what is issued here."""

import io
from datetime import UTC, datetime
from typing import Any

import aiohttp

from sunat_emitter.clock import LIMA
from tests.e2e.test_sunat import Shop, new_shop, ready_shop, sell
from tests.support.foreign import OPENUBL_LIKE, PORTAL_LIKE, Sale, comprobante, pair, zipped
from tests.support.platform import Platform

PATH = "/api/facturacion/importaciones"


async def upload(shop: Shop, content: bytes, query: str = "", field: str = "archivo") -> tuple[int, dict[str, Any]]:
    """Hand a zip in."""
    form = aiohttp.FormData()
    form.add_field(field, io.BytesIO(content), filename="historia.zip")
    headers = shop.platform.headers(shop.user)
    async with shop.platform.client.post(f"{PATH}{query}", data=form, headers=headers) as response:
        return response.status, await response.json()


async def test_a_history_is_taken_over_and_goes_on(platform: Platform) -> None:
    shop = await ready_shop(platform)
    _, emisor = await shop.send("GET", "/api/facturacion/emisor")
    today = datetime.now(UTC).astimezone(LIMA).date()
    factura = Sale(ruc=emisor["data"]["ruc"], numero=88, fecha=today)
    boleta = Sale("03", "B001", 7, fecha=today, ruc=factura.ruc, cliente=("1", "12345678", "JUAN PEREZ"))
    history = zipped({**pair(factura, OPENUBL_LIKE), **pair(boleta, PORTAL_LIKE), "nada.xml": b"<nada/>"})
    status, answer = await upload(shop, history)
    assert (status, answer["success"]) == (200, True)
    assert answer["message"] == "Importados 2, actualizados 0, ya estaban 0, no importados 1"
    told = {each["archivo"]: each for each in answer["data"]["archivos"]}
    assert told[f"{factura.name}.xml"]["estado_sunat"] == "ACEPTADO"
    assert "se importan" in told["nada.xml"]["motivo"]
    series = {each["serie"]: each["proximo_numero"] for each in answer["data"]["series"]}
    assert series == {"F001": "F001-89", "B001": "B001-8"}
    assert (await upload(shop, history))[1]["data"]["ya_estaban"] == 2

    _, listed = await shop.send("GET", "/api/ventas")
    sale = next(each for each in listed["data"] if each["comprobante"]["numero_completo"] == "F001-88")
    _, shown = await shop.send("GET", f"/api/ventas/{sale['id']}")
    status, page = await shop.fetch(shown["data"]["comprobante"]["pdf_url"])
    assert (status, page[:5]) == (200, b"%PDF-")
    status, xml = await shop.fetch(shown["data"]["comprobante"]["xml_url"])
    assert (status, xml) == (200, comprobante(factura, OPENUBL_LIKE))

    note = {
        "comprobante_referencia": {"tipo": "01", "serie": "F001", "numero": 88},
        "tipo_nota_credito": "07",
        "items": [{"descripcion": "Caño", "unidad_medida": "NIU", "cantidad": 1, "precio_unitario": 20}],
    }
    status, credited = await shop.send("POST", "/api/facturacion/notas-credito", note)
    assert status == 200, credited
    line = {"tipo": "03", "serie": "B001", "numero": 7, "motivo": "Error en el pedido"}
    status, voided = await shop.send("POST", "/api/facturacion/bajas", {"comprobantes": [line]})
    assert status == 200, voided
    venta_id = await sell(shop)
    status, issued = await shop.send("POST", f"/api/ventas/{venta_id}/facturar", {"tipo_comprobante": "01"})
    assert (status, issued["data"]["comprobante"]["numero_completo"]) == (200, "F001-89")


async def test_what_cannot_be_an_import_is_said(platform: Platform) -> None:
    shop = await ready_shop(platform)
    for content, field, query, said in (
        (b"no zip", "archivo", "", (422, "IMPORTACION_INVALIDA")),
        (zipped({"a.txt": b"a"}), "archivo", "", (422, "IMPORTACION_INVALIDA")),
        (b"no zip", "otro", "", (400, "ZIP_FALTANTE")),
        (b"0" * (8 * 2**20 + 1), "archivo", "", (413, "ZIP_GRANDE")),
        (b"no zip", "archivo", "?ambiente=mars", (422, "DATOS_INVALIDOS")),
    ):
        status, answer = await upload(shop, content, query, field)
        assert (status, answer["error"]) == said
        assert answer["success"] is False
    status, answer = await upload(new_shop(platform), zipped(pair(Sale())))
    assert (status, answer["error"]) == (422, "EMISOR_NO_CONFIGURADO")
