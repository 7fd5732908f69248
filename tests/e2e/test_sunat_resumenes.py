"""Daily summaries and voidings over HTTP, in the shapes of the API's contract."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sunat_emitter.clock import LIMA
from sunat_emitter.documents.sign import verify
from tests.e2e.test_sunat import Shop, accepted, new_shop, ready_shop, sell
from tests.support.platform import Platform
from tests.support.sunat import EMISOR, LAPTOP, MOUSE, PERSONA
from tests.support.waiting import until

RESUMENES, BAJAS = "/api/facturacion/resumenes", "/api/facturacion/bajas"


async def summary_shop(platform: Platform) -> Shop:
    """A shop whose boletas go into summaries, by hand alone."""
    shop = await ready_shop(platform)
    status, answer = await shop.send("GET", "/api/facturacion/emisor")
    assert (status, answer["data"]["envio_boletas"]) == (200, "individual")
    change = {**EMISOR, "ruc": answer["data"]["ruc"], "envio_boletas": "resumen", "resumen_automatico": False}
    assert (await shop.send("PUT", "/api/facturacion/emisor", change))[0] == 200
    return shop


async def boleta(shop: Shop, *items: dict[str, Any]) -> dict[str, Any]:
    venta_id = await sell(shop, *items, cliente=PERSONA)
    status, answer = await shop.send("POST", f"/api/ventas/{venta_id}/facturar", {"tipo_comprobante": "03"})
    assert status == 200, answer
    return {**answer["data"]["comprobante"], "venta_id": venta_id}


def line(shown: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {name: shown[name] for name in ("tipo", "serie", "numero")} | fields


def today() -> str:
    return datetime.now(UTC).astimezone(LIMA).date().isoformat()


async def decided(shop: Shop, path: str) -> dict[str, Any]:
    """How a ticket stands once SUNAT has decided."""
    shown: dict[str, Any] = {}

    async def is_decided() -> bool:
        status, answer = await shop.send("GET", path)
        assert status == 200, answer
        shown.clear()
        shown.update(answer["data"])
        return bool(shown["estado"] != "PENDIENTE")

    await until(is_decided, seconds=60)
    return shown


async def test_a_day_s_boletas_are_summarised_as_the_contract_shows(platform: Platform) -> None:
    shop = await summary_shop(platform)
    boletas = [await boleta(shop, LAPTOP), await boleta(shop, MOUSE)]
    assert [each["estado_sunat"] for each in boletas] == ["PENDIENTE", "PENDIENTE"]
    assert all(each["por_resumen"] for each in boletas)
    said = {"cliente_tipo_doc": "1", "cliente_num_doc": "12345678", "moneda": "PEN", "estado": "ACEPTADO"}
    lines = [
        line(boletas[0], id=boletas[0]["id"], total=2950.00, igv=450.00, **said),
        line(boletas[1], id=boletas[1]["id"], total=100.30, igv=15.29, **said),
    ]
    status, answer = await shop.send("POST", RESUMENES, {"fecha": today(), "comprobantes": lines})
    assert (status, answer["message"]) == (200, "Resumen Diario enviado correctamente"), answer
    made = answer["data"]
    assert (made["fecha_resumen"], made["cantidad_comprobantes"], made["total"]) == (today(), 2, 3050.3)
    assert made["identificador"] == f"RC-{today().replace('-', '')}-001"
    assert made["estado"] in {"PENDIENTE", "ACEPTADO"}
    assert made["ticket"].isdecimal()
    assert made["fecha_envio"].endswith("Z")
    assert made["advertencias"] == ["B001-2: igv enviado 15.29, emitido 15.30; se informa lo emitido"]
    status, xml = await shop.fetch(made["xml_url"])
    assert status == 200
    verify(xml)
    shown = await decided(shop, f"{RESUMENES}/{made['ticket']}")
    assert (shown["id"], shown["estado"], shown["codigo_sunat"]) == (made["id"], "ACEPTADO", "0")
    assert made["identificador"] in shown["mensaje_sunat"]
    assert "mensaje" not in shown
    status, cdr = await shop.fetch(shown["cdr_url"])
    assert (status, cdr[:2]) == (200, b"PK")
    assert (await shop.send("GET", f"{RESUMENES}/{made['identificador']}"))[1]["data"]["id"] == made["id"]
    status, answer = await shop.send("GET", f"{RESUMENES}?estado=ACEPTADO&fecha_desde={today()}")
    assert [each["ticket"] for each in answer["data"]] == [made["ticket"]]
    assert answer["pagination"]["total"] == 1
    assert (await shop.send("GET", f"{RESUMENES}?fecha_hasta=2020-01-01"))[1]["data"] == []
    for each in boletas:
        status, answer = await shop.send("GET", f"/api/ventas/{each['venta_id']}")
        comprobante = answer["data"]["comprobante"]
        assert (comprobante["estado_sunat"], comprobante["resumen"]) == ("ACEPTADO", made["identificador"])


async def test_one_body_voids_facturas_and_boletas_and_shows_each_part(platform: Platform) -> None:
    shop = await ready_shop(platform)
    sales = [await sell(shop, LAPTOP), await sell(shop, LAPTOP, cliente=PERSONA)]
    issued = [
        (await accepted(shop, f"/api/ventas/{sale}/facturar", {"tipo_comprobante": tipo}))["comprobante"]
        for sale, tipo in zip(sales, ("01", "03"), strict=True)
    ]
    motives = ("ERROR EN LA EMISION - CLIENTE SOLICITO ANULACION", "OPERACION NO REALIZADA")
    lines = [line(each, motivo=motivo) for each, motivo in zip(issued, motives, strict=True)]
    body, key = {"comprobantes": lines, "fecha_baja": today()}, uuid4().hex
    status, answer = await shop.send("POST", BAJAS, body, Idempotency_Key=key)
    assert (status, answer["message"]) == (200, "Comunicación de Baja enviada correctamente"), answer
    made = answer["data"]
    assert (made["fecha_baja"], made["cantidad_comprobantes"]) == (today(), 2)
    assert made["advertencias"] == ["2 comprobantes van en 2 envíos, cada uno con su ticket: vea partes"]
    assert [each["identificador"][:2] for each in made["partes"]] == ["RA", "RC"]
    assert [each["cantidad_comprobantes"] for each in made["partes"]] == [1, 1]
    assert (made["identificador"], made["ticket"]) == (made["partes"][0]["identificador"], made["partes"][0]["ticket"])
    ends = [await decided(shop, f"{BAJAS}/{each['ticket']}") for each in made["partes"]]
    assert [(each["estado"], each["codigo_sunat"]) for each in ends] == [("ACEPTADO", "0"), ("ACEPTADO", "0")]
    assert [[each["serie"] for each in end["comprobantes_anulados"]] for end in ends] == [["F001"], ["B001"]]
    for sale, motivo in zip(sales, motives, strict=True):
        status, answer = await shop.send("GET", f"/api/ventas/{sale}")
        assert (answer["data"]["estado"], answer["data"]["comprobante"]["estado_sunat"]) == ("ANULADO", "ANULADO")
        assert answer["data"]["comprobante"]["motivo_anulacion"] == motivo
    assert len((await shop.send("GET", f"{BAJAS}?fecha_desde={today()}"))[1]["data"]) == 2
    status, answer = await shop.send("POST", BAJAS, body, Idempotency_Key=key)
    assert [each["id"] for each in answer["data"]["partes"]] == [each["id"] for each in made["partes"]]
    status, answer = await shop.send("POST", BAJAS, {"comprobantes": lines})
    assert (status, answer["error"]) == (422, "BAJA_INVALIDA")
    assert answer["message"] == "F001-1 ya está anulado (y 1 más)"
    assert [each["comprobante"] for each in answer["detalles"]["errores"]] == ["F001-1", "B001-1"]


async def test_what_cannot_be_summarised_or_voided_is_said(platform: Platform) -> None:
    shop = await summary_shop(platform)
    pending = line(await boleta(shop, MOUSE))

    async def refused(path: str, body: dict[str, Any]) -> tuple[int, str, str]:
        status, answer = await shop.send("POST", path, body)
        assert answer["success"] is False
        return status, answer["error"], answer["message"]

    found = await refused(BAJAS, {"comprobantes": [{**pending, "motivo": "OPERACION NO REALIZADA"}]})
    assert found[:2] == (422, "BAJA_INVALIDA")
    assert "B001-1 está PENDIENTE" in found[2]
    short = await refused(BAJAS, {"comprobantes": [{**pending, "motivo": "no"}]})
    assert short == (422, "DATOS_INVALIDOS", "comprobantes.0.motivo debe tener al menos 3 caracteres")
    other_day = await refused(RESUMENES, {"fecha": "2025-10-13", "comprobantes": [pending]})
    assert other_day[:2] == (422, "RESUMEN_INVALIDO")
    unknown = await refused(RESUMENES, {"fecha": today(), "comprobantes": [{**pending, "numero": 999}]})
    assert unknown[2] == "El comprobante B001-999 de tipo 03 no existe"
    assert (await refused(RESUMENES, {"fecha": "2025-10-13"}))[:2] == (422, "SIN_COMPROBANTES")
    assert (await refused(RESUMENES, {"fecha": "2999-10-13"}))[:2] == (422, "FECHA_INVALIDA")
    assert (await refused(RESUMENES, {"comprobantes": []}))[2] == "fecha es obligatorio"
    for path in (RESUMENES, BAJAS):
        for ticket in ("1698754321-ABC123XYZ", "RC-20251013-001", "x" * 200):
            assert (await shop.send("GET", f"{path}/{ticket}"))[0] == 404
        assert (await shop.send("GET", f"{path}?estado=OTRO"))[0] == 422
    nobody = new_shop(platform)
    status, answer = await nobody.send("POST", RESUMENES, {"fecha": today()})
    assert (status, answer["error"]) == (422, "EMISOR_NO_CONFIGURADO")
