"""The stand-in for SUNAT refuses what SUNAT refuses, so that what it accepts says something."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, time, timedelta

import aiohttp
import pytest
import pytest_asyncio
from lxml import etree

from shared.http_client import Budget
from sunat_emitter import cdr
from sunat_emitter.documents.sign import sign
from sunat_emitter.documents.ubl import build
from sunat_emitter.endpoints import servicios
from sunat_emitter.envelope import Delivered, Fault, Sol, Status, Ticketed
from sunat_emitter.soap import SoapClient
from tests.support.comprobantes import EMISOR, HOY, comprobante, item, of, signing_key, venta
from tests.support.sunat_simulator import Books, Simulator
from tests.support.sunat_simulator.books import LIMA
from tests.support.sunat_simulator.paper import NS
from tests.support.sunat_simulator.seals import XSD
from tests.support.sunat_simulator.server import BETA

SOL = Sol(EMISOR.ruc, "MODDATOS", "moddatos")
Tree = etree._Element


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


def found(tree: Tree, path: str) -> list[Tree]:
    selected = tree.xpath(path, namespaces=NS)
    assert isinstance(selected, list)
    return [each for each in selected if isinstance(each, etree._Element)]


def put(path: str, text: str, place: int = 0) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        found(tree, path)[place].text = text

    return change


def without(path: str) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        for each in found(tree, path):
            parent = each.getparent()
            assert parent is not None
            parent.remove(each)

    return change


def with_attribute(path: str, name: str, value: str) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        found(tree, path)[0].set(name, value)

    return change


LINE, TAX = "cac:InvoiceLine", "cac:TaxTotal/cac:TaxSubtotal"
CUSTOMER = "cac:AccountingCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID"
CASES: tuple[tuple[int, str, Callable[[Tree], None]], ...] = (
    (2017, "factura", put(CUSTOMER, "2045678912")),
    (2800, "factura", with_attribute(CUSTOMER, "schemeID", "1")),
    (
        2116,
        "credit note on a boleta",
        put("cac:BillingReference/cac:InvoiceDocumentReference/cbc:DocumentTypeCode", "01"),
    ),
    (
        2399,
        "credit note on a factura",
        put("cac:BillingReference/cac:InvoiceDocumentReference/cbc:DocumentTypeCode", "03"),
    ),
    (3244, "factura", without("cac:PaymentTerms")),
    (3249, "factura in three instalments", without("cac:PaymentTerms[starts-with(cbc:PaymentMeansID, 'Cuota')]")),
    (
        3319,
        "factura in three instalments",
        put("cac:PaymentTerms[cbc:PaymentMeansID='Cuota002']/cbc:Amount", "1000.01"),
    ),
    (3270, "factura", put(f"{LINE}/cac:PricingReference/cac:AlternativeConditionPrice/cbc:PriceAmount", "2951.01")),
    (3271, "factura", put(f"{LINE}/cac:Price/cbc:PriceAmount", "2498.99")),
    (3272, "factura", put(f"{LINE}/{TAX}/cbc:TaxableAmount", "2500.01")),
    (3272, "factura with an exempt line with ISC", put(f"{LINE}/{TAX}/cbc:TaxableAmount", "200.00")),
    (3277, "factura", put(f"{TAX}/cbc:TaxableAmount", "2586.01")),
    (3278, "factura", put("cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "2586.01")),
    (3279, "factura", put("cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", "3051.31")),
    (3280, "factura", put("cac:LegalMonetaryTotal/cbc:PayableAmount", "3051.31")),
    (3290, "factura", put(f"{LINE}/cac:AllowanceCharge/cbc:MultiplierFactorNumeric", "0.08000")),
    (3291, "factura", put(f"{TAX}/cbc:TaxAmount", "466.31")),
    (3292, "factura", put(f"{LINE}/cac:TaxTotal/cbc:TaxAmount", "451.01")),
    (3294, "factura", put("cac:TaxTotal/cbc:TaxAmount", "466.31")),
    (3306, "factura with bags", put(f"{TAX}[cac:TaxCategory/cac:TaxScheme/cbc:ID='7152']/cbc:TaxAmount", "1.51")),
    (3307, "factura with a global discount", put("cac:AllowanceCharge/cbc:MultiplierFactorNumeric", "0.04")),
    (2040, "factura", put(f"{LINE}/{TAX}/cac:TaxCategory/cbc:TaxExemptionReasonCode", "18")),
    (3127, "factura with a deposit", without("cac:PaymentTerms[cbc:ID='Detraccion']")),
    (2071, "factura", with_attribute("cac:LegalMonetaryTotal/cbc:PayableAmount", "currencyID", "USD")),
    (2329, "factura", put("cbc:IssueDate", (HOY + timedelta(days=4)).isoformat())),
    (2108, "factura", put("cbc:IssueDate", (HOY - timedelta(days=4)).isoformat())),
)


@pytest.mark.parametrize(("codigo", "shape", "change"), CASES, ids=[f"{case[0]} {case[1]}" for case in CASES])
async def test_each_rule_rejects_a_document_that_breaks_it_alone(
    client: SoapClient, simulator: Simulator, codigo: int, shape: str, change: Callable[[Tree], None]
) -> None:
    document = comprobante(shape)
    tree = build(document)
    change(tree)
    if codigo in {2108, 2329}:  # due dates must not be what is wrong
        without("cbc:DueDate")(tree)
    xml = sign(tree, signing_key()).xml
    url = servicios("prod", simulator.url).bill
    reply = (await client.send_bill(url, SOL, document.nombre_archivo, xml)).reply
    assert isinstance(reply, Delivered), reply
    assert cdr.read(reply.content).codigo == codigo
    assert simulator.books.entries[document.nombre_archivo].estado == "RECHAZADO"


@pytest.mark.parametrize(
    ("codigo", "name"),
    [
        (151, "20123456786-01-F001"),
        (151, "20123456786-99-F001-88"),
        (152, "20123456786-RC-20260312-1"),
        (154, "20123456787-01-F001-88"),
        (1035, "20123456786-01-F002-88"),
        (1036, "20123456786-01-F001-89"),
        (1003, "20123456786-03-F001-88"),
    ],
)
async def test_a_name_that_is_not_the_contents_is_an_exception(
    client: SoapClient, simulator: Simulator, codigo: int, name: str
) -> None:
    xml = sign(build(comprobante()), signing_key()).xml
    reply = (await client.send_bill(servicios("prod", simulator.url).bill, SOL, name, xml)).reply
    assert isinstance(reply, Fault)
    assert reply.codigo == codigo
    assert simulator.books.entries == {}


@pytest.mark.parametrize(
    ("codigo", "old", "new"),
    [
        (2335, b"MI EMPRESA SAC", b"MI EMPRESA SAD"),
        (306, b"<cbc:UBLVersionID>", b"<cbc:UBLVersionId>"),
        pytest.param(
            306,
            b"<cac:LegalMonetaryTotal>",
            b"<cac:LegalMonetaryTotal><cbc:Nada/>",
            marks=pytest.mark.skipif(not XSD.is_dir(), reason="SUNAT's XSDs are not beside the project"),
        ),
    ],
)
async def test_what_was_changed_after_signing_is_noticed(
    client: SoapClient, simulator: Simulator, codigo: int, old: bytes, new: bytes
) -> None:
    xml = sign(build(comprobante()), signing_key()).xml.replace(old, new)
    name = comprobante().nombre_archivo
    reply = (await client.send_bill(servicios("beta", simulator.url).bill, SOL, name, xml)).reply
    assert isinstance(reply, Fault)
    assert reply.codigo == codigo


async def test_a_header_without_a_user_is_refused_and_what_is_no_soap_is_no_business_of_sunat(
    simulator: Simulator,
) -> None:
    empty = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>%s</e:Body></e:Envelope>'
    call = b'<s:getStatus xmlns:s="http://service.sunat.gob.pe"><ticket>1</ticket></s:getStatus>'
    async with aiohttp.ClientSession(simulator.url) as http:
        async with http.post(BETA, data=empty % call) as answer:
            assert "Client.0101" in await answer.text()
        async with http.post(BETA, data=b"hello") as answer:
            assert "Internal Error (from client)" in await answer.text()


async def test_its_books_and_faults_are_seen_and_set_over_http(simulator: Simulator) -> None:
    async with aiohttp.ClientSession(simulator.url) as http:
        async with http.post("/_simulador/fallas", json={"kind": "html_503", "operation": "sendBill"}) as answer:
            assert answer.status == 201
        async with http.get("/_simulador/fallas") as answer:
            assert len((await answer.json())["planned"]) == 1
        async with http.delete("/_simulador/fallas") as answer:
            assert (await answer.json())["planned"] == []
        async with http.get("/_simulador/libros") as answer:
            assert await answer.json() == {"comprobantes": [], "tickets": []}


def summary(name: str, *lines: str, root: str = "SummaryDocuments", customization: str = "1.1") -> bytes:
    """A summary or voiding made by hand, as nothing here makes one."""
    ubl = "urn:oasis:names:specification:ubl:schema:xsd"
    _, kind, day, number = name.split("-")
    line = "SummaryDocumentsLine" if kind == "RC" else "VoidedDocumentsLine"
    inner = "".join(
        f"<sac:{line}><cbc:LineID>{place}</cbc:LineID>{text}</sac:{line}>" for place, text in enumerate(lines, 1)
    )
    text = f"""<{root} xmlns="urn:sunat:names:specification:ubl:peru:schema:xsd:{root}-1"
 xmlns:cac="{NS["cac"]}" xmlns:cbc="{NS["cbc"]}" xmlns:sac="{NS["sac"]}" xmlns:ds="{NS["ds"]}"
 xmlns:ext="{ubl}:CommonExtensionComponents-2"><ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent/>
</ext:UBLExtension></ext:UBLExtensions><cbc:UBLVersionID>2.0</cbc:UBLVersionID>
<cbc:CustomizationID>{customization}</cbc:CustomizationID><cbc:ID>{kind}-{day}-{number}</cbc:ID>
<cbc:ReferenceDate>{HOY}</cbc:ReferenceDate><cbc:IssueDate>{day[:4]}-{day[4:6]}-{day[6:]}</cbc:IssueDate>
<cac:AccountingSupplierParty><cbc:CustomerAssignedAccountID>{EMISOR.ruc}</cbc:CustomerAssignedAccountID>
<cbc:AdditionalAccountID>6</cbc:AdditionalAccountID><cac:Party><cac:PartyLegalEntity>
<cbc:RegistrationName>MI EMPRESA SAC</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party>
</cac:AccountingSupplierParty>{inner}</{root}>"""
    return sign(etree.fromstring(text.encode()), signing_key()).xml


def boleta(number: int, condition: str) -> str:
    return f"""<cbc:DocumentTypeCode>03</cbc:DocumentTypeCode><cbc:ID>B001-{number}</cbc:ID>
<cac:Status><cbc:ConditionCode>{condition}</cbc:ConditionCode></cac:Status>
<sac:TotalAmount currencyID="PEN">118.00</sac:TotalAmount><sac:BillingPayment>
<cbc:PaidAmount currencyID="PEN">100.00</cbc:PaidAmount><cbc:InstructionID>01</cbc:InstructionID></sac:BillingPayment>
<cac:TaxTotal><cbc:TaxAmount currencyID="PEN">18.00</cbc:TaxAmount><cac:TaxSubtotal>
<cbc:TaxAmount currencyID="PEN">18.00</cbc:TaxAmount><cac:TaxCategory><cac:TaxScheme><cbc:ID>1000</cbc:ID>
<cbc:Name>IGV</cbc:Name><cbc:TaxTypeCode>VAT</cbc:TaxTypeCode></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>"""


def voided(serie: str, number: int, kind: str = "01") -> str:
    return f"""<cbc:DocumentTypeCode>{kind}</cbc:DocumentTypeCode><sac:DocumentSerialID>{serie}</sac:DocumentSerialID>
<sac:DocumentNumberID>{number}</sac:DocumentNumberID><sac:VoidReasonDescription>ERROR</sac:VoidReasonDescription>"""


async def resolve(client: SoapClient, simulator: Simulator, name: str, xml: bytes) -> tuple[list[int], int]:
    """The statuses that the ticket gave, and the code of the receipt in the end."""
    url = servicios("prod", simulator.url).bill
    given = (await client.send_summary(url, SOL, name, xml)).reply
    assert isinstance(given, Ticketed), given
    statuses: list[int] = []
    content: bytes | None = None
    while content is None:
        asked = (await client.get_status(url, SOL, given.ticket)).reply
        assert isinstance(asked, Status)
        statuses.append(asked.codigo)
        content = asked.content
    return statuses, cdr.read(content).codigo


async def test_a_summary_adds_boletas_by_its_ticket_and_voids_them_by_another(
    client: SoapClient, simulator: Simulator
) -> None:
    first, second = f"{EMISOR.ruc}-RC-20260313-1", f"{EMISOR.ruc}-RC-20260313-2"
    assert await resolve(client, simulator, first, summary(first, boleta(1, "1"), boleta(2, "1"))) == ([98, 0], 0)
    assert simulator.books.entries[f"{EMISOR.ruc}-03-B001-1"].estado == "ACEPTADO"
    assert await resolve(client, simulator, second, summary(second, boleta(2, "3"))) == ([98, 0], 0)
    assert simulator.books.entries[f"{EMISOR.ruc}-03-B001-2"].estado == "ANULADO"
    third = f"{EMISOR.ruc}-RC-20260313-3"
    assert await resolve(client, simulator, third, summary(third, boleta(3, "1"), boleta(1, "1"))) == ([98, 99], 2282)
    assert f"{EMISOR.ruc}-03-B001-3" not in simulator.books.entries, "all of a summary, or nothing"


async def test_a_voiding_voids_facturas_and_no_boletas(client: SoapClient, simulator: Simulator) -> None:
    document = comprobante("factura")
    url = servicios("prod", simulator.url).bill
    await client.send_bill(url, SOL, document.nombre_archivo, sign(build(document), signing_key()).xml)
    for number, line, expected in (
        (1, voided("F001", 89), 2105),
        (2, voided("B001", 1, "03"), 2308),
        (3, voided("F001", 88), 0),
    ):
        name = f"{EMISOR.ruc}-RA-20260313-{number}"
        xml = summary(name, line, root="VoidedDocuments", customization="1.0")
        assert (await resolve(client, simulator, name, xml))[1] == expected
    assert simulator.books.entries[document.nombre_archivo].estado == "ANULADO"


async def test_a_file_sent_twice_is_0402_and_an_unknown_ticket_0127(client: SoapClient, simulator: Simulator) -> None:
    url, name = servicios("prod", simulator.url).bill, f"{EMISOR.ruc}-RC-20260313-1"
    xml = summary(name, boleta(1, "1"))
    await client.send_summary(url, SOL, name, xml)
    again = (await client.send_summary(url, SOL, name, xml)).reply
    assert isinstance(again, Fault)
    assert again.codigo == 402
    unknown = (await client.get_status(url, SOL, "123")).reply
    assert isinstance(unknown, Status)
    assert unknown.codigo == 127


async def test_a_summarys_date_is_the_one_in_its_name(client: SoapClient, simulator: Simulator) -> None:
    name = f"{EMISOR.ruc}-RC-20260313-1"
    other = summary(f"{EMISOR.ruc}-RC-20260314-1", boleta(1, "1"))
    wrong_date = summary(name, boleta(1, "1")).replace(b"2026-03-13", b"2026-03-14")
    assert (await resolve(client, simulator, name, other))[1] == 2220
    simulator.books.files.clear()
    assert (await resolve(client, simulator, name, wrong_date))[1] == 2346


async def test_a_line_worth_nothing_is_rejected(client: SoapClient, simulator: Simulator) -> None:
    document = of(venta(item(), item(descuento="100.00")))
    url = servicios("prod", simulator.url).bill
    reply = (await client.send_bill(url, SOL, document.nombre_archivo, sign(build(document), signing_key()).xml)).reply
    assert isinstance(reply, Delivered), reply
    assert cdr.read(reply.content).codigo == 3105
