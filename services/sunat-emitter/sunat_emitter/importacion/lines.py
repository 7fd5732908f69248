"""One line of somebody else's invoice or note, in the shape that ours are stored in."""

from decimal import Decimal

from sunat_emitter.documents.amounts import per_unit, plain
from sunat_emitter.documents.model import Ajuste, Linea, Tributo
from sunat_emitter.documents.taxes import AFECTACIONES, GRATUITO, ICBPER, IGV, ISC, IVAP, SCHEMES
from sunat_emitter.documents.ubl.tree import Element
from sunat_emitter.importacion.nodes import ZERO, Unreadable, amount, attribute, cents, every, number, text, total

_REFERENCE_PRICE = "02"
"""Catalog 16: the usual price of what is given away."""
_OF_IGV = frozenset(SCHEMES) - {ISC, ICBPER, "9999"}
_ON_BASE = frozenset({"00", "47"})
"""Catalog 53: a line's discounts and charges that change the base of its taxes."""
_TAX = "cac:TaxTotal/cac:TaxSubtotal"
_PRICES = "cac:PricingReference/cac:AlternativeConditionPrice"


def line(element: Element, position: int, quantity: str) -> Linea:
    """A line; `quantity` is the name of its quantity's element.

    Raises:
        Unreadable: it has no quantity, or a number in it is none.
    """
    cantidad = number(element, f"cbc:{quantity}")
    if cantidad is None or cantidad <= 0:
        raise Unreadable(f"la línea {position} no tiene cantidad")
    ajustes = adjustments(element)
    tributos = _taxes(element)
    valor = cents(amount(element, "cbc:LineExtensionAmount"))
    free = _is_free(element, tributos)
    paid = cents(total(tax.monto for tax in tributos if not (free and tax.codigo in _OF_IGV)))
    lowered = total(each.monto for each in ajustes if not each.cargo)
    raised = total(each.monto for each in ajustes if each.cargo and each.codigo in _ON_BASE)
    bruto = valor + total(each.monto for each in ajustes if not each.cargo and each.codigo in _ON_BASE) - raised
    return Linea(
        numero=position,
        codigo=text(element, "cac:Item/cac:SellersItemIdentification/cbc:ID"),
        codigo_sunat=text(element, "cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode"),
        descripcion=_description(element, position),
        unidad=attribute(element, f"cbc:{quantity}", "unitCode") or "NIU",
        cantidad=plain(cantidad),
        valor_unitario=ZERO if free else plain(_unit_value(element, bruto, cantidad)),
        precio_unitario=plain(_price(element, free=free, valor=valor, paid=paid, cantidad=cantidad)),
        gratuita=free,
        descuento=cents(lowered),
        bruto=cents(bruto),
        valor_venta=valor,
        ajustes=ajustes,
        tributos=tributos,
        total_tributos=paid,
        igv=ZERO if free else cents(total(tax.monto for tax in tributos if tax.codigo in {IGV, IVAP})),
        total=paid if free else cents(valor + paid),
    )


def adjustments(element: Element) -> tuple[Ajuste, ...]:
    """Discounts and charges of a line or a document."""
    return tuple(
        Ajuste(
            cargo=text(each, "cbc:ChargeIndicator").lower() in {"true", "1"},
            codigo=text(each, "cbc:AllowanceChargeReasonCode") or "00",
            factor=amount(each, "cbc:MultiplierFactorNumeric"),
            monto=cents(amount(each, "cbc:Amount")),
            base=cents(amount(each, "cbc:BaseAmount")),
        )
        for each in every(element, "cac:AllowanceCharge")
    )


def _taxes(element: Element) -> tuple[Tributo, ...]:
    """The line's IGV-like tax first, as the stored shape has it."""
    found = [_tax(each) for each in every(element, _TAX)]
    return tuple(sorted(found, key=lambda each: each.codigo not in _OF_IGV))


def _tax(element: Element) -> Tributo:
    code = tax_code(element)
    is_bags = code == ICBPER
    bags = amount(element, "cbc:BaseUnitMeasure")
    return Tributo(
        codigo=code,
        base=ZERO if is_bags else cents(amount(element, "cbc:TaxableAmount")),
        monto=cents(amount(element, "cbc:TaxAmount")),
        tasa=ZERO if is_bags else plain(amount(element, "cac:TaxCategory/cbc:Percent", "cbc:Percent")),
        afectacion=text(element, "cac:TaxCategory/cbc:TaxExemptionReasonCode"),
        bolsas=int(bags) if is_bags else None,
        por_unidad=number(element, "cac:TaxCategory/cbc:PerUnitAmount", "cbc:PerUnitAmount") if is_bags else None,
        sistema_isc=text(element, "cac:TaxCategory/cbc:TierRange", "cbc:TierRange") if code == ISC else "",
    )


def tax_code(element: Element) -> str:
    """Catalog 05's code of a subtotal. Raises Unreadable: it is none of the catalogue's."""
    code = text(element, "cac:TaxCategory/cac:TaxScheme/cbc:ID")
    if code not in SCHEMES:
        raise Unreadable(f"el tributo «{code[:20]}» no existe en el catálogo 05")
    return code


def _is_free(element: Element, tributos: tuple[Tributo, ...]) -> bool:
    """By its tax, else by its affectation, else by the kind of its price."""
    for tax in tributos:
        if tax.codigo == GRATUITO:
            return True
        if tax.afectacion in AFECTACIONES:
            return AFECTACIONES[tax.afectacion].gratuita
    kinds = {text(each, "cbc:PriceTypeCode") for each in every(element, _PRICES)}
    return kinds == {_REFERENCE_PRICE}


def _description(element: Element, position: int) -> str:
    parts = [part for each in every(element, "cac:Item/cbc:Description") if (part := text(each, "."))]
    return " ".join(parts) or f"Ítem {position}"


def _unit_value(element: Element, bruto: Decimal, cantidad: Decimal) -> Decimal:
    shown = number(element, "cac:Price/cbc:PriceAmount")
    return per_unit(bruto, cantidad) if shown is None else shown


def _price(element: Element, *, free: bool, valor: Decimal, paid: Decimal, cantidad: Decimal) -> Decimal:
    """`AlternativeConditionPrice` of the right kind, else worked out."""
    kind = _REFERENCE_PRICE if free else "01"
    prices = every(element, _PRICES)
    fitting = [each for each in prices if text(each, "cbc:PriceTypeCode") == kind] or prices
    shown = number(fitting[0], "cbc:PriceAmount") if fitting else None
    return per_unit(valor if free else valor + paid, cantidad) if shown is None else shown
