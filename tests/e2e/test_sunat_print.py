"""A sale's printed form and its way to the customer, over HTTP."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pypdfium2

from deploy.local.comprobantes import issue, problems_of_issued
from lumis_operator.tokens import make_token
from tests.e2e.test_sunat import Shop, accepted, ready_shop, sell
from tests.support.mail_server import MailServer
from tests.support.platform import Platform
from tests.support.sunat import EMPRESA, LAPTOP, MOUSE

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="40" height="10"/></svg>'


async def upload(shop: Shop, content: bytes) -> tuple[int, dict[str, Any]]:
    form = aiohttp.FormData()
    form.add_field("logo", content, filename="logo.svg")
    path, headers = "/api/facturacion/emisor/logo", shop.platform.headers(shop.user)
    async with shop.platform.client.put(path, data=form, headers=headers) as response:
        return response.status, await response.json()


def text_of(content: bytes) -> str:
    return str(pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded())


async def test_a_sale_is_printed_and_reaches_its_customer(platform: Platform, mailbox: MailServer) -> None:
    shop = await ready_shop(platform)
    assert (await upload(shop, LOGO))[0] == 200
    venta_id = await sell(shop, LAPTOP, MOUSE, cliente=EMPRESA)
    status, answer = await shop.send("POST", f"/api/ventas/{venta_id}/email", {"to": "cliente@example.com"})
    assert (status, answer["error"]) == (404, "COMPROBANTE_NO_ENCONTRADO")
    issued = (await accepted(shop, f"/api/ventas/{venta_id}/facturar", {"tipo_comprobante": "01"}))["comprobante"]
    assert f"/api/ventas/{venta_id}/pdf?" in issued["pdf_url"]
    status, content = await shop.fetch(issued["pdf_url"])
    assert status == 200
    assert all(each in text_of(content) for each in ("F001-1", "3,050.30", "SIN VALOR LEGAL", issued["hash"]))
    status, ticket = await shop.fetch(f"/api/ventas/{venta_id}/pdf?formato=ticket", token=True)
    assert (status, "F001-1" in text_of(ticket)) == (200, True)
    assert (await shop.fetch(f"/api/ventas/{venta_id}/pdf"))[0] == 401

    to, key = f"{uuid4().hex[:8]}@example.com", uuid4().hex
    words = {"to": to, "asunto": "Comprobante Electrónico F001-1", "mensaje": "Adjuntamos su comprobante."}
    for _ in range(2):
        status, answer = await shop.send("POST", f"/api/ventas/{venta_id}/email", words, Idempotency_Key=key)
        assert status == 200, answer
        assert answer["message"] == f"Comprobante enviado correctamente a {to}"
    name = issued["xml_url"].partition("?")[0].rpartition("/")[2].removesuffix(".xml")
    assert answer["data"]["archivos_adjuntos"] == ["F001-1.pdf", f"{name}.xml", f"R-{name}.zip"]
    (message,) = [each for each in mailbox.messages if each["To"] == to]
    files = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert list(files) == answer["data"]["archivos_adjuntos"]
    assert "F001-1" in text_of(files["F001-1.pdf"])
    assert files[f"R-{name}.zip"] == (await shop.fetch(issued["cdr_url"]))[1]

    mailbox.answers = ["550 5.1.1 No such mailbox"]
    status, answer = await shop.send("POST", f"/api/ventas/{venta_id}/email", words)
    assert (status, answer["error"]) == (422, "CORREO_RECHAZADO")
    assert "550 5.1.1 No such mailbox" in answer["message"]
    status, answer = await shop.send("GET", f"/api/ventas/{venta_id}/email")
    assert [each["estado"] for each in answer["data"]] == ["FALLIDO", "ENVIADO"]


async def test_a_note_is_printed_with_what_it_changes(platform: Platform) -> None:
    shop = await ready_shop(platform)
    venta_id = await sell(shop, LAPTOP)
    issued = (await accepted(shop, f"/api/ventas/{venta_id}/facturar", {"tipo_comprobante": "01"}))["comprobante"]
    body = {
        "comprobante_referencia": {"tipo": "01", "serie": issued["serie"], "numero": issued["numero"]},
        "tipo_nota_credito": "01",
        "motivo": "ANULACION DE LA OPERACION",
        "items": [LAPTOP],
    }
    note = await accepted(shop, "/api/facturacion/notas-credito", body)
    status, content = await shop.fetch(note["pdf_url"])
    assert status == 200
    text = text_of(content)
    assert all(each in text for each in ("NOTA DE CRÉDITO ELECTRÓNICA", note["numero_completo"], "F001-1"))


async def test_what_the_demonstration_issues_is_accepted_and_left_behind_each_time(
    platform: Platform, tmp_path: Path
) -> None:
    token = make_token(platform.secret, f"demo-{uuid4().hex[:8]}")
    for number in (1, 2):
        issued = await issue(platform.stack.where.url, token, tmp_path / "left")
        assert problems_of_issued(issued, tmp_path / "left") == []
        assert [each.numero for each in issued] == [f"F001-{number}", f"B001-{number}"]
        assert all(len(each.files) == 4 for each in issued)
        ticket = text_of((tmp_path / "left" / f"B001-{number}-ticket.pdf").read_bytes())
        assert "Transferencia gratuita" in ticket
        assert "35.99" in ticket
