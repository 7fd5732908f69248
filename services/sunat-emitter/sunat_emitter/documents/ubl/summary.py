"""SummaryDocuments 1.1 (RC) and VoidedDocuments 1.0 (RA), whole: UBL 2.0 with SUNAT's own elements."""

from decimal import Decimal

from lxml import etree

from sunat_emitter.documents.model import Emisor
from sunat_emitter.documents.summary import Baja, LineaRA, LineaRC, Resumen
from sunat_emitter.documents.taxes import ICBPER, IGV, ISC, IVAP, OTROS, SCHEMES
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


def _summary_line(parent: Element, number: int, linea: LineaRC) -> None:
    element = etree.SubElement(parent, f"{_SAC}SummaryDocumentsLine")
    leaf(element, "LineID", str(number))
    leaf(element, "DocumentTypeCode", linea.tipo)
    leaf(element, "ID", linea.numero_completo)
    if linea.nombrado is not None:
        customer = group(element, "AccountingCustomerParty")
        leaf(customer, "CustomerAssignedAccountID", linea.nombrado.numero_documento)
        leaf(customer, "AdditionalAccountID", linea.nombrado.tipo_documento)
    if linea.referencia is not None:
        changed = group(group(element, "BillingReference"), "InvoiceDocumentReference")
        leaf(changed, "ID", f"{linea.referencia.serie}-{linea.referencia.numero}")
        leaf(changed, "DocumentTypeCode", linea.referencia.tipo)
    leaf(group(element, "Status"), "ConditionCode", linea.condicion)
    etree.SubElement(element, f"{_SAC}TotalAmount", currencyID=linea.moneda).text = f"{linea.totales.total:.2f}"
    _values(element, linea)
    _taxes(element, linea)


def _values(element: Element, linea: LineaRC) -> None:
    """What was sold of each kind (catalog 11), then charges."""
    for code, value in (
        ("01", linea.gravado),
        ("02", linea.totales.exonerado),
        ("03", linea.totales.inafecto),
        ("04", linea.totales.exportacion),
        ("05", linea.totales.gratuito),
    ):
        if value:
            payment = etree.SubElement(element, f"{_SAC}BillingPayment")
            amount(payment, "PaidAmount", value, linea.moneda)
            leaf(payment, "InstructionID", code)
    if linea.totales.otros_cargos:
        charge = group(element, "AllowanceCharge")
        leaf(charge, "ChargeIndicator", "true")
        amount(charge, "Amount", linea.totales.otros_cargos, linea.moneda)


def _taxes(element: Element, linea: LineaRC) -> None:
    """The IGV always, were it 0 (2278); of the others those that are there."""
    for code, tax in (
        (IGV, linea.totales.igv),
        (IVAP, linea.totales.ivap),
        (ISC, linea.totales.isc),
        (ICBPER, linea.totales.icbper),
        (OTROS, linea.totales.otros_tributos),
    ):
        if tax or code == IGV:
            _tax(element, code, tax, linea.moneda)


def _tax(element: Element, code: str, tax: Decimal, currency: str) -> None:
    whole = group(element, "TaxTotal")
    amount(whole, "TaxAmount", tax, currency)
    subtotal = group(whole, "TaxSubtotal")
    amount(subtotal, "TaxAmount", tax, currency)
    scheme = group(group(subtotal, "TaxCategory"), "TaxScheme")
    leaf(scheme, "ID", code)
    leaf(scheme, "Name", SCHEMES[code].nombre)
    leaf(scheme, "TaxTypeCode", SCHEMES[code].tipo)


def _voiding_line(parent: Element, number: int, linea: LineaRA) -> None:
    element = etree.SubElement(parent, f"{_SAC}VoidedDocumentsLine")
    leaf(element, "LineID", str(number))
    leaf(element, "DocumentTypeCode", linea.tipo)
    etree.SubElement(element, f"{_SAC}DocumentSerialID").text = linea.serie
    etree.SubElement(element, f"{_SAC}DocumentNumberID").text = str(linea.numero)
    etree.SubElement(element, f"{_SAC}VoidReasonDescription").text = writable(linea.motivo)
