"""What an invoice's own XML says, and that it beats what was read."""

import pytest

from ocr_engine.evidence import Evidence
from ocr_engine.local.lumis.embedded import read_embedded
from ocr_engine.validation import validate
from shared.contracts.faults import XML_DIFFERS
from shared.contracts.odoo import ODOO_INVOICE
from shared.contracts.reading import ReadField, Reading

CII = """<?xml version="1.0" encoding="UTF-8"?>
<r:CrossIndustryInvoice xmlns:r="urn:r" xmlns:a="urn:a" xmlns:u="urn:u">
 <r:ExchangedDocument><a:ID>FA-7</a:ID>
  <a:IssueDateTime><u:DateTimeString format="102">20250131</u:DateTimeString></a:IssueDateTime></r:ExchangedDocument>
 <r:SupplyChainTradeTransaction>
  <a:IncludedSupplyChainTradeLineItem>
   <a:SpecifiedTradeProduct><a:Name>Café molido</a:Name></a:SpecifiedTradeProduct>
   <a:SpecifiedLineTradeAgreement><a:NetPriceProductTradePrice><a:ChargeAmount>525.0000</a:ChargeAmount>
    <a:BasisQuantity>100.0000</a:BasisQuantity></a:NetPriceProductTradePrice></a:SpecifiedLineTradeAgreement>
   <a:SpecifiedLineTradeDelivery><a:BilledQuantity>2.0000</a:BilledQuantity></a:SpecifiedLineTradeDelivery>
   <a:SpecifiedLineTradeSettlement><a:SpecifiedTradeSettlementLineMonetarySummation>
    <a:LineTotalAmount>10.50</a:LineTotalAmount></a:SpecifiedTradeSettlementLineMonetarySummation>
   </a:SpecifiedLineTradeSettlement>
  </a:IncludedSupplyChainTradeLineItem>
  <a:ApplicableHeaderTradeAgreement><a:SellerTradeParty><a:Name>Tostadores Unidos</a:Name>
   <a:PostalTradeAddress><a:LineOne>Calle 5</a:LineOne><a:CityName>Boquete</a:CityName></a:PostalTradeAddress>
   <a:SpecifiedTaxRegistration><a:ID schemeID="VA">DE123456789</a:ID></a:SpecifiedTaxRegistration>
  </a:SellerTradeParty></a:ApplicableHeaderTradeAgreement>
  <a:ApplicableHeaderTradeSettlement><a:SpecifiedTradeSettlementHeaderMonetarySummation>
   <a:TaxTotalAmount>0.74</a:TaxTotalAmount><a:GrandTotalAmount>11.24</a:GrandTotalAmount>
  </a:SpecifiedTradeSettlementHeaderMonetarySummation></a:ApplicableHeaderTradeSettlement>
 </r:SupplyChainTradeTransaction>
</r:CrossIndustryInvoice>"""

UBL = """<Invoice xmlns="urn:i" xmlns:b="urn:b" xmlns:g="urn:g">
 <b:ID>B-9</b:ID><b:IssueDate>2025-02-03</b:IssueDate>
 <g:AccountingSupplierParty><g:Party>
  <g:PartyTaxScheme><b:CompanyID>2679372-1-844914</b:CompanyID></g:PartyTaxScheme>
  <g:PartyLegalEntity><b:RegistrationName>Istmo, S.A.</b:RegistrationName></g:PartyLegalEntity>
 </g:Party></g:AccountingSupplierParty>
 <g:TaxTotal><b:TaxAmount>0.70</b:TaxAmount></g:TaxTotal>
 <g:LegalMonetaryTotal><b:TaxInclusiveAmount>10.70</b:TaxInclusiveAmount></g:LegalMonetaryTotal>
 <g:InvoiceLine><b:InvoicedQuantity>4</b:InvoicedQuantity><b:LineExtensionAmount>10.00</b:LineExtensionAmount>
  <g:Item><b:Name>Clavos</b:Name></g:Item><g:Price><b:PriceAmount>2.5</b:PriceAmount></g:Price></g:InvoiceLine>
</Invoice>"""

DGI = """<rFE xmlns="urn:dgi"><dId>FE01200002679372-1-844914-7300002025051500311570140020317481978892</dId>
 <gDGen><dNroDF>0031157014</dNroDF><dFechaEm>2025-05-15T10:00:00-05:00</dFechaEm>
  <gEmis><gRucEmi><dRuc>2679372-1-844914</dRuc><dDV>73</dDV></gRucEmi><dNombEm>Istmo, S.A.</dNombEm></gEmis></gDGen>
 <gItem><dDescProd>Visita</dDescProd><dCantCodInt>1.50</dCantCodInt>
  <gPrecios><dPrUnit>1200.00</dPrUnit><dPrItem>1800.00</dPrItem></gPrecios></gItem>
 <gTot><dTotITBMS>126.00</dTotITBMS><dVTot>1926.00</dVTot></gTot></rFE>"""


def field(value: str | None) -> ReadField:
    return ReadField(value=value, raw=value or "", confidence=0.8, page=0, source="gemini") if value else ReadField()


def test_a_factur_x_gives_header_and_lines_with_the_price_of_one_piece() -> None:
    embedded = read_embedded(CII)
    assert embedded is not None
    assert embedded.fields == {
        "invoice_number": "FA-7",
        "date": "2025-01-31",
        "issuer_name": "Tostadores Unidos",
        "issuer_address": "Calle 5, Boquete",
        "total": "11.24",
        "tot_itbms": "0.74",
    }
    assert embedded.items == ({"name": "Café molido", "quantity": "2", "unit_price": "5.25", "total_price": "10.50"},)


def test_a_ubl_invoice_gives_the_ruc_where_the_sellers_number_is_one() -> None:
    embedded = read_embedded(UBL)
    assert embedded is not None
    assert embedded.fields["ruc"] == "2679372-1-844914"
    assert (embedded.fields["total"], embedded.fields["date"]) == ("10.70", "2025-02-03")
    assert embedded.items == ({"name": "Clavos", "quantity": "4", "unit_price": "2.50", "total_price": "10.00"},)


def test_the_dgis_own_invoice_gives_every_mandatory_field() -> None:
    embedded = read_embedded(DGI)
    assert embedded is not None
    wanted = {"ruc": "2679372-1-844914", "dv": "73", "invoice_number": "0031157014", "total": "1926.00"}
    assert wanted.items() <= embedded.fields.items()
    assert embedded.items[0]["quantity"] == "1.5"


@pytest.mark.parametrize(
    "xml",
    [
        None,
        "",
        "<Invoice",
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        '<!DOCTYPE Invoice [<!ENTITY a "aaaa">]><Invoice><ID>&a;</ID></Invoice>',
    ],
)
def test_other_or_hostile_xml_says_nothing(xml: str | None) -> None:
    assert read_embedded(xml) is None


def test_the_xml_beats_what_a_model_read_and_keeps_the_place_on_the_page() -> None:
    line = {
        "name": field("Cafe molldo"),
        "quantity": field("2"),
        "unit_price": field("5.25"),
        "total_price": field("10.60"),
    }
    read = Reading(
        schema_name="lumis",
        provider="gemini",
        fields={"invoice_number": field("FA-7"), "total": field("11.42"), "ruc": field("2679372-1-844914")},
        items=(line,),
    )
    checked = validate(read, Evidence(1, 1, xml=CII))
    assert checked.value("total") == "11.24"
    assert checked.fields["total"].source == "xml"
    assert "11.42" in {each.value for each in checked.fields["total"].candidates}
    assert (checked.fields["invoice_number"].source, checked.fields["invoice_number"].page) == ("xml", 0)
    assert checked.value("ruc") == "2679372-1-844914"
    assert [checked.items[0][key].value for key in ("name", "total_price")] == ["Café molido", "10.50"]
    assert XML_DIFFERS in checked.warnings


def test_an_xml_that_says_the_same_raises_no_warning() -> None:
    read = Reading(
        schema_name="lumis", provider="gemini", fields={"total": field("11.240"), "date": field("2025-01-31")}
    )
    assert XML_DIFFERS not in validate(read, Evidence(1, 1, xml=CII)).warnings


UBL_CREDIT = """<CreditNote xmlns="urn:c" xmlns:b="urn:b" xmlns:g="urn:g">
 <b:ID>C-3</b:ID><b:IssueDate>2025-03-04</b:IssueDate><b:CreditNoteTypeCode>381</b:CreditNoteTypeCode>
 <b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode><g:OrderReference><b:ID>PO-9</b:ID></g:OrderReference>
 <g:AccountingSupplierParty><g:Party><g:PostalAddress><g:Country><b:IdentificationCode>NL</b:IdentificationCode></g:Country>
  </g:PostalAddress><g:PartyTaxScheme><b:CompanyID>NL004495445B01</b:CompanyID></g:PartyTaxScheme>
  <g:PartyLegalEntity><b:RegistrationName>Van Esch B.V.</b:RegistrationName></g:PartyLegalEntity></g:Party>
 </g:AccountingSupplierParty>
 <g:AccountingCustomerParty><g:Party><g:PartyLegalEntity><b:RegistrationName>De Korenaar</b:RegistrationName>
  </g:PartyLegalEntity></g:Party></g:AccountingCustomerParty>
 <g:PaymentMeans><b:PaymentID>REF 7</b:PaymentID><g:PayeeFinancialAccount><b:ID>NL91 ABNA 0417 1643 00</b:ID>
  </g:PayeeFinancialAccount></g:PaymentMeans>
 <g:TaxTotal><b:TaxAmount currencyID="EUR">2.10</b:TaxAmount><g:TaxSubtotal><b:TaxableAmount>10.00</b:TaxableAmount>
  <b:TaxAmount>2.10</b:TaxAmount><g:TaxCategory><b:Percent>21</b:Percent></g:TaxCategory></g:TaxSubtotal></g:TaxTotal>
 <g:LegalMonetaryTotal><b:TaxExclusiveAmount>10.00</b:TaxExclusiveAmount>
  <b:TaxInclusiveAmount>12.10</b:TaxInclusiveAmount></g:LegalMonetaryTotal>
 <g:CreditNoteLine><b:CreditedQuantity unitCode="HUR">2</b:CreditedQuantity>
  <b:LineExtensionAmount>10.00</b:LineExtensionAmount><g:Item><b:Name>Zetwerk</b:Name>
  <g:ClassifiedTaxCategory><b:Percent>21</b:Percent></g:ClassifiedTaxCategory></g:Item>
  <g:Price><b:PriceAmount>5.00</b:PriceAmount></g:Price></g:CreditNoteLine>
</CreditNote>"""

TWO_CURRENCIES = """<CrossIndustryInvoice xmlns="urn:r"><ExchangedDocument><ID>1</ID></ExchangedDocument>
 <SupplyChainTradeTransaction><ApplicableHeaderTradeSettlement><InvoiceCurrencyCode>GBP</InvoiceCurrencyCode>
  <SpecifiedTradeSettlementHeaderMonetarySummation><TaxTotalAmount currencyID="EUR">190.00</TaxTotalAmount>
   <TaxTotalAmount currencyID="GBP">163.16</TaxTotalAmount></SpecifiedTradeSettlementHeaderMonetarySummation>
 </ApplicableHeaderTradeSettlement></SupplyChainTradeTransaction></CrossIndustryInvoice>"""


def printed(**values: str) -> Reading:
    return Reading(
        schema_name=ODOO_INVOICE, provider="local", fields={key: field(value) for key, value in values.items()}
    )


def test_a_credit_note_in_ubl_fills_every_field_of_an_invoice() -> None:
    read = validate(printed(total="12.10", supplier="Drukkerij"), Evidence(1, 1, xml=UBL_CREDIT))
    wanted = {
        "type": "refund",
        "invoice_id": "C-3",
        "date": "2025-03-04",
        "currency": "EUR",
        "supplier": "Van Esch B.V.",
        "supplier_vat": "NL004495445B01",
        "supplier_country": "NL",
        "client": "De Korenaar",
        "subtotal": "10.00",
        "total_tax_amount": "2.10",
        "total": "12.10",
        "iban": "NL91ABNA0417164300",
        "payment_ref": "REF 7",
    }
    assert {key: read.value(key) for key in wanted} == wanted
    assert read.tables["purchase_orders"][0]["number"].value == "PO-9"
    assert [cell.value for cell in read.tables["taxes"][0].values()] == ["21", "10.00", "2.10"]
    line = {key: cell.value for key, cell in read.items[0].items()}
    assert (line["description"], line["unit"], line["quantity"], line["total"]) == ("Zetwerk", "h", "2", "12.10")
    assert read.fields["total"].page == 0
    assert not read.warnings


@pytest.mark.parametrize("provider", ["local", "gemini"])
def test_an_xml_that_says_otherwise_than_the_print_wins_with_a_warning(provider: str) -> None:
    reading = printed(total="13.00").model_copy(update={"provider": provider})
    read = validate(reading, Evidence(1, 1, xml=UBL_CREDIT))
    assert (read.value("total"), read.fields["total"].source) == ("12.10", "xml")
    assert read.warnings == (XML_DIFFERS,)


def test_the_tax_is_taken_in_the_invoices_own_currency() -> None:
    assert validate(printed(), Evidence(1, 1, xml=TWO_CURRENCIES)).value("total_tax_amount") == "163.16"
