"""The sums of somebody else's document: as it states them, never worked out anew where it does."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from sunat_emitter.documents.model import Ajuste, Linea, Totales
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
)
from sunat_emitter.documents.ubl.tree import Element
from sunat_emitter.importacion.lines import tax_code
from sunat_emitter.importacion.nodes import ZERO, Unreadable, amount, cents, every, number, total

_TAX = "cac:TaxTotal/cac:TaxSubtotal"
_BASES = {
    "gravado": IGV,
    "exonerado": EXONERADO,
    "inafecto": INAFECTO,
    "exportacion": EXPORTACION,
    "gratuito": GRATUITO,
    "ivap_base": IVAP,
    "isc_base": ISC,
    "otros_tributos_base": OTROS,
}
_MONTOS = {
    "igv": IGV,
    "ivap": IVAP,
    "igv_gratuito": GRATUITO,
    "isc": ISC,
    "icbper": ICBPER,
    "otros_tributos": OTROS,
}
"""Our names of what the document's subtotals state."""


def totals(element: Element, sums: str, lineas: Sequence[Linea], ajustes: Sequence[Ajuste]) -> Totales:
    """The document's sums; `sums` is the name of their element.

    Raises:
        Unreadable: it does not say what is to be paid, or a number in it is none.
    """
    whole = next(iter(every(element, f"cac:{sums}")), None)
    payable = None if whole is None else number(whole, "cbc:PayableAmount")
    if whole is None or payable is None:
        raise Unreadable("no dice su importe total (PayableAmount)")
    bases, montos = _subtotals(element)
    paid = [each for each in lineas if not each.gratuita]
    discount = total(each.monto for each in ajustes if not each.cargo)
    tributos = _total_taxes(element, montos)
    # Both are optional in notes and left out by some systems.
    valor = number(whole, "cbc:LineExtensionAmount")
    inclusive = number(whole, "cbc:TaxInclusiveAmount")
    valor = total(each.valor_venta for each in paid) if valor is None else valor
    return Totales(
        subtotal=cents(total(each.bruto for each in paid)),
        descuento_items=cents(total(each.descuento for each in paid)),
        descuento_global=cents(discount),
        **{name: bases[code] for name, code in _BASES.items()},
        **{name: montos[code] for name, code in _MONTOS.items()},
        otros_cargos=cents(amount(whole, "cbc:ChargeTotalAmount")),
        descuento_no_base=cents(amount(whole, "cbc:AllowanceTotalAmount")),
        anticipos=cents(amount(whole, "cbc:PrepaidAmount")),
        valor_venta=cents(valor),
        precio_venta=cents(valor + tributos if inclusive is None else inclusive),
        total_tributos=tributos,
        redondeo=cents(amount(whole, "cbc:PayableRoundingAmount")),
        total=cents(payable),
    )


def _subtotals(element: Element) -> tuple[defaultdict[str, Decimal], defaultdict[str, Decimal]]:
    """Bases and taxes by their code; some systems write a `TaxTotal` for each tax, some one for all."""
    bases: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    montos: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for each in every(element, _TAX):
        code = tax_code(each)
        bases[code] += cents(amount(each, "cbc:TaxableAmount"))
        montos[code] += cents(amount(each, "cbc:TaxAmount"))
    return bases, montos


def _total_taxes(element: Element, montos: dict[str, Decimal]) -> Decimal:
    stated = [number(each, "cbc:TaxAmount") for each in every(element, "cac:TaxTotal")]
    known = [each for each in stated if each is not None]
    return cents(total(known) if known else total(monto for code, monto in montos.items() if code != GRATUITO))
