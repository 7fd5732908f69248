"""The stand-in for SUNAT takes our RCs and RAs as SUNAT's rule sheets say, and keeps books to the cent."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from shared.http_client import Budget
from sunat_emitter import cdr
from sunat_emitter.documents.model import Comprobante, Totales
from sunat_emitter.documents.sign import sign
from sunat_emitter.documents.summary import AGREGAR, ANULAR, MODIFICAR, Baja, Resumen
from sunat_emitter.documents.ubl import build
from sunat_emitter.documents.ubl.summary import build_summary, build_voiding
from sunat_emitter.endpoints import servicios
from sunat_emitter.envelope import Fault as SoapFault
from sunat_emitter.envelope import Reply, Sol, Status, Ticketed
from sunat_emitter.soap import SoapClient
from tests.support.comprobantes import EMISOR, HOY, comprobante, signing_key
from tests.support.resumenes import AYER, LINES, baja, boleta, linea, linea_baja, resumen
from tests.support.sunat_simulator import Books, Fault, Faults, Simulator
from tests.support.sunat_simulator.books import LIMA

SOL = Sol(EMISOR.ruc, "MODDATOS", "moddatos")


class Sender:
    """Sends to a simulator whose clock a test moves."""

    def __init__(self, simulator: Simulator, client: SoapClient) -> None:
        self.simulator, self._client = simulator, client
        self.days = 0
        self._url = servicios("prod", simulator.url).bill
        simulator.books.clock = lambda: datetime.combine(HOY + timedelta(days=self.days), time(12), LIMA)

    async def send(self, document: Resumen | Baja) -> Reply:
        tree = build_summary(document) if isinstance(document, Resumen) else build_voiding(document)
        name = f"{EMISOR.ruc}-{document.identificador}"
        return (await self._client.send_summary(self._url, SOL, name, sign(tree, signing_key()).xml)).reply

    async def ask(self, ticket: str) -> Status:
        reply = (await self._client.get_status(self._url, SOL, ticket)).reply
        assert isinstance(reply, Status)
        return reply

    async def outcome(self, document: Resumen | Baja) -> cdr.Cdr:
        given = await self.send(document)
        assert isinstance(given, Ticketed), given
        while (status := await self.ask(given.ticket)).content is None:
            assert status.codigo == 98
        return cdr.read(status.content)

    async def bill(self, document: Comprobante) -> None:
        xml = sign(build(document), signing_key()).xml
        await self._client.send_bill(self._url, SOL, document.nombre_archivo, xml)


@pytest_asyncio.fixture
async def sender() -> AsyncIterator[Sender]:
    client = SoapClient(Budget(3, connect=1))
    async with Simulator(books=Books()) as running:
        yield Sender(running, client)
    await client.close()


def figures_of(totales: Totales) -> dict[str, Decimal]:
    found = {name: getattr(totales, name) for name in ("exonerado", "inafecto", "exportacion", "gratuito")}
    found |= {name: getattr(totales, name) for name in ("igv", "ivap", "isc", "icbper")}
    found |= {"gravado": totales.gravado + totales.ivap_base, "otros": totales.otros_tributos}
    return {name: value for name, value in found.items() if value}


async def test_every_kind_of_line_is_taken_without_a_remark_and_entered_as_it_was_issued(sender: Sender) -> None:
    changed = boleta("taxed", 88)
    documents = [boleta(shape, number) for number, shape in enumerate(LINES, 1)]
    receipt = await sender.outcome(resumen(*(linea(each) for each in (changed, *documents))))
    assert (receipt.codigo, receipt.observaciones) == (0, ())
    for document in (changed, *documents):
        entry = sender.simulator.books.entries[document.nombre_archivo]
        assert entry.estado == "ACEPTADO"
        assert (Decimal(entry.total), entry.moneda) == (document.totales.total, document.moneda)
        assert entry.figures == figures_of(document.totales)


@pytest.mark.parametrize("shape", ["factura with bags", "factura with free lines", "factura of milled rice"])
async def test_a_comprobante_sent_by_itself_is_entered_with_the_same_figures(sender: Sender, shape: str) -> None:
    document = comprobante(shape)
    await sender.bill(document)
    assert sender.simulator.books.entries[document.nombre_archivo].figures == figures_of(document.totales)


async def test_a_line_is_held_against_the_books(sender: Sender) -> None:
    first = boleta("taxed", 1)
    note = linea(boleta("credit note on a boleta", 9))
    cases = (
        (2663, linea(first, ANULAR)),
        (2663, linea(first, MODIFICAR)),
        (2989, note),
        (0, linea(first)),
        (2282, linea(first)),
        (0, linea(first, MODIFICAR)),
        (0, linea(first, ANULAR)),
        (2987, linea(first, ANULAR)),
        (2987, linea(first)),
    )
    for number, (codigo, line) in enumerate(cases, 1):
        assert (await sender.outcome(resumen(line, correlativo=number))).codigo == codigo
    assert sender.simulator.books.entries[first.nombre_archivo].estado == "ANULADO"


async def test_a_week_after_their_issue_documents_are_added_with_a_remark_and_voided_no_more(sender: Sender) -> None:
    early, late = boleta("taxed", 1), boleta("taxed", 2)
    sender.days = 6
    assert (await sender.outcome(resumen(linea(early)))).observaciones == ()
    sender.days = 7
    receipt = await sender.outcome(resumen(linea(late), correlativo=2))
    assert receipt.codigo == 0
    assert receipt.observaciones[0].startswith("4443")
    assert (await sender.outcome(resumen(linea(early, ANULAR), correlativo=3))).codigo == 2957


async def test_an_ra_is_held_against_the_books(sender: Sender) -> None:
    await sender.bill(comprobante())
    line = [linea_baja(numero=88)]
    assert (await sender.outcome(baja(line, fecha_referencia=AYER))).codigo == 2375
    assert (await sender.outcome(baja([linea_baja(numero=89)], correlativo=2, fecha_referencia=HOY))).codigo == 2105
    assert (await sender.outcome(baja(line, correlativo=3, fecha_referencia=HOY))).codigo == 0
    assert (await sender.outcome(baja(line, correlativo=4, fecha_referencia=HOY))).codigo == 2323


async def test_a_file_that_was_taken_is_0402_while_it_is_in_process_and_then_2223_or_2324(sender: Sender) -> None:
    await sender.bill(comprobante())
    for document, done in ((resumen(linea(boleta("taxed"))), 2223), (baja(fecha_referencia=HOY), 2324)):
        sender.simulator.faults.plan(Fault(kind="lost_after", operation="sendSummary"))
        await sender.send(document)
        for codigo in (402, done, done):
            said = await sender.send(document)
            assert isinstance(said, SoapFault)
            assert said.codigo == codigo


async def test_tickets_may_be_lost_after_the_work_or_before_it(sender: Sender) -> None:
    sender.simulator.faults.plan(Fault(kind="lost_ticket"), Fault(kind="dropped_ticket"))
    lost, dropped = (resumen(linea(boleta("taxed", number)), correlativo=number) for number in (1, 2))
    for document in (lost, dropped):
        given = await sender.send(document)
        assert isinstance(given, Ticketed)
        assert (await sender.ask(given.ticket)).codigo == 127
    assert f"{EMISOR.ruc}-03-B001-1" in sender.simulator.books.entries
    said = await sender.send(lost)
    assert isinstance(said, SoapFault)
    assert said.codigo == 2223
    assert (await sender.outcome(dropped)).codigo == 0


async def test_a_ticket_is_told_after_a_while_and_once_unknown_or_without_a_receipt(sender: Sender) -> None:
    sender.simulator.desk.rules = type(sender.simulator.desk.rules)(ticket_polls=0, ticket_time=timedelta(days=1))
    given = await sender.send(resumen(linea(boleta("taxed"))))
    assert isinstance(given, Ticketed)
    assert (await sender.ask(given.ticket)).codigo == 98
    sender.days = 2
    sender.simulator.faults.plan(Fault(kind="unknown_ticket"), Fault(kind="no_content"))
    told = [await sender.ask(given.ticket) for _ in range(3)]
    assert [(each.codigo, each.content is None) for each in told] == [(127, True), (0, True), (0, False)]


async def test_its_books_are_summed_by_issuer_type_and_currency(sender: Sender) -> None:
    await sender.bill(comprobante())
    documents = [boleta("taxed", 1), boleta("export in dollars", 2), boleta("taxed", 3)]
    await sender.outcome(resumen(*(linea(each, AGREGAR) for each in documents)))
    await sender.outcome(resumen(linea(documents[2], ANULAR), correlativo=2))
    books = sender.simulator.books
    assert books.totals(EMISOR.ruc) == {
        ("01", "PEN"): Decimal("3050.30"),
        ("03", "PEN"): Decimal("3050.30"),
        ("03", "USD"): Decimal("1205.50"),
    }
    assert books.totals(EMISOR.ruc, "ANULADO") == {("03", "PEN"): Decimal("3050.30")}
    assert books.totals("20000000001") == {}


def test_each_fault_strikes_as_often_as_it_was_planned() -> None:
    faults = Faults()
    for _ in range(50):  # so that a later one lies where an earlier one lay
        faults.plan(Fault(kind="lost_after"))
        assert [faults.strike("sendSummary", "x") is None for _ in range(3)] == [False, True, True]
