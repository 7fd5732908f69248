"""Somebody else's factura, boleta or note as the stored shape of ours; its figures are those that its XML states."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pydantic import ValidationError

from sunat_emitter.documents.model import (
    Comprobante,
    Cuota,
    Detraccion,
    FormaPago,
    Leyenda,
    Referencia,
    TipoComprobante,
)
from sunat_emitter.documents.ubl.tree import Element
from sunat_emitter.importacion.lines import adjustments, line
from sunat_emitter.importacion.nodes import Unreadable, amount, attribute, cents, day, every, moment, text
from sunat_emitter.importacion.parties import customer, issuer
from sunat_emitter.importacion.totals import totals

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_NUMBER = re.compile(r"([A-Z0-9]{4})-0*([1-9][0-9]{0,7})")
_INVOICES = frozenset({"01", "03"})
_MOST_LINES = 5_000
_TERMS = "cac:PaymentTerms"


@dataclass(frozen=True)
class Kind:
    """How one root element names its parts."""

    tipo: TipoComprobante | None
    """None where the document says it itself."""
    line: str
    quantity: str
    sums: str = "LegalMonetaryTotal"


KINDS: Mapping[str, Kind] = {
    f"{{{_UBL}Invoice-2}}Invoice": Kind(None, "InvoiceLine", "InvoicedQuantity"),
    f"{{{_UBL}CreditNote-2}}CreditNote": Kind("07", "CreditNoteLine", "CreditedQuantity"),
    f"{{{_UBL}DebitNote-2}}DebitNote": Kind("08", "DebitNoteLine", "DebitedQuantity", "RequestedMonetaryTotal"),
}
"""By the root's name."""


def read(document: Element) -> Comprobante:
    """The document of this tree.

    Raises:
        Unreadable: what it is, or an amount, cannot be made out; says what, for the user.
    """
    kind = KINDS[document.tag]
    if text(document, "cbc:UBLVersionID").startswith("2.0"):
        raise Unreadable("es UBL 2.0, el formato anterior a 2019: guárdelo aparte, no se puede importar")
    try:
        return _read(document, kind)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise Unreadable(f"no se entiende el dato {place}") from None


def _read(document: Element, kind: Kind) -> Comprobante:
    serie, numero = numbered(text(document, "cbc:ID"))
    issued = day(document, "cbc:IssueDate")
    if issued is None:
        raise Unreadable("no dice su fecha de emisión (IssueDate)")
    tipo = kind.tipo or _type(document)
    elements = every(document, f"cac:{kind.line}")
    if not 0 < len(elements) <= _MOST_LINES:
        raise Unreadable(f"tiene {len(elements)} líneas")
    lineas = tuple(line(each, position, kind.quantity) for position, each in enumerate(elements, 1))
    ajustes = adjustments(document)
    leyendas, observaciones = _notes(document)
    return Comprobante(
        tipo=tipo,
        serie=serie,
        numero=numero,
        fecha_emision=issued,
        hora_emision=moment(document, "cbc:IssueTime"),
        fecha_vencimiento=day(document, "cbc:DueDate"),
        tipo_operacion=attribute(document, "cbc:InvoiceTypeCode", "listID") or "0101",
        moneda=text(document, "cbc:DocumentCurrencyCode")
        or attribute(document, f"cac:{kind.sums}/cbc:PayableAmount", "currencyID")
        or "PEN",
        emisor=issuer(document),
        cliente=customer(document),
        lineas=lineas,
        ajustes=ajustes,
        totales=totals(document, kind.sums, lineas, ajustes),
        leyendas=leyendas,
        forma_pago=_payment(document, tipo),
        detraccion=_deposit(document),
        referencia=_reference(document) if kind.tipo else None,
        orden_compra=text(document, "cac:OrderReference/cbc:ID"),
        guias=tuple(text(each, "cbc:ID") for each in every(document, "cac:DespatchDocumentReference")),
        observaciones=observaciones,
    )


def numbered(written: str) -> tuple[str, int]:
    """Series and number out of `F001-00000088`. Raises Unreadable."""
    found = _NUMBER.fullmatch(written.upper())
    if found is None:
        raise Unreadable(f"«{written[:20]}» no es serie y número (ID)")
    return found[1], int(found[2])


def _type(document: Element) -> TipoComprobante:
    written = text(document, "cbc:InvoiceTypeCode")
    if written not in _INVOICES:
        raise Unreadable(f"el tipo «{written[:20]}» no es factura (01) ni boleta (03)")
    return cast("TipoComprobante", written)


def _notes(document: Element) -> tuple[tuple[Leyenda, ...], str]:
    """Legends by their code, and what else is remarked."""
    legends, remarks = [], []
    for each in every(document, "cbc:Note"):
        code, words = each.get("languageLocaleID", ""), text(each, ".")
        if code and words:
            legends.append(Leyenda(codigo=code, texto=words))
        elif words:
            remarks.append(words)
    return tuple(legends), " ".join(remarks)


def _payment(document: Element, tipo: TipoComprobante) -> FormaPago | None:
    terms = [each for each in every(document, _TERMS) if text(each, "cbc:ID") == "FormaPago"]
    if not terms:
        return None
    means = {text(each, "cbc:PaymentMeansID"): each for each in terms}
    credit = means.get("Credito")
    cuotas = tuple(
        Cuota(monto=cents(amount(each, "cbc:Amount")), vencimiento=due)
        for name, each in means.items()
        if name.startswith("Cuota") and (due := day(each, "cbc:PaymentDueDate"))
    )
    if credit is None:
        return FormaPago(credito=tipo == "07" and bool(cuotas), cuotas=cuotas)
    return FormaPago(credito=True, pendiente=cents(amount(credit, "cbc:Amount")), cuotas=cuotas)


def _deposit(document: Element) -> Detraccion | None:
    terms = next((each for each in every(document, _TERMS) if text(each, "cbc:ID") == "Detraccion"), None)
    if terms is None:
        return None
    means = next((each for each in every(document, "cac:PaymentMeans")), terms)
    return Detraccion(
        codigo=text(terms, "cbc:PaymentMeansID"),
        porcentaje=amount(terms, "cbc:PaymentPercent"),
        monto=cents(amount(terms, "cbc:Amount")),
        cuenta=text(means, "cac:PayeeFinancialAccount/cbc:ID"),
        medio_pago=text(means, "cbc:PaymentMeansCode") or "001",
    )


def _reference(document: Element) -> Referencia:
    """What a note changes. Raises Unreadable: it does not say."""
    invoice = next(iter(every(document, "cac:BillingReference/cac:InvoiceDocumentReference")), None)
    response = next(iter(every(document, "cac:DiscrepancyResponse")), None)
    if invoice is None or response is None:
        raise Unreadable("es una nota y no dice qué comprobante modifica (BillingReference, DiscrepancyResponse)")
    serie, numero = numbered(text(invoice, "cbc:ID"))
    tipo = text(invoice, "cbc:DocumentTypeCode") or ("03" if serie.startswith("B") else "01")
    return Referencia(
        tipo=cast("TipoComprobante", tipo),  # the model refuses any other
        serie=serie,
        numero=numero,
        motivo_codigo=text(response, "cbc:ResponseCode") or "01",
        motivo=text(response, "cbc:Description"),
    )


def is_comprobante(document: Element) -> bool:
    """Whether the root is a factura's, boleta's or note's."""
    return document.tag in KINDS
