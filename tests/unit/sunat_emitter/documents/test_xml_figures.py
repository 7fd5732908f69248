"""SUNAT's own arithmetic, done on the XML alone: what it reads there must add up, whatever was sold."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from sunat_emitter.documents.figures import issue
from sunat_emitter.documents.sale import Nota, Venta
from sunat_emitter.documents.ubl import build
from sunat_emitter.documents.ubl.tree import Element
from tests.support import comprobantes as shapes
from tests.support.comprobantes import emision
from tests.unit.sunat_emitter.documents.test_figures import sales

NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
SCHEME = "cac:TaxCategory/cac:TaxScheme/cbc:ID"
PAID = {"1000", "1016", "2000", "7152", "9999"}
SOLD = {"1000", "1016", "9995", "9997", "9998"}


def number(element: Element, path: str) -> Decimal:
    return Decimal(element.findtext(path, "0", NS))


def lines(tree: Element) -> list[Element]:
    return [each for name in ("Invoice", "CreditNote", "DebitNote") for each in tree.findall(f"cac:{name}Line", NS)]


def subtotals(element: Element, codes: set[str]) -> list[Element]:
    return [
        each for each in element.findall("cac:TaxTotal/cac:TaxSubtotal", NS) if each.findtext(SCHEME, "", NS) in codes
    ]


def tax(element: Element, codes: set[str], path: str = "cbc:TaxAmount") -> Decimal:
    return sum((number(each, path) for each in subtotals(element, codes)), Decimal(0))


def adjusted(element: Element, code: str) -> Decimal:
    return sum(
        (
            number(each, "cbc:Amount")
            for each in element.findall("cac:AllowanceCharge", NS)
            if each.findtext("cbc:AllowanceChargeReasonCode", "", NS) == code
        ),
        Decimal(0),
    )


def of_line(line: Element) -> Iterator[tuple[str, Decimal, Decimal, Decimal]]:
    """Rule, what stands there, what SUNAT works out, and how far apart they may be."""
    quantity = next(number(line, f"cbc:{name}Quantity") for name in ("Invoiced", "Credited", "Debited") if
                    line.find(f"cbc:{name}Quantity", NS) is not None)  # fmt: skip
    value, price = number(line, "cbc:LineExtensionAmount"), number(line, "cac:Price/cbc:PriceAmount")
    shown = number(line, "cac:PricingReference/cac:AlternativeConditionPrice/cbc:PriceAmount")
    isc = tax(line, {"2000"})
    free = any(number(each, "cbc:TaxableAmount") for each in subtotals(line, {"9996"}))
    yield "3271", value, (shown if free else price) * quantity - adjusted(line, "00"), Decimal(1)
    if not free:
        yield "3270", shown, (value + number(line, "cac:TaxTotal/cbc:TaxAmount")) / quantity, Decimal(1)
    for each in subtotals(line, SOLD | {"9996"}):
        base, rate = number(each, "cbc:TaxableAmount"), number(each, "cac:TaxCategory/cbc:Percent")
        yield "3272", base, value + isc, Decimal(0)
        yield "3103", number(each, "cbc:TaxAmount"), base * rate / 100, Decimal(1)
    yield "3292", number(line, "cac:TaxTotal/cbc:TaxAmount"), tax(line, PAID), Decimal(0)
    for each in line.findall("cac:AllowanceCharge", NS):
        if each.find("cbc:MultiplierFactorNumeric", NS) is not None:
            product = number(each, "cbc:BaseAmount") * number(each, "cbc:MultiplierFactorNumeric")
            yield "3290", number(each, "cbc:Amount"), product, Decimal(1)


def of_document(tree: Element) -> Iterator[tuple[str, Decimal, Decimal, Decimal]]:
    name = "Requested" if tree.find("cac:RequestedMonetaryTotal", NS) is not None else "Legal"
    total = tree.find(f"cac:{name}MonetaryTotal", NS)
    assert total is not None
    own, off = lines(tree), adjusted(tree, "02")
    sold = {
        code: sum(
            (
                number(line, "cbc:LineExtensionAmount")
                for line in own
                if any(number(each, "cbc:TaxableAmount") for each in subtotals(line, {code}))
            ),
            Decimal(0),
        )
        for code in SOLD
    }
    rates = {number(each, "cac:TaxCategory/cbc:Percent") for line in own for each in subtotals(line, {"1000"})}
    bases = sum((tax(line, {"1000"}, "cbc:TaxableAmount") for line in own), Decimal(0))
    for code in SOLD:
        yield (
            f"3277 {code}",
            tax(tree, {code}, "cbc:TaxableAmount"),
            sold[code] - (off if code == "1000" else 0),
            Decimal(0),
        )
    yield "3291", tax(tree, {"1000"}), (bases - off) * max(rates, default=Decimal(0)) / 100, Decimal("0.51")
    yield "3294", number(tree, "cac:TaxTotal/cbc:TaxAmount"), tax(tree, PAID), Decimal(0)
    yield "3306", tax(tree, {"7152"}), sum((tax(line, {"7152"}) for line in own), Decimal(0)), Decimal(0)
    yield "3278", number(total, "cbc:LineExtensionAmount"), sum(sold.values()) - off, Decimal(0)
    value = number(total, "cbc:LineExtensionAmount") + tax(tree, PAID)
    yield "3279", number(total, "cbc:TaxInclusiveAmount"), value, Decimal(0)
    yield "3280", number(total, "cbc:PayableAmount"), number(total, "cbc:TaxInclusiveAmount"), Decimal(0)


def credit(tree: Element) -> Iterator[tuple[str, Decimal, Decimal, Decimal]]:
    terms = [each for each in tree.findall("cac:PaymentTerms", NS) if each.findtext("cbc:ID", "", NS) == "FormaPago"]
    pending = [each for each in terms if each.findtext("cbc:PaymentMeansID", "", NS) == "Credito"]
    if pending:
        cuotas = sum((number(each, "cbc:Amount") for each in terms if each not in pending), Decimal(0))
        yield "3319", cuotas, number(pending[0], "cbc:Amount"), Decimal(0)


def faults(tree: Element) -> list[tuple[str, Decimal, Decimal]]:
    found = [*of_document(tree), *credit(tree), *(each for line in lines(tree) for each in of_line(line))]
    return [(rule, shown, worked_out) for rule, shown, worked_out, apart in found if abs(shown - worked_out) > apart]


@pytest.mark.parametrize("shape", shapes.SALES)
def test_every_shape_adds_up_in_its_xml(shape: str) -> None:
    assert faults(build(shapes.comprobante(shape))) == []


@given(sales())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_sold_adds_up_in_its_xml(sale: Venta) -> None:
    assert faults(build(issue(sale, emision("07" if isinstance(sale, Nota) else "01")))) == []


def test_the_check_itself_notices_a_wrong_figure() -> None:
    tree = build(shapes.comprobante())
    total = tree.find("cac:LegalMonetaryTotal/cbc:PayableAmount", NS)
    assert total is not None
    total.text = "3044.40"
    assert [rule for rule, *_ in faults(tree)] == ["3280"]
