"""A shop's month over HTTP: the report in its three forms, and the reconciliations that there are."""

import csv
import io

import pypdfium2

from sunat_emitter.reportes.tabla import COLUMNS
from tests.e2e.test_sunat import Shop, accepted, ready_shop, sell
from tests.support.platform import Platform
from tests.support.sunat import EMPRESA, LAPTOP, MOUSE

PATH = "/api/facturacion/reportes"


async def download(shop: Shop, path: str) -> tuple[int, str, bytes]:
    async with shop.platform.client.get(path, headers=shop.platform.headers(shop.user)) as response:
        return response.status, response.headers["content-type"], await response.read()


async def test_a_month_is_reported_as_data_for_a_spreadsheet_and_on_paper(platform: Platform) -> None:
    shop = await ready_shop(platform)
    venta_id = await sell(shop, LAPTOP, MOUSE, cliente=EMPRESA)
    issued = (await accepted(shop, f"/api/ventas/{venta_id}/facturar", {"tipo_comprobante": "01"}))["comprobante"]
    body = {
        "comprobante_referencia": {"tipo": "01", "serie": issued["serie"], "numero": issued["numero"]},
        "tipo_nota_credito": "07",
        "motivo": "DEVOLUCION POR ITEM",
        "items": [MOUSE],
    }
    note = await accepted(shop, "/api/facturacion/notas-credito", body)
    month = issued["fecha_emision"][:7]

    status, answer = await shop.send("GET", f"{PATH}/{month}")
    assert (status, answer["success"]) == (200, True)
    report = answer["data"]
    assert (report["conteo"]["aceptados"], report["ambiente"], report["cerrado"]) == (2, "beta", False)
    (total,) = report["totales"]
    assert (total["moneda"], total["situacion"], total["documentos"]) == ("PEN", "aceptado", 2)
    assert total["importes"]["igv"] == round(465.3 - 15.3, 2)
    assert total["importes"]["total"] == round(issued["total"] - note["total"], 2)
    assert [(each["serie"], each["completa"]) for each in report["numeracion"]] == [("F001", True), ("FC01", True)]

    status, kind, content = await download(shop, f"{PATH}/{month}?formato=csv")
    assert (status, kind) == (200, "text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["serie"], row["total"], row["estado"]) for row in rows] == [
        ("F001", "3050.30", "ACEPTADO"),
        ("FC01", f"-{note['total']:.2f}", "ACEPTADO"),
    ]

    status, kind, content = await download(shop, f"{PATH}/{month}?formato=pdf")
    assert (status, kind) == (200, "application/pdf")
    assert "REPORTE MENSUAL" in pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded()

    status, answer = await shop.send("GET", f"{PATH}/2026-13")
    assert (status, answer["error"]) == (404, "MES_INVALIDO")
    status, answer = await shop.send("GET", f"{PATH}/{month}?formato=xls")
    assert (status, answer["error"]) == (422, "DATOS_INVALIDOS")


async def test_the_reconciliations_of_a_shop_are_its_own(platform: Platform) -> None:
    shop = await ready_shop(platform)
    status, answer = await shop.send("GET", "/api/facturacion/conciliacion")
    assert (status, answer["data"], answer["pagination"]["total"]) == (200, [], 0)
    status, answer = await shop.send("GET", "/api/facturacion/conciliacion/1?resultado=DIFERENCIA")
    assert (status, answer["error"]) == (404, "CONCILIACION_NO_ENCONTRADA")
    status, answer = await shop.send("GET", "/api/facturacion/conciliacion/1?resultado=OTRA")
    assert (status, answer["error"]) == (422, "DATOS_INVALIDOS")
