"""Invoice, CreditNote and DebitNote, whole."""

import textwrap

from sunat_emitter.documents.model import Comprobante, Referencia
from sunat_emitter.documents.ubl import charges, party, terms
from sunat_emitter.documents.ubl.line import line
from sunat_emitter.documents.ubl.tree import Element, group, leaf, root

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_LONGEST_NOTE = 200
"""Characters (3006)."""
_GUIA_REMITENTE, _GUIA_TRANSPORTISTA = "09", "31"
"""Catalog 01."""


def build(comprobante: Comprobante) -> Element:
    """The document's tree, unsigned; its first `ExtensionContent` is empty for the signature."""
    if comprobante.tipo == "07":
        return _credit_note(comprobante)
    if comprobante.tipo == "08":
        return _debit_note(comprobante)
    return _invoice(comprobante)


def _invoice(comprobante: Comprobante) -> Element:
    element = root("Invoice", f"{_UBL}Invoice-2")
    _identity(element, comprobante)
    if comprobante.fecha_vencimiento:
        leaf(element, "DueDate", comprobante.fecha_vencimiento.isoformat())
    leaf(element, "InvoiceTypeCode", comprobante.tipo, listID=comprobante.tipo_operacion)
    _notes(element, comprobante)
    _references(element, comprobante)
    _parties(element, comprobante)
    if comprobante.detraccion:
        terms.deposit_means(element, comprobante.detraccion)
        terms.deposit_terms(element, comprobante.detraccion)
    if comprobante.forma_pago:
        terms.payment_terms(element, comprobante.forma_pago, comprobante.moneda)
    charges.adjustments(element, comprobante.ajustes, comprobante.moneda)
    _figures(element, comprobante, "LegalMonetaryTotal", "InvoiceLine", "InvoicedQuantity")
    return element


def _credit_note(comprobante: Comprobante) -> Element:
    element = root("CreditNote", f"{_UBL}CreditNote-2")
    _identity(element, comprobante)
    _notes(element, comprobante)
    _changed(element, comprobante.referencia)
    _references(element, comprobante)
    _parties(element, comprobante)
    if comprobante.forma_pago:
        terms.payment_terms(element, comprobante.forma_pago, comprobante.moneda)
    _figures(element, comprobante, "LegalMonetaryTotal", "CreditNoteLine", "CreditedQuantity")
    return element


def _debit_note(comprobante: Comprobante) -> Element:
    element = root("DebitNote", f"{_UBL}DebitNote-2")
    _identity(element, comprobante)
    _notes(element, comprobante)
    _changed(element, comprobante.referencia)
    _references(element, comprobante)
    _parties(element, comprobante)
    _figures(element, comprobante, "RequestedMonetaryTotal", "DebitNoteLine", "DebitedQuantity")
    return element


def _identity(element: Element, comprobante: Comprobante) -> None:
    leaf(element, "UBLVersionID", "2.1")
    leaf(element, "CustomizationID", "2.0")
    leaf(element, "ID", comprobante.numero_completo)
    leaf(element, "IssueDate", comprobante.fecha_emision.isoformat())
    leaf(element, "IssueTime", comprobante.hora_emision.strftime("%H:%M:%S"))


def _notes(element: Element, comprobante: Comprobante) -> None:
    for leyenda in comprobante.leyendas:
        leaf(element, "Note", leyenda.texto, languageLocaleID=leyenda.codigo)
    for part in textwrap.wrap(comprobante.observaciones, _LONGEST_NOTE):
        leaf(element, "Note", part)
    leaf(element, "DocumentCurrencyCode", comprobante.moneda)


def _changed(element: Element, referencia: Referencia | None) -> None:
    if referencia is None:
        return
    number = f"{referencia.serie}-{referencia.numero}"
    response = group(element, "DiscrepancyResponse")
    leaf(response, "ReferenceID", number)
    leaf(response, "ResponseCode", referencia.motivo_codigo)
    leaf(response, "Description", referencia.motivo)


def _references(element: Element, comprobante: Comprobante) -> None:
    if comprobante.orden_compra:
        leaf(group(element, "OrderReference"), "ID", comprobante.orden_compra)
    if comprobante.referencia:
        invoice = group(group(element, "BillingReference"), "InvoiceDocumentReference")
        leaf(invoice, "ID", f"{comprobante.referencia.serie}-{comprobante.referencia.numero}")
        leaf(invoice, "DocumentTypeCode", comprobante.referencia.tipo)
    for guia in comprobante.guias:
        despatch = group(element, "DespatchDocumentReference")
        leaf(despatch, "ID", guia)
        leaf(despatch, "DocumentTypeCode", _GUIA_TRANSPORTISTA if guia.startswith("V") else _GUIA_REMITENTE)


def _parties(element: Element, comprobante: Comprobante) -> None:
    party.signatory(element, comprobante.emisor)
    party.supplier(element, comprobante.emisor)
    party.customer(element, comprobante.cliente)


def _figures(element: Element, comprobante: Comprobante, total: str, name: str, quantity: str) -> None:
    charges.document_taxes(element, comprobante)
    charges.sums(element, total, comprobante.totales, comprobante.moneda)
    for linea in comprobante.lineas:
        line(element, name, quantity, linea, comprobante.moneda)
