"""The XML: order, names and numbers as SUNAT wants them."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from lxml import etree

from sunat_emitter.documents.model import Cliente, Comprobante
from sunat_emitter.documents.rules import tree_violations
from sunat_emitter.documents.text import clean
from sunat_emitter.documents.ubl import build
from sunat_emitter.documents.ubl.tree import Element
from tests.support import comprobantes as shapes
from tests.support.comprobantes import HOY, item, venta

AMOUNT = re.compile(r"\d{1,12}\.\d{2}")
PRICE = re.compile(r"\d{1,12}(\.\d{1,10})?")
ATTRIBUTES = {"currencyID", "unitCode", "schemeID", "listID", "languageLocaleID"}


def tree(shape: str) -> Element:
    return build(shapes.comprobante(shape))


def texts(element: Element, path: str) -> list[str]:
    return [found.text or "" for found in element.findall(path, {"": "*"} | NS)]


NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def names(element: Element) -> list[str]:
    found = [etree.QName(child).localname for child in element]
    return [name for index, name in enumerate(found) if index == 0 or found[index - 1] != name]


def test_a_facturas_elements_stand_in_the_schemas_order() -> None:
    assert names(tree("factura with a deposit on credit")) == [
        *("UBLExtensions", "UBLVersionID", "CustomizationID", "ID", "IssueDate", "IssueTime", "DueDate"),
        *("InvoiceTypeCode", "Note", "DocumentCurrencyCode", "Signature", "AccountingSupplierParty"),
        *("AccountingCustomerParty", "PaymentMeans", "PaymentTerms", "TaxTotal", "LegalMonetaryTotal", "InvoiceLine"),
    ]


@pytest.mark.parametrize(
    ("shape", "root", "total", "line", "quantity"),
    [
        ("credit note on a factura", "CreditNote", "LegalMonetaryTotal", "CreditNoteLine", "CreditedQuantity"),
        ("debit note on a factura", "DebitNote", "RequestedMonetaryTotal", "DebitNoteLine", "DebitedQuantity"),
    ],
)
def test_a_note_names_what_it_changes_and_has_neither_type_nor_due_date(
    shape: str, root: str, total: str, line: str, quantity: str
) -> None:
    element = tree(shape)
    assert etree.QName(element).localname == root
    assert {"InvoiceTypeCode", "DueDate"}.isdisjoint(names(element))
    assert texts(element, "cac:DiscrepancyResponse/cbc:ReferenceID") == ["F001-88"]
    assert texts(element, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:DocumentTypeCode") == ["01"]
    assert names(element)[-2:] == [total, line]
    assert element.findall(f"cac:{line}/cbc:{quantity}", NS)
    assert not element.findall(f"cac:{line}/cac:AllowanceCharge", NS)


@pytest.mark.parametrize("shape", shapes.SALES)
def test_numbers_and_attributes_are_as_sunat_reads_them(shape: str) -> None:
    for element in tree(shape).iter():
        assert ATTRIBUTES.issuperset(element.attrib), element.tag
        name = etree.QName(element).localname
        if name.endswith("Quantity") or name == "PriceAmount":
            assert PRICE.fullmatch(element.text or ""), (name, element.text)
        elif "currencyID" in element.attrib:
            assert AMOUNT.fullmatch(element.text or ""), (name, element.text)


@pytest.mark.parametrize("shape", shapes.SALES)
def test_the_xml_itself_breaks_no_rule(shape: str) -> None:
    assert tree_violations(tree(shape)) == ()


def test_a_free_line_has_a_reference_value_and_no_price() -> None:
    line = tree("factura of free lines alone").find("cac:InvoiceLine", NS)
    assert line is not None
    assert texts(line, "cac:PricingReference/cac:AlternativeConditionPrice/cbc:PriceTypeCode") == ["02"]
    assert texts(line, "cac:Price/cbc:PriceAmount") == ["0.00"]
    assert texts(line, "cac:TaxTotal/cbc:TaxAmount") == ["0.00"]


def test_bags_have_a_number_and_a_price_instead_of_a_base() -> None:
    element = tree("factura with bags")
    (subtotal,) = [
        each
        for each in element.findall("cac:InvoiceLine/cac:TaxTotal/cac:TaxSubtotal", NS)
        if texts(each, "cac:TaxCategory/cac:TaxScheme/cbc:ID") == ["7152"]
    ]
    assert names(subtotal) == ["TaxAmount", "BaseUnitMeasure", "TaxCategory"]
    assert texts(subtotal, "cac:TaxCategory/cbc:PerUnitAmount") == ["0.50"]


def test_the_header_has_one_subtotal_for_each_tax_of_the_lines() -> None:
    schemes = "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cac:TaxScheme"
    element = tree("factura with free lines")
    assert texts(element, f"{schemes}/cbc:ID") == ["1000", "9996"]
    assert texts(element, f"{schemes}/cbc:Name") == ["IGV", "GRA"]
    assert texts(element, "cac:TaxTotal/cbc:TaxAmount") == ["450.00"]


def test_instalments_are_numbered_and_the_deposit_is_in_soles() -> None:
    terms = tree("factura in three instalments").findall("cac:PaymentTerms", NS)
    assert [texts(each, "cbc:PaymentMeansID")[0] for each in terms] == ["Credito", "Cuota001", "Cuota002", "Cuota003"]
    deposit = tree("factura in dollars with a deposit").find("cac:PaymentTerms/cbc:Amount", NS)
    assert deposit is not None
    assert (deposit.get("currencyID"), deposit.text) == ("PEN", "1370.80")


def test_a_boleta_shows_no_form_of_payment() -> None:
    assert not tree("boleta to a person").findall("cac:PaymentTerms", NS)


def test_long_remarks_are_told_in_parts_of_two_hundred_letters() -> None:
    remarks = "palabra " * 60
    element = build(shapes.of(venta(observaciones=remarks)))
    notes = [each for each in element.findall("cbc:Note", NS) if not each.attrib]
    assert len(notes) == 3
    assert all(len(each.text or "") <= 200 for each in notes)
    assert " ".join(each.text or "" for each in notes) == remarks.strip()


def test_control_characters_are_taken_out_of_what_people_type() -> None:
    cliente = Cliente(tipo_documento="6", numero_documento=" 20456789120\n", nombre="A\x00CME\x1b S\tA \u0085C\ud800\n")
    assert (cliente.numero_documento, cliente.nombre) == ("20456789120", "ACME S A C")
    assert clean("e\u0301") == "é"
    assert item(descripcion="dos\nlíneas").descripcion == "dos líneas"


def test_a_stored_document_with_a_character_that_xml_cannot_hold_is_still_built() -> None:
    document = shapes.comprobante()
    odd = document.cliente.model_copy(update={"nombre": "ACME\x00 S.A."})
    element = build(document.model_copy(update={"cliente": odd}))
    assert texts(element, "cac:AccountingCustomerParty//cbc:RegistrationName") == ["ACME S.A."]


def test_a_discount_whose_factor_would_be_too_coarse_shows_none() -> None:
    large = item("1", "1000000", descuento=Decimal("333333.33"))
    charge = build(shapes.of(venta(large))).find("cac:InvoiceLine/cac:AllowanceCharge", NS)
    assert charge is not None
    assert names(charge) == ["ChargeIndicator", "AllowanceChargeReasonCode", "Amount", "BaseAmount"]


def test_guides_of_the_carrier_are_told_from_those_of_the_sender() -> None:
    element = build(shapes.of(venta(guias=("T001-8", "V001-9"))))
    assert texts(element, "cac:DespatchDocumentReference/cbc:DocumentTypeCode") == ["09", "31"]


def test_a_name_of_the_file_and_its_number_have_no_leading_zeros() -> None:
    document: Comprobante = shapes.of(venta(fecha_vencimiento=HOY + timedelta(days=1)))
    assert document.nombre_archivo == "20123456786-01-F001-88"
    assert texts(build(document), "cbc:ID") == ["F001-88"]
