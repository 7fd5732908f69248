"""The arithmetic of one line: gross, discount, ISC, IGV, and the prices that its XML shows; half a cent goes up."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.errors import Refused
from shared.money import CENT, to_cents
from sunat_emitter.documents import amounts
from sunat_emitter.documents.model import Ajuste, Linea, Tributo
from sunat_emitter.documents.sale import Item
from sunat_emitter.documents.taxes import AFECTACIONES, ICBPER, ISC, Afectacion, tasa

ZERO = Decimal("0.00")
_UNTAXED_AT_MOST = Decimal("0.06")
"""A line up to this value may round to no tax at all (3111)."""
_DRIFT = Decimal("0.50")
"""How far lines rounded one by one may be from the tax on their sum; SUNAT allows one (3291)."""
DESCUENTO_DE_LINEA = "00"
"""Catalog 53: a line's discount that affects the base."""


@dataclass(frozen=True)
class Valued:
    """A line before taxes: what is given, and its share of a global discount."""

    item: Item
    bruto: Decimal
    rebaja: Decimal
    """Its own discount and its share of the global one."""

    @property
    def afectacion(self) -> Afectacion:
        """What catalog 07 says of it."""
        return AFECTACIONES[self.item.tipo_afectacion_igv]

    @property
    def valor(self) -> Decimal:
        """After discounts; a free line's reference value."""
        return self.bruto - self.rebaja


def valued(item: Item) -> Valued:
    """A line without any share of a global discount.

    Raises:
        Refused: `DESCUENTO_INVALIDO` where the discount is above the line's gross amount; `ISC_INVALIDO` on a free
            line or one whose affectation takes no ISC, and without the retail price that system 03 goes by.
    """
    bruto = amounts.product(item.cantidad, item.precio_unitario)
    if item.descuento > bruto:
        raise Refused("DESCUENTO_INVALIDO", f"El descuento del ítem «{item.descripcion}» supera su importe")
    afectacion = AFECTACIONES[item.tipo_afectacion_igv]
    if item.isc and (afectacion.gratuita or item.tipo_afectacion_igv in {"17", "40"}):
        raise Refused("ISC_INVALIDO", f"El ítem «{item.descripcion}» no admite ISC con su tipo de afectación")
    if item.isc and item.isc.sistema == "03" and not item.isc.precio_venta_publico:
        raise Refused("ISC_INVALIDO", f"El ISC del ítem «{item.descripcion}» necesita su precio de venta al público")
    return Valued(item, bruto, to_cents(item.descuento))


def isc(line: Valued, igv: Decimal) -> Tributo | None:
    """The selective tax on a line, None where there is none.

    System 03's base is the retail price without the document's IGV, which is `igv` percent (catalog 08).
    """
    given = line.item.isc
    if given is None:
        return None
    base, rate = line.valor, given.tasa
    if given.sistema == "02":
        monto = amounts.product(line.item.cantidad, given.monto_fijo)
        rate = amounts.rate(monto, base)
    elif given.sistema == "03":
        base = amounts.product(line.item.cantidad, amounts.per_unit(given.precio_venta_publico, 1 + igv / 100))
        monto = amounts.percentage(base, rate)
    else:
        monto = amounts.percentage(base, rate)
    return Tributo(codigo=ISC, base=base, monto=monto, tasa=rate, sistema_isc=given.sistema)


def taxed(lines: Sequence[Valued], igv: Decimal, *, exact: bool = False) -> tuple[tuple[Tributo, ...], ...]:
    """The taxes of every line: IGV-like first, then ISC.

    Where rounding line by line leaves the sum more than half a unit from base times rate, single cents move;
    `exact`: wherever it leaves it different at all.
    """
    own = [isc(line, igv) for line in lines]
    # ISC enters the base of the IGV, and that of exempt lines too (3272).
    bases = [line.valor + (tax.monto if tax else ZERO) for line, tax in zip(lines, own, strict=True)]
    rates = [tasa(line.afectacion, igv) for line in lines]
    montos = [_rounded(base, rate) for base, rate in zip(bases, rates, strict=True)]
    for code in {line.afectacion.tributo for line in lines}:
        where = [index for index, line in enumerate(lines) if line.afectacion.tributo == code]
        _settle(montos, where, bases, rates, ZERO if exact else _DRIFT)
    return tuple(
        (
            Tributo(
                codigo=line.afectacion.tributo,
                base=base,
                monto=monto,
                tasa=rate,
                afectacion=line.item.tipo_afectacion_igv,
            ),
            *((tax,) if tax else ()),
        )
        for line, base, rate, monto, tax in zip(lines, bases, rates, montos, own, strict=True)
    )


def _rounded(base: Decimal, rate: Decimal) -> Decimal:
    """The tax in cents, at least one where SUNAT wants it above zero (3111)."""
    monto = amounts.percentage(base, rate)
    return CENT if not monto and rate and base > _UNTAXED_AT_MOST else monto


def _settle(
    montos: list[Decimal], where: list[int], bases: list[Decimal], rates: list[Decimal], drift: Decimal
) -> None:
    exact = [amounts.exact_percentage(bases[index], rates[index]) for index in where]
    rounded = [montos[index] for index in where]
    whole = to_cents(sum(exact, ZERO))
    if abs(sum(rounded, ZERO) - whole) > drift:
        for index, monto in zip(where, amounts.settle(rounded, exact, whole), strict=True):
            montos[index] = monto


def bags(item: Item, icbper: Decimal) -> Tributo | None:
    """The tax on a line's plastic bags, None without bags."""
    if not item.bolsas:
        return None
    return Tributo(
        codigo=ICBPER, base=ZERO, monto=to_cents(item.bolsas * icbper), bolsas=item.bolsas, por_unidad=icbper
    )


def line(number: int, given: Valued, taxes: Sequence[Tributo], icbper: Decimal, *, folded: bool) -> Linea:
    """A complete line. `folded`: discounts live in the unit value, as notes need it (3271), free lines too."""
    item, free = given.item, given.afectacion.gratuita
    bolsas = bags(item, icbper)
    tributos = (*taxes, *((bolsas,) if bolsas else ()))
    paid = sum((tax.monto for tax in tributos if not (free and tax is tributos[0])), ZERO)
    folded = folded or free
    net = (
        amounts.per_unit(given.valor, item.cantidad) if given.rebaja and folded else amounts.plain(item.precio_unitario)
    )
    return Linea(
        numero=number,
        codigo=item.codigo_producto,
        codigo_sunat=item.codigo_sunat,
        descripcion=item.descripcion,
        unidad=item.unidad_medida,
        cantidad=amounts.plain(item.cantidad),
        valor_unitario=ZERO if free else net,
        precio_unitario=(net if given.valor else ZERO) if free else amounts.per_unit(given.valor + paid, item.cantidad),
        gratuita=free,
        descuento=to_cents(item.descuento),
        bruto=given.bruto,
        valor_venta=given.valor,
        ajustes=() if folded or not given.rebaja else (_discount(given),),
        tributos=tributos,
        total_tributos=paid,
        igv=ZERO if free else taxes[0].monto,
        total=paid if free else given.valor + paid,
    )


def _discount(given: Valued) -> Ajuste:
    share = amounts.factor(given.rebaja, given.bruto)
    return Ajuste(codigo=DESCUENTO_DE_LINEA, factor=share, monto=given.rebaja, base=given.bruto)
