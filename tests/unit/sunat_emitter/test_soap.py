"""The SOAP client against a server that speaks SUNAT's protocol, its faults included."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta

import pytest
import pytest_asyncio

from shared.http_client import Budget
from sunat_emitter import cdr
from sunat_emitter.documents.sign import sign
from sunat_emitter.documents.ubl import build
from sunat_emitter.endpoints import servicios
from sunat_emitter.envelope import Delivered, Fault, Reply, Sol, Status, Unusable
from sunat_emitter.soap import Answer, Consulta, SoapClient
from tests.support import comprobantes
from tests.support.comprobantes import EMISOR, HOY, SALES, comprobante, signing_key
from tests.support.scripted_server import Reply as Scripted
from tests.support.scripted_server import ScriptedServer
from tests.support.sunat_simulator import Books, Simulator
from tests.support.sunat_simulator import Fault as Planned
from tests.support.sunat_simulator.books import LIMA

SOL = Sol(EMISOR.ruc, "MODDATOS", "moddatos")


@pytest_asyncio.fixture
async def simulator() -> AsyncIterator[Simulator]:
    noon = datetime.combine(HOY + timedelta(days=1), time(12), LIMA)
    async with Simulator(books=Books(clock=lambda: noon)) as running:
        yield running


@pytest_asyncio.fixture
async def client() -> AsyncIterator[SoapClient]:
    made = SoapClient(Budget(3, connect=1))
    yield made
    await made.close()


async def send(client: SoapClient, simulator: Simulator, shape: str, ambiente: str = "prod", sol: Sol = SOL) -> Answer:
    document = comprobante(shape)
    url = servicios("beta" if ambiente == "beta" else "prod", simulator.url).bill
    return await client.send_bill(url, sol, document.nombre_archivo, sign(build(document), signing_key()).xml)


def receipt(reply: Reply) -> cdr.Cdr:
    assert isinstance(reply, Delivered), reply
    return cdr.read(reply.content)


@pytest.mark.parametrize("shape", SALES)
async def test_every_shape_of_document_is_accepted_without_a_remark(
    client: SoapClient, simulator: Simulator, shape: str
) -> None:
    found = receipt((await send(client, simulator, shape)).reply)
    assert (found.codigo, found.observaciones) == (0, ()), found
    assert found.referencia == comprobante(shape).numero_completo
    assert "SIMULADOR" in found.mensaje


@pytest.mark.parametrize("ambiente", ["beta", "prod"])
async def test_both_kinds_of_receipt_are_read(client: SoapClient, simulator: Simulator, ambiente: str) -> None:
    found = receipt((await send(client, simulator, "factura", ambiente)).reply)
    assert found.mensaje == "La Factura numero F001-88, ha sido aceptada (SIMULADOR)"
    assert found.receptor == "6-20456789120"


async def test_the_exchange_holds_everything_but_the_credentials(client: SoapClient, simulator: Simulator) -> None:
    exchange = (await send(client, simulator, "factura")).exchange
    assert (exchange.operation, exchange.status, exchange.outcome) == ("sendBill", 200, "answered")
    assert b"20123456786-01-F001-88.zip" in exchange.request
    assert b"applicationResponse" in exchange.response
    assert b"moddatos" not in exchange.request.lower()


async def test_a_wrong_password_is_a_fault_and_a_password_of_odd_characters_arrives(
    client: SoapClient, simulator: Simulator
) -> None:
    odd = Sol(EMISOR.ruc, "USUARIO1", "a&b<c>\"'ñ€ ")
    reply = (await send(client, simulator, "factura", sol=odd)).reply
    assert isinstance(reply, Fault)
    assert reply.codigo == 102
    simulator.desk.claves[f"{EMISOR.ruc}USUARIO1"] = odd.clave
    assert receipt((await send(client, simulator, "factura", sol=odd)).reply).codigo == 0


async def test_a_number_that_is_there_is_1033_and_its_receipt_can_be_asked_for(
    client: SoapClient, simulator: Simulator
) -> None:
    await send(client, simulator, "factura")
    again = (await send(client, simulator, "factura")).reply
    assert isinstance(again, Fault)
    assert again.codigo == 1033
    url = servicios("prod", simulator.url).consult
    assert url is not None
    asked = (await client.get_status_cdr(url, SOL, Consulta(EMISOR.ruc, "01", "F001", 88))).reply
    assert isinstance(asked, Status)
    assert (asked.codigo, cdr.read(asked.content or b"").codigo) == (4, 0)
    stands = (await client.consult_status(url, SOL, Consulta(EMISOR.ruc, "01", "F001", 88))).reply
    unknown = (await client.consult_status(url, SOL, Consulta(EMISOR.ruc, "01", "F001", 89))).reply
    absent = (await client.get_status_cdr(url, SOL, Consulta(EMISOR.ruc, "01", "F001", 89))).reply
    boleta = (await client.get_status_cdr(url, SOL, Consulta(EMISOR.ruc, "03", "B001", 1))).reply
    codes = [each.codigo for each in (stands, unknown, absent, boleta) if isinstance(each, Status)]
    assert codes == [1, 11, 127, 9]


async def test_beta_tells_a_rejection_by_a_fault_and_production_by_a_receipt(
    client: SoapClient, simulator: Simulator
) -> None:
    document = comprobantes.of(comprobantes.venta(cliente=comprobantes.PERSONA))  # a factura to a person
    xml = sign(build(document), signing_key()).xml
    prod = (await client.send_bill(servicios("prod", simulator.url).bill, SOL, document.nombre_archivo, xml)).reply
    assert receipt(prod).codigo == 2800
    simulator.books.entries.clear()
    beta = (await client.send_bill(servicios("beta", simulator.url).bill, SOL, document.nombre_archivo, xml)).reply
    assert isinstance(beta, Fault)
    assert beta.codigo == 2800


@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        ("timeout", Unusable("timeout")),
        ("lost_before", Unusable("broken")),
        ("lost_after", Unusable("broken")),
        ("html_503", Unusable("http_503")),
        ("html_502", Unusable("http_502")),
        ("empty_200", Unusable("empty")),
        ("internal_error", Fault(None, "Internal Error (from client)")),
        ("credentials", Fault(102, "SIMULADOR - Usuario o contraseña incorrectos")),
        ("exception", Fault(100, "SIMULADOR - Falla pedida")),
    ],
)
async def test_each_fault_on_demand_is_told_apart(simulator: Simulator, kind: str, reply: Reply) -> None:
    simulator.faults.plan(Planned.model_validate({"kind": kind, "seconds": 5}))
    client = SoapClient(Budget(0.3, connect=0.2))
    try:
        answer = await send(client, simulator, "boleta to nobody")
    finally:
        await client.close()
    assert answer.reply == reply


async def test_a_malformed_zip_is_delivered_and_unreadable(client: SoapClient, simulator: Simulator) -> None:
    simulator.faults.plan(Planned(kind="malformed_zip"))
    reply = (await send(client, simulator, "factura")).reply
    assert isinstance(reply, Delivered)
    with pytest.raises(cdr.CdrUnreadable):
        cdr.read(reply.content)


async def test_nobody_there_means_that_nothing_was_sent(client: SoapClient) -> None:
    answer = await client.get_status("http://127.0.0.1:9/x", SOL, "1")
    assert answer.reply == Unusable("unreachable", sent=False)
    assert answer.exchange.status is None


async def test_the_headers_are_those_that_sunat_wants(client: SoapClient) -> None:
    async with ScriptedServer(Scripted(b"")) as server:
        await client.get_status(f"{server.url}/x", SOL, "1")
    assert server.seen[0].headers["content-type"] == "text/xml; charset=utf-8"
    assert server.seen[0].headers["soapaction"] == '"urn:getStatus"'
