"""Taxes, discounts and sums, of a line and of a document."""

from collections.abc import Sequence
from decimal import Decimal

from sunat_emitter.documents.model import Ajuste, Comprobante, Totales, Tributo
from sunat_emitter.documents.taxes import (
    EXONERADO,
    EXPORTACION,
    GRATUITO,
    ICBPER,
    IGV,
    INAFECTO,
    ISC,
    IVAP,
    OTROS,
    SCHEMES,
)
from sunat_emitter.documents.ubl.tree import Element, amount, group, leaf


def adjustments(parent: Element, ajustes: Sequence[Ajuste], currency: str) -> None:
    """`cac:AllowanceCharge`, one for each."""
    for ajuste in ajustes:
        charge = group(parent, "AllowanceCharge")
        leaf(charge, "ChargeIndicator", "true" if ajuste.cargo else "false")
        leaf(charge, "AllowanceChargeReasonCode", ajuste.codigo)
        if ajuste.factor:
            leaf(charge, "MultiplierFactorNumeric", f"{ajuste.factor:f}")
        amount(charge, "Amount", ajuste.monto, currency)
        amount(charge, "BaseAmount", ajuste.base, currency)


def line_taxes(parent: Element, tributos: Sequence[Tributo], total: Decimal, currency: str) -> None:
    """A line's `cac:TaxTotal`."""
    whole = group(parent, "TaxTotal")
    amount(whole, "TaxAmount", total, currency)
    for tax in tributos:
        subtotal = group(whole, "TaxSubtotal")
        if tax.codigo != ICBPER:
            amount(subtotal, "TaxableAmount", tax.base, currency)
        amount(subtotal, "TaxAmount", tax.monto, currency)
        if tax.bolsas is not None:
            leaf(subtotal, "BaseUnitMeasure", str(tax.bolsas), unitCode="NIU")
        category = group(subtotal, "TaxCategory")
        if tax.por_unidad is not None:
            amount(category, "PerUnitAmount", tax.por_unidad, currency)
        else:
            leaf(category, "Percent", f"{tax.tasa:f}")
        if tax.afectacion:
            leaf(category, "TaxExemptionReasonCode", tax.afectacion)
        if tax.sistema_isc:
            leaf(category, "TierRange", tax.sistema_isc)
        _scheme(category, tax.codigo)


def document_taxes(parent: Element, comprobante: Comprobante) -> None:
    """The document's one `cac:TaxTotal`: a subtotal for each tax that a line has."""
    totales, currency = comprobante.totales, comprobante.moneda
    present = {tax.codigo for line in comprobante.lineas for tax in line.tributos}
    whole = group(parent, "TaxTotal")
    amount(whole, "TaxAmount", totales.total_tributos, currency)
    for code, base, tax in _subtotals(totales):
        if code not in present:
            continue
        subtotal = group(whole, "TaxSubtotal")
        if code != ICBPER:
            amount(subtotal, "TaxableAmount", base, currency)
        amount(subtotal, "TaxAmount", tax, currency)
        _scheme(group(subtotal, "TaxCategory"), code)


def _subtotals(totales: Totales) -> tuple[tuple[str, Decimal, Decimal], ...]:
    none = Decimal(0)
    return (
        (IGV, totales.gravado, totales.igv),
        (IVAP, totales.ivap_base, totales.ivap),
        (EXPORTACION, totales.exportacion, none),
        (EXONERADO, totales.exonerado, none),
        (INAFECTO, totales.inafecto, none),
        (GRATUITO, totales.gratuito, totales.igv_gratuito),
        (ISC, totales.isc_base, totales.isc),
        (ICBPER, none, totales.icbper),
        (OTROS, totales.otros_tributos_base, totales.otros_tributos),
    )


def _scheme(category: Element, code: str) -> None:
    scheme = group(category, "TaxScheme")
    leaf(scheme, "ID", code)
    leaf(scheme, "Name", SCHEMES[code].nombre)
    leaf(scheme, "TaxTypeCode", SCHEMES[code].tipo)


def sums(parent: Element, name: str, totales: Totales, currency: str) -> None:
    """`cac:LegalMonetaryTotal`, on debit notes `cac:RequestedMonetaryTotal`."""
    whole = group(parent, name)
    amount(whole, "LineExtensionAmount", totales.valor_venta, currency)
    amount(whole, "TaxInclusiveAmount", totales.precio_venta, currency)
    for element, value in (
        ("AllowanceTotalAmount", totales.descuento_no_base),
        ("ChargeTotalAmount", totales.otros_cargos),
        ("PrepaidAmount", totales.anticipos),
        ("PayableRoundingAmount", totales.redondeo),
    ):
        if value:
            amount(whole, element, value, currency)
    amount(whole, "PayableAmount", totales.total, currency)
