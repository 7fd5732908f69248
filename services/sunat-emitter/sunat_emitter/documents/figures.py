"""A sale's figures, and the complete document that it becomes. All amounts Decimal, rounded half away from zero."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.errors import Refused
from shared.money import LARGEST_AMOUNT, to_cents
from sunat_emitter.documents import amounts
from sunat_emitter.documents.legends import leyendas
from sunat_emitter.documents.lines import ZERO, Valued, line, taxed, valued
from sunat_emitter.documents.model import Ajuste, Comprobante, Linea, Totales, Tributo
from sunat_emitter.documents.payment import detraccion, forma_pago
from sunat_emitter.documents.sale import Emision, Nota, Venta
from sunat_emitter.documents.taxes import (
    EXONERADO,
    EXPORTACION,
    GRATUITO,
    ICBPER,
    ICBPER_POR_BOLSA,
    IGV,
    INAFECTO,
    ISC,
    IVAP,
)

DESCUENTO_GLOBAL = "02"
"""Catalog 53: a document's discount that affects the base; SUNAT takes it off the IGV's base alone."""
VENTA_INTERNA, SUJETA_A_DETRACCION = "0101", "1001"
"""Catalog 51."""


@dataclass(frozen=True)
class Figures:
    """What a sale comes to."""

    lineas: tuple[Linea, ...]
    ajustes: tuple[Ajuste, ...]
    totales: Totales


def figures(venta: Venta, icbper: Decimal = ICBPER_POR_BOLSA) -> Figures:
    """The lines and totals of a sale or note, also of one that is not issued yet.

    A line's discount is one amount for the whole line, without IGV, and is taken off once: gross 90.00 less 5.00 is
    85.00, on which the IGV is 15.30. Taking it off a second time from the document's base is rejected by SUNAT (3277).

    Args:
        venta: The sale; a `Nota` has its discounts folded into the unit values.
        icbper: Tax on one plastic bag, in the sale's currency.

    Raises:
        Refused: `DESCUENTO_INVALIDO`, `ISC_INVALIDO` or `MONTO_INVALIDO`, with a message for the user.
    """
    note = isinstance(venta, Nota)
    plain = [valued(item) for item in venta.items]
    whole = to_cents(venta.descuento_global)
    header = bool(whole) and not note and _only_igv(plain)
    given = plain if header else _share_out(plain, whole)
    _check_discount(plain, whole)
    # A note on a sale with a global discount comes to that sale's total, whose IGV was worked out on the whole.
    taxes = taxed(given, venta.tasa_igv, exact=note and bool(whole))
    lineas = tuple(
        line(number, each, own, icbper, folded=note)
        for number, (each, own) in enumerate(zip(given, taxes, strict=True), 1)
    )
    ajustes = (_global_discount(lineas, whole),) if header else ()
    return Figures(lineas, ajustes, _totals(lineas, whole, venta.tasa_igv, header=header))


def _only_igv(lines: Sequence[Valued]) -> bool:
    """Whether all that is paid is taxed with IGV alone, so that one discount on the document says it all."""
    return all(each.item.isc is None and each.afectacion.tributo == IGV for each in _onerous(lines))


def _onerous(lines: Iterable[Valued]) -> list[Valued]:
    return [each for each in lines if not each.afectacion.gratuita]


def _check_discount(lines: Sequence[Valued], whole: Decimal) -> None:
    if whole > sum((each.valor for each in _onerous(lines)), ZERO):
        raise Refused("DESCUENTO_INVALIDO", "El descuento global supera el importe de los ítems")


def _share_out(lines: Sequence[Valued], whole: Decimal) -> list[Valued]:
    weights = [ZERO if each.afectacion.gratuita else each.valor for each in lines]
    if not whole or whole > sum(weights, ZERO):
        return list(lines)
    shares = amounts.spread(whole, weights)
    return [Valued(each.item, each.bruto, each.rebaja + share) for each, share in zip(lines, shares, strict=True)]


def _global_discount(lineas: Sequence[Linea], whole: Decimal) -> Ajuste:
    base = sum((each.valor_venta for each in lineas if not each.gratuita), ZERO)
    return Ajuste(codigo=DESCUENTO_GLOBAL, factor=amounts.factor(whole, base), monto=whole, base=base)


def _totals(lineas: Sequence[Linea], whole: Decimal, rate: Decimal, *, header: bool) -> Totales:
    paid = [each for each in lineas if not each.gratuita]
    taxes = [tax for each in lineas for tax in each.tributos]
    on_document = whole if header else ZERO
    gravado = _valor(lineas, IGV) - on_document
    igv = amounts.percentage(gravado, rate) if header else _monto(taxes, IGV)
    ivap, isc, bags = _monto(taxes, IVAP), _monto(taxes, ISC), _monto(taxes, ICBPER)
    valor_venta = sum((each.valor_venta for each in paid), ZERO) - on_document
    tributos = igv + ivap + isc + bags
    if valor_venta + tributos > LARGEST_AMOUNT:
        raise Refused("MONTO_INVALIDO", "El total supera los 12 dígitos enteros que admite SUNAT")
    return Totales(
        subtotal=sum((each.bruto for each in paid), ZERO),
        descuento_items=sum((each.descuento for each in paid), ZERO),
        descuento_global=whole,
        gravado=gravado,
        exonerado=_valor(lineas, EXONERADO),
        inafecto=_valor(lineas, INAFECTO),
        exportacion=_valor(lineas, EXPORTACION),
        gratuito=_valor(lineas, GRATUITO),
        ivap_base=_valor(lineas, IVAP),
        igv=igv,
        ivap=ivap,
        igv_gratuito=_monto(taxes, GRATUITO),
        isc=isc,
        isc_base=_base(taxes, ISC),
        icbper=bags,
        valor_venta=valor_venta,
        precio_venta=valor_venta + tributos,
        total_tributos=tributos,
        total=valor_venta + tributos,
    )


def _valor(lineas: Iterable[Linea], code: str) -> Decimal:
    """What the lines of an affectation are worth, without the ISC that their base holds (3273-3277)."""
    return sum((each.valor_venta for each in lineas if each.tributos[0].codigo == code), ZERO)


def _base(taxes: Iterable[Tributo], code: str) -> Decimal:
    return sum((tax.base for tax in taxes if tax.codigo == code), ZERO)


def _monto(taxes: Iterable[Tributo], code: str) -> Decimal:
    return sum((tax.monto for tax in taxes if tax.codigo == code), ZERO)


def issue(venta: Venta, emision: Emision, icbper: Decimal = ICBPER_POR_BOLSA) -> Comprobante:
    """The complete document of a sale, or of a note where a `Nota` is given.

    Raises:
        Refused: as `figures`, and `NOTA_INVALIDA` where a note has no reference or a sale is issued as a note,
            `FECHA_VENCIMIENTO_INVALIDA`, `DETRACCION_INVALIDA`, `LEYENDA_INVALIDA`.
    """
    note = isinstance(venta, Nota)
    if note != (emision.tipo in {"07", "08"}):
        raise Refused("NOTA_INVALIDA", "Una nota necesita su comprobante de referencia, y solo una nota lo lleva")
    found = figures(venta, icbper)
    total = found.totales.total
    kind = VENTA_INTERNA if note else venta.tipo_operacion
    due = venta.fecha_vencimiento or max((each.vencimiento for each in venta.cuotas), default=None)
    return Comprobante(
        tipo=emision.tipo,
        serie=emision.serie,
        numero=emision.numero,
        fecha_emision=emision.fecha,
        hora_emision=emision.hora.replace(microsecond=0, tzinfo=None),
        fecha_vencimiento=None if note else due,
        tipo_operacion=SUJETA_A_DETRACCION if venta.detraccion and kind == VENTA_INTERNA and not note else kind,
        moneda=venta.moneda,
        emisor=emision.emisor,
        cliente=venta.cliente,
        lineas=found.lineas,
        ajustes=found.ajustes,
        totales=found.totales,
        leyendas=leyendas(venta, found.totales),
        forma_pago=forma_pago(venta, emision.tipo, emision.fecha, total),
        detraccion=None if note else detraccion(venta, total),
        referencia=venta.referencia if isinstance(venta, Nota) else None,
        orden_compra=venta.orden_compra,
        guias=venta.guias,
        observaciones=venta.observaciones,
    )
