"""SUNAT's sums with its tolerance: one unit of the currency, but for ICBPER, line bases and cuotas, which are exact."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from tests.support.sunat_simulator.paper import Node, reject
from tests.support.sunat_simulator.rules import LINES, TOTALS, _quantity

TOLERANCE = Decimal(1)
_ZERO = Decimal(0)
GRAVADO, IVAP, ISC, ICBPER, GRATUITO = "1000", "1016", "2000", "7152", "9996"
_BASES = {"9995": 3273, "9998": 3274, "9997": 3275, GRATUITO: 3276, GRAVADO: 3277, IVAP: 3277}
"""Catalog 05: the code of the sum that does not hold."""
_AFFECTATIONS = frozenset({GRAVADO, IVAP, GRATUITO, "9995", "9997", "9998"})
"""Taxes of the IGV's kind, of which each line has one."""


@dataclass(frozen=True)
class Line:
    """A line's figures."""

    value: Decimal
    quantity: Decimal
    price: Decimal
    shown_price: Decimal
    free: bool
    base_discounts: Decimal
    """Less base charges: codes 00, 47."""
    other_discounts: Decimal
    """Less other charges: codes 01, 48."""
    tax_total: Decimal
    taxes: tuple[tuple[str, Decimal, Decimal, Decimal], ...]
    """Scheme, base, amount, percent."""

    @property
    def scheme(self) -> str:
        """The IGV-like one."""
        return next((scheme for scheme, *_ in self.taxes if scheme not in {ISC, ICBPER, "9999"}), "")

    def tax(self, *schemes: str) -> Decimal:
        """Sum of the amounts of these schemes."""
        return sum((amount for scheme, _, amount, _ in self.taxes if scheme in schemes), _ZERO)


def _off(found: Decimal, expected: Decimal) -> bool:
    return abs(found - expected) > TOLERANCE


def check_sums(paper: Node) -> None:
    """Every sum of a document.

    Raises:
        Rejection: the first that does not hold.
    """
    lines = [_line(each) for each in paper.all(LINES[paper.name])]
    for line in lines:
        _check_line(line, note=paper.name != "Invoice")
        if not _corrects_payment(paper) and not any(
            base > 0 and scheme in _AFFECTATIONS for scheme, base, *_ in line.taxes
        ):
            reject(3105, "El XML debe contener al menos un tributo por linea de afectacion por IGV")
    _check_adjustments(paper)
    _check_document(paper, lines)


def _corrects_payment(paper: Node) -> bool:
    """Whether it is a credit note of motive 13, which is worth nothing (3315)."""
    return paper.text("cac:DiscrepancyResponse/cbc:ResponseCode") == "13" and paper.name == "CreditNote"


def _adjusted(node: Node, discounts: set[str], charges: set[str]) -> Decimal:
    total = _ZERO
    for each in node.all("cac:AllowanceCharge"):
        code = each.text("cbc:AllowanceChargeReasonCode")
        if code in discounts | charges:
            total += each.number("cbc:Amount") * (1 if code in discounts else -1)
    return total


def _taxes(node: Node) -> tuple[tuple[str, Decimal, Decimal, Decimal], ...]:
    return tuple(
        (
            tax.text("cac:TaxCategory/cac:TaxScheme/cbc:ID"),
            tax.number("cbc:TaxableAmount"),
            tax.number("cbc:TaxAmount"),
            tax.number("cac:TaxCategory/cbc:Percent"),
        )
        for tax in node.all("cac:TaxTotal/cac:TaxSubtotal")
    )


def _line(node: Node) -> Line:
    price = "cac:PricingReference/cac:AlternativeConditionPrice"
    return Line(
        value=node.number("cbc:LineExtensionAmount"),
        quantity=_quantity(node).number("."),
        price=node.number("cac:Price/cbc:PriceAmount"),
        shown_price=node.number(f"{price}/cbc:PriceAmount"),
        free=node.text(f"{price}/cbc:PriceTypeCode") == "02",
        base_discounts=_adjusted(node, {"00"}, {"47"}),
        other_discounts=_adjusted(node, {"01"}, {"48"}),
        tax_total=node.number("cac:TaxTotal/cbc:TaxAmount"),
        taxes=_taxes(node),
    )


def _check_line(line: Line, *, note: bool) -> None:
    if line.free and line.price:
        reject(2640, "Operacion gratuita: el valor unitario debe ser 0.00")
    unit = line.shown_price if line.free else line.price
    if _off(line.quantity * unit - (_ZERO if note else line.base_discounts), line.value):
        reject(3271, "El valor de venta por item difiere de los importes consignados")
    isc = sum((amount for scheme, base, amount, _ in line.taxes if scheme == ISC and base > 0), _ZERO)
    for scheme, base, _, _ in line.taxes:
        wrong = _off(base, line.value + isc) if isc else base != line.value
        if scheme in _AFFECTATIONS and wrong:
            reject(3272, "La base imponible a nivel de linea difiere de la informacion consignada")
    everything = sum((amount for _, _, amount, _ in line.taxes), _ZERO)
    if _off(line.tax_total, everything) and _off(line.tax_total, everything - line.tax(GRATUITO)):
        reject(3292, "El importe total de impuestos por linea no coincide con la sumatoria de los impuestos")
    if not line.free:
        taxed = line.value + everything - line.other_discounts
        prices = {taxed / line.quantity, (taxed - line.tax(ICBPER)) / line.quantity}
        if all(_off(line.shown_price, price) for price in prices):
            reject(3270, "El precio unitario difiere de los calculos realizados")


def _check_adjustments(paper: Node) -> None:
    """3290 of lines, 3307 of the document: amount = base x factor."""
    where = [(node, 3290) for node in paper.all(LINES[paper.name])] + [(paper, 3307)]
    for node, code in where:
        for each in node.all("cac:AllowanceCharge"):
            factor, base = each.amount("cbc:MultiplierFactorNumeric"), each.amount("cbc:BaseAmount")
            if factor is not None and base is not None and _off(each.number("cbc:Amount"), factor * base):
                reject(code, "El valor de cargo o descuento difiere de los importes consignados")


def _check_document(paper: Node, lines: list[Line]) -> None:
    taxes = _taxes(paper)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for scheme, _, amount, _ in taxes:
        amounts[scheme] += amount
    _check_bases(paper, lines, taxes)
    if amounts[ICBPER] != sum((line.tax(ICBPER) for line in lines), _ZERO):
        reject(3306, "La sumatoria del ICBPER de las lineas no corresponde al total")
    _check_igv(lines, taxes, amounts[ISC])
    paid = sum((amount for scheme, amount in amounts.items() if scheme != GRATUITO), _ZERO)
    if _off(paper.number("cac:TaxTotal/cbc:TaxAmount"), paid):
        reject(3294, "La sumatoria de impuestos globales no corresponde al monto total de impuestos")
    _check_totals(paper, lines, paid)


def _check_bases(paper: Node, lines: list[Line], taxes: tuple[tuple[str, Decimal, Decimal, Decimal], ...]) -> None:
    isc = sum((line.tax(ISC) for line in lines), _ZERO)
    for scheme, base, _, _ in taxes:
        if scheme not in _BASES:
            continue
        expected = sum((line.value for line in lines if line.scheme == scheme), _ZERO)
        if scheme == GRAVADO:
            expected -= _adjusted(paper, {"02"}, {"49"})
        if _off(base, expected) and _off(base, expected + isc):
            reject(_BASES[scheme], "La sumatoria del total valor de venta de las lineas no corresponde al total")


def _check_igv(lines: list[Line], taxes: tuple[tuple[str, Decimal, Decimal, Decimal], ...], isc: Decimal) -> None:
    rates = {percent for line in lines for scheme, _, _, percent in line.taxes if scheme == GRAVADO}
    if len(rates) > 1:
        reject(3462, "La tasa del IGV debe ser la misma en todas las lineas")
    for scheme, base, amount, _ in taxes:
        if scheme == GRAVADO and rates:
            rate = next(iter(rates)) / 100
            if _off(amount, base * rate) and _off(amount, (base + isc) * rate):
                reject(3291, "El calculo del IGV es incorrecto")


def _check_totals(paper: Node, lines: list[Line], taxes: Decimal) -> None:
    total = paper.one(TOTALS[paper.name])
    if total is None:
        reject(2062, "El XML no contiene el importe total")
    sold = sum((line.value for line in lines if not line.free), _ZERO) - _adjusted(paper, {"02"}, {"49"})
    stated = total.amount("cbc:LineExtensionAmount")
    if stated is not None and _off(stated, sold):
        reject(3278, "La sumatoria de valor de venta no corresponde a los importes consignados")
    inclusive = total.amount("cbc:TaxInclusiveAmount")
    if inclusive is not None and _off(inclusive, sold + taxes):
        reject(3279, "La sumatoria del precio de venta no corresponde a los importes consignados")
    allowance = total.number("cbc:AllowanceTotalAmount")
    if _off(allowance, sum((line.other_discounts for line in lines), _adjusted(paper, {"03"}, set()))):
        reject(3300, "La sumatoria de descuentos que no afectan la base no corresponde al total")
    payable = sold + taxes - allowance + total.number("cbc:ChargeTotalAmount") - total.number("cbc:PrepaidAmount")
    corrected = _corrects_payment(paper)
    if corrected and total.number("cbc:PayableAmount"):
        reject(3315, "El importe total de la nota de credito de motivo 13 debe ser 0.00")
    if not corrected and _off(total.number("cbc:PayableAmount"), payable + total.number("cbc:PayableRoundingAmount")):
        reject(3280, "El importe total del comprobante no coincide con el valor calculado")
