"""SUNAT's rules about dates, customers, series and payment, each with its code (rule sheets of UBL 2.1)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from tests.support.sunat_simulator.paper import Node, reject

_EXPORT = "02"
_AFFECTATIONS = frozenset({"10", "17", "20", "21", "30", "40", *map(str, range(11, 17)), *map(str, range(31, 38))})
_FREE_OF_RATES = frozenset({"9995", "9997", "9998"})
LINES = {"Invoice": "cac:InvoiceLine", "CreditNote": "cac:CreditNoteLine", "DebitNote": "cac:DebitNoteLine"}
TOTALS = {
    "Invoice": "cac:LegalMonetaryTotal",
    "CreditNote": "cac:LegalMonetaryTotal",
    "DebitNote": "cac:RequestedMonetaryTotal",
}
CUSTOMER = "cac:AccountingCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID"
_DEFERRED = timedelta(days=2)


def issue_date(paper: Node) -> date:
    """`IssueDate`.

    Raises:
        Rejection: 1010-like, it is no date.
    """
    try:
        return date.fromisoformat(paper.text("cbc:IssueDate"))
    except ValueError:
        reject(2018, "El dato ingresado como fecha de emision no cumple con el formato")


def check_dates(paper: Node, today: date, days: int) -> None:
    """2329 too far ahead, 2108 too late."""
    issued = issue_date(paper)
    if issued > today + _DEFERRED:
        reject(2329, "La fecha de emision se encuentra fuera del limite permitido")
    if today > issued + timedelta(days=days):
        reject(2108, "Presentacion fuera de fecha")


def check_supplier(paper: Node) -> None:
    """3030 the code of the establishment."""
    address = "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cac:RegistrationAddress"
    if paper.name == "Invoice" and not paper.text(f"{address}/cbc:AddressTypeCode"):
        reject(3030, "El XML no contiene el codigo de local anexo del emisor")


def check_customer(paper: Node) -> None:
    """2800, 2017: the customer of a factura."""
    if paper.text("cbc:InvoiceTypeCode") != "01":
        return
    kind, number = paper.attribute(CUSTOMER, "schemeID"), paper.text(CUSTOMER)
    export = paper.attribute("cbc:InvoiceTypeCode", "listID").startswith(_EXPORT)
    if not export and kind != "6":
        reject(2800, "El dato ingresado en el tipo de documento de identidad del receptor no esta permitido")
    if kind == "6" and not (number.isdecimal() and len(number) == 11):
        reject(2017, "El numero de documento de identidad del receptor debe ser RUC")


def check_reference(paper: Node) -> None:
    """2116, 2399: a note's series follows what it changes."""
    if paper.name == "Invoice":
        return
    serie = paper.text("cbc:ID").partition("-")[0]
    for reference in paper.all("cac:BillingReference/cac:InvoiceDocumentReference"):
        kind = reference.text("cbc:DocumentTypeCode")
        if kind == "01" and not serie.startswith("F"):
            reject(2116, "El tipo de documento modificado por la nota debe ser factura: la serie debe iniciar con F")
        if kind == "03" and not serie.startswith("B"):
            reject(2399, "El tipo de documento modificado por la nota debe ser boleta: la serie debe iniciar con B")


def check_currency(paper: Node) -> None:
    """3088 known, 2071 the same everywhere but for the detraccion, which is in soles (3208)."""
    currency = paper.text("cbc:DocumentCurrencyCode")
    if not (len(currency) == 3 and currency.isalpha() and currency.isupper()):
        reject(3088, "El valor ingresado como moneda no se encuentra en el listado")
    for terms in paper.all("cac:PaymentTerms"):
        if terms.text("cbc:ID") == "Detraccion" and terms.attribute("cbc:Amount", "currencyID") != "PEN":
            reject(3208, "La moneda del monto de la detraccion debe ser PEN")
    deposits = [terms.element for terms in paper.all("cac:PaymentTerms") if terms.text("cbc:ID") == "Detraccion"]
    for element in paper.every():
        if element.get("currencyID", currency) != currency and element.getparent() not in deposits:
            reject(2071, "La moneda debe ser la misma en todo el documento")


def check_lines(paper: Node) -> None:
    """Ids, units, affectations and their own tax: 2023, 2936, 2040, 3110, 3103."""
    lines = paper.all(LINES[paper.name])
    if not lines or len({line.text("cbc:ID") for line in lines}) != len(lines):
        reject(2023, "El Numero de orden del item no cumple con el formato establecido, o se repite")
    for line in lines:
        quantity = _quantity(line)
        if quantity.number(".") <= 0 or not quantity.element.get("unitCode"):
            reject(2936, "El codigo de unidad de medida o la cantidad del item no es valido")
        for tax in line.all("cac:TaxTotal/cac:TaxSubtotal"):
            _check_tax(tax)


def _quantity(line: Node) -> Node:
    for name in ("cbc:InvoicedQuantity", "cbc:CreditedQuantity", "cbc:DebitedQuantity"):
        if (found := line.one(name)) is not None:
            return found
    return reject(2024, "El XML no contiene la cantidad del item")


def _check_tax(tax: Node) -> None:
    scheme = tax.text("cac:TaxCategory/cac:TaxScheme/cbc:ID")
    if scheme in {"2000", "7152", "9999"}:
        return
    affectation = tax.text("cac:TaxCategory/cbc:TaxExemptionReasonCode")
    if affectation not in _AFFECTATIONS:
        reject(2040, "El tipo de afectacion del IGV no existe en el catalogo")
    base, amount = tax.number("cbc:TaxableAmount"), tax.number("cbc:TaxAmount")
    if scheme in _FREE_OF_RATES and amount:
        reject(3110, "El monto de afectacion de IGV por linea debe ser igual a 0.00")
    percent = tax.number("cac:TaxCategory/cbc:Percent")
    if scheme not in _FREE_OF_RATES and abs(base * percent / 100 - amount) > 1:
        reject(3103, "El producto del factor y monto base de la afectacion no corresponde al monto de la linea")


def check_payment(paper: Node) -> None:
    """3244, 3249, 3246, 3257, 3265-3267, 3319: forma de pago and its cuotas, exact to the cent."""
    terms = [each for each in paper.all("cac:PaymentTerms") if each.text("cbc:ID") == "FormaPago"]
    ways = {each.text("cbc:PaymentMeansID"): each for each in terms}
    quotas = [each for way, each in ways.items() if way.startswith("Cuota")]
    if paper.text("cbc:InvoiceTypeCode") == "01" and not ways.keys() & {"Contado", "Credito"}:
        reject(3244, "Debe consignar la informacion del tipo de transaccion del comprobante")
    if paper.name == "CreditNote":
        if paper.text("cac:DiscrepancyResponse/cbc:ResponseCode") == "13" and not ways:
            reject(3257, "Debe consignar la forma de pago de la nota de credito de motivo 13")
        if "Contado" in ways:
            reject(3246, "El tipo de transaccion no es valido en una nota de credito")
    credit = ways.get("Credito")
    if credit is None:
        return
    if not quotas:
        reject(3249, "Debe consignar al menos la informacion de una cuota")
    _check_quotas(paper, credit.number("cbc:Amount"), quotas)


def _check_quotas(paper: Node, pending: Decimal, quotas: list[Node]) -> None:
    total = paper.number(f"{TOTALS[paper.name]}/cbc:PayableAmount")
    if paper.name == "Invoice" and pending > total:
        reject(3265, "El monto neto pendiente de pago no puede ser mayor al total")
    for quota in quotas:
        if quota.number("cbc:Amount") > pending:
            reject(3266, "El monto de la cuota no puede ser mayor al monto pendiente")
        if paper.name == "Invoice" and date.fromisoformat(quota.text("cbc:PaymentDueDate")) <= issue_date(paper):
            reject(3267, "La fecha de vencimiento de la cuota debe ser posterior a la fecha de emision")
    if sum((quota.number("cbc:Amount") for quota in quotas), Decimal(0)) != pending:
        reject(3319, "La suma de las cuotas debe ser igual al monto neto pendiente de pago")


def check_deposit(paper: Node) -> None:
    """3127, 3034, 3035: what an operation with detraccion (1001) must show."""
    if paper.attribute("cbc:InvoiceTypeCode", "listID") != "1001":
        return
    terms = [each for each in paper.all("cac:PaymentTerms") if each.text("cbc:ID") == "Detraccion"]
    if not terms or not terms[0].text("cbc:PaymentMeansID"):
        reject(3127, "El XML no contiene el codigo de bien o servicio sujeto a detraccion")
    means = [each for each in paper.all("cac:PaymentMeans") if each.text("cac:PayeeFinancialAccount/cbc:ID")]
    if not means:
        reject(3034, "El XML no contiene el numero de cuenta de la detraccion")
    if terms[0].number("cbc:Amount") <= 0:
        reject(3035, "El XML no contiene el monto de la detraccion")


CHECKS: tuple[Callable[[Node], None], ...] = (
    check_supplier,
    check_customer,
    check_reference,
    check_currency,
    check_lines,
    check_deposit,
    check_payment,
)
"""In the order of the sheets; the first that does not hold is the answer."""
