"""SummaryDocuments 1.1 (RC) and VoidedDocuments 1.0 (RA), whole: UBL 2.0 with SUNAT's own elements."""

from decimal import Decimal

from lxml import etree

from sunat_emitter.documents.model import Emisor
from sunat_emitter.documents.summary import Baja, LineaBaja, LineaResumen, Resumen
from sunat_emitter.documents.taxes import ICBPER, IGV, ISC, IVAP, OTROS, SCHEMES, TASA_IVAP
from sunat_emitter.documents.text import writable
from sunat_emitter.documents.ubl import party
from sunat_emitter.documents.ubl.tree import Element, amount, group, leaf, root

_SUNAT = "urn:sunat:names:specification:ubl:peru:schema:xsd:"
SAC = f"{_SUNAT}SunatAggregateComponents-1"
_SAC = f"{{{SAC}}}"
_RUC = "6"
_LONGEST_NAME = 100
"""Characters of the issuer's name in these documents (2228); in comprobantes it may be longer."""


def build_summary(resumen: Resumen) -> Element:
    """An RC's tree, unsigned; its first `ExtensionContent` is empty for the signature."""
    element = root("SummaryDocuments", f"{_SUNAT}SummaryDocuments-1", sac=SAC)
    _head(element, resumen, "1.1")
    for number, linea in enumerate(resumen.lineas, 1):
        _summary_line(element, number, linea)
    return element


def build_voiding(baja: Baja) -> Element:
    """An RA's tree, unsigned; its first `ExtensionContent` is empty for the signature."""
    element = root("VoidedDocuments", f"{_SUNAT}VoidedDocuments-1", sac=SAC)
    _head(element, baja, "1.0")
    for number, linea in enumerate(baja.lineas, 1):
        _voiding_line(element, number, linea)
    return element


def _head(element: Element, envio: Resumen | Baja, version: str) -> None:
    leaf(element, "UBLVersionID", "2.0")
    leaf(element, "CustomizationID", version)
    leaf(element, "ID", envio.identificador)
    leaf(element, "ReferenceDate", envio.fecha_referencia.isoformat())
    leaf(element, "IssueDate", envio.fecha_generacion.isoformat())
    party.signatory(element, envio.emisor)
    _supplier(element, envio.emisor)


def _supplier(element: Element, emisor: Emisor) -> None:
    supplier = group(element, "AccountingSupplierParty")
    leaf(supplier, "CustomerAssignedAccountID", emisor.ruc)
    leaf(supplier, "AdditionalAccountID", _RUC)
    entity = group(group(supplier, "Party"), "PartyLegalEntity")
    leaf(entity, "RegistrationName", emisor.razon_social[:_LONGEST_NAME].rstrip())


def _summary_line(parent: Element, number: int, linea: LineaResumen) -> None:
    element = etree.SubElement(parent, f"{_SAC}SummaryDocumentsLine")
    leaf(element, "LineID", str(number))
    leaf(element, "DocumentTypeCode", linea.tipo)
    leaf(element, "ID", linea.numero_completo)
    if linea.receptor is not None:
        customer = group(element, "AccountingCustomerParty")
        leaf(customer, "CustomerAssignedAccountID", linea.receptor.numero_documento)
        leaf(customer, "AdditionalAccountID", linea.receptor.tipo_documento)
    if linea.referencia is not None:
        changed = group(group(element, "BillingReference"), "InvoiceDocumentReference")
        leaf(changed, "ID", f"{linea.referencia.serie}-{linea.referencia.numero}")
        leaf(changed, "DocumentTypeCode", linea.referencia.tipo)
    leaf(group(element, "Status"), "ConditionCode", linea.condicion)
    etree.SubElement(element, f"{_SAC}TotalAmount", currencyID=linea.moneda).text = f"{linea.total:.2f}"
    _values(element, linea)
    _taxes(element, linea)


def _values(element: Element, linea: LineaResumen) -> None:
    """What was sold of each kind (catalog 11), then charges."""
    for code, value in (
        ("01", linea.gravado),
        ("02", linea.exonerado),
        ("03", linea.inafecto),
        ("04", linea.exportacion),
        ("05", linea.gratuito),
    ):
        if value:
            payment = etree.SubElement(element, f"{_SAC}BillingPayment")
            amount(payment, "PaidAmount", value, linea.moneda)
            leaf(payment, "InstructionID", code)
    if linea.otros_cargos:
        charge = group(element, "AllowanceCharge")
        leaf(charge, "ChargeIndicator", "true")
        amount(charge, "Amount", linea.otros_cargos, linea.moneda)


def _taxes(element: Element, linea: LineaResumen) -> None:
    """The IGV always, were it 0 (2278); of the others those that are there."""
    for code, tax, rate in (
        (IGV, linea.igv, linea.tasa_igv if linea.igv else None),
        (IVAP, linea.ivap, TASA_IVAP),
        (ISC, linea.isc, None),
        (ICBPER, linea.icbper, None),
        (OTROS, linea.otros_tributos, None),
    ):
        if tax or code == IGV:
            _tax(element, code, tax, rate, linea.moneda)


def _tax(element: Element, code: str, tax: Decimal, rate: Decimal | None, currency: str) -> None:
    whole = group(element, "TaxTotal")
    amount(whole, "TaxAmount", tax, currency)
    subtotal = group(whole, "TaxSubtotal")
    amount(subtotal, "TaxAmount", tax, currency)
    category = group(subtotal, "TaxCategory")
    if rate is not None:
        leaf(category, "Percent", f"{rate:f}")
    scheme = group(category, "TaxScheme")
    leaf(scheme, "ID", code)
    leaf(scheme, "Name", SCHEMES[code].nombre)
    leaf(scheme, "TaxTypeCode", SCHEMES[code].tipo)


def _voiding_line(parent: Element, number: int, linea: LineaBaja) -> None:
    element = etree.SubElement(parent, f"{_SAC}VoidedDocumentsLine")
    leaf(element, "LineID", str(number))
    leaf(element, "DocumentTypeCode", linea.tipo)
    etree.SubElement(element, f"{_SAC}DocumentSerialID").text = linea.serie
    etree.SubElement(element, f"{_SAC}DocumentNumberID").text = str(linea.numero)
    etree.SubElement(element, f"{_SAC}VoidReasonDescription").text = writable(linea.motivo)
