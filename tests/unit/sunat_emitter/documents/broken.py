"""A document for each of SUNAT's rules that breaks it: clean shapes with one thing changed."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sunat_emitter.documents.model import Ajuste, Comprobante, Cuota, FormaPago, Leyenda, Tributo
from tests.support import comprobantes as shapes
from tests.support.comprobantes import HOY, item, nota, of, venta

BASE = "factura"
CREDIT = "credit note on a factura"
DEBIT = "debit note on a factura"
BOLETA = "boleta to a person"
Made = Callable[[], Comprobante]


def whole(shape: str = BASE, **fields: Any) -> Made:
    """The shape with fields of the document changed."""
    return lambda: shapes.comprobante(shape).model_copy(update=fields)


def part(name: str, shape: str = BASE, **fields: Any) -> Made:
    """The shape with fields of a part of the document changed."""

    def made() -> Comprobante:
        document = shapes.comprobante(shape)
        return document.model_copy(update={name: getattr(document, name).model_copy(update=fields)})

    return made


def address(**fields: Any) -> Made:
    """The factura with fields of the issuer's address changed."""

    def made() -> Comprobante:
        document = shapes.comprobante()
        place = document.emisor.direccion.model_copy(update=fields)
        return document.model_copy(update={"emisor": document.emisor.model_copy(update={"direccion": place})})

    return made


def line(shape: str = BASE, **fields: Any) -> Made:
    """The shape with fields of its first line changed."""

    def made() -> Comprobante:
        document = shapes.comprobante(shape)
        first, *others = document.lineas
        return document.model_copy(update={"lineas": (first.model_copy(update=fields), *others)})

    return made


def tax(shape: str = BASE, index: int = 0, **fields: Any) -> Made:
    """The shape with fields of a tax of its first line changed."""

    def made() -> Comprobante:
        document = shapes.comprobante(shape)
        taxes = list(document.lineas[0].tributos)
        taxes[index] = taxes[index].model_copy(update=fields)
        return line(shape, tributos=tuple(taxes))()

    return made


def taxes(*more: Tributo, shape: str = BASE) -> Made:
    """The shape with more taxes on its first line."""
    return line(shape, tributos=(*shapes.comprobante(shape).lineas[0].tributos, *more))


def adjusted(**fields: Any) -> Made:
    """The factura with one discount on its first line, changed."""
    ajuste = Ajuste(codigo="00", factor=Decimal("0.1"), monto=Decimal(250), base=Decimal(2500))
    return line(ajustes=(ajuste.model_copy(update=fields),))


def globally(**fields: Any) -> Made:
    """A factura with a discount on all, which is changed."""
    shape = "factura with a global discount"

    def made() -> Comprobante:
        document = shapes.comprobante(shape)
        return document.model_copy(update={"ajustes": (document.ajustes[0].model_copy(update=fields),)})

    return made


def legends(*codes: str, shape: str = BASE, text: str = "TEXTO") -> Made:
    """The shape with these legends alone."""
    return whole(shape, leyendas=tuple(Leyenda(codigo=code, texto=text) for code in codes))


def customer(kind: str, number: str, shape: str = BASE) -> Made:
    """The shape with another customer's document."""
    return part("cliente", shape, tipo_documento=kind, numero_documento=number)


def paid(shape: str = "factura in three instalments", **fields: Any) -> Made:
    """The shape with its form of payment changed."""
    return part("forma_pago", shape, **fields)


def dues(*days: int, shape: str = "factura in three instalments") -> Made:
    """The shape with instalments due that many days after its issue, together what is pending."""

    def made() -> Comprobante:
        forma = shapes.comprobante(shape).forma_pago
        assert forma is not None
        cuotas = tuple(Cuota(monto=forma.pendiente, vencimiento=HOY + timedelta(days=day)) for day in days)
        return paid(shape, cuotas=cuotas)()

    return made


ISC_SHAPE, BAGS, FREE, MIXED, RICE, EXPORT = (
    "factura with ISC on the value",
    "factura with bags",
    "factura of free lines alone",
    "factura of mixed affectations",
    "factura of milled rice",
    "factura for export in dollars",
)
DEPOSIT, CREDIT_13 = "factura with a deposit", "credit note of new instalments"
CENT = Decimal("0.001")
OTHER = Tributo(codigo="9999", base=Decimal(2500), monto=Decimal(25), tasa=Decimal(1))
ISC = Tributo(codigo="2000", base=Decimal(2500), monto=Decimal(25), tasa=Decimal(1), sistema_isc="01")
BAG = Tributo(codigo="7152", base=Decimal(0), monto=Decimal("0.50"), bolsas=1, por_unidad=Decimal("0.50"))
RICE_LINE = item(tipo_afectacion_igv="17", descripcion="Arroz")


def mixed_rates() -> Comprobante:
    """A factura whose lines have two rates of the IGV."""
    document = shapes.comprobante()
    first, second = document.lineas
    other = second.tributos[0].model_copy(update={"tasa": Decimal("10.5")})
    return document.model_copy(update={"lineas": (first, second.model_copy(update={"tributos": (other,)}))})


def duplicate() -> Comprobante:
    """A factura whose lines have the same number."""
    document = shapes.comprobante()
    return document.model_copy(update={"lineas": (document.lineas[0], document.lineas[0])})


DOCUMENT: Mapping[str, Made] = {
    "1001": whole(serie="B001"),
    "3088": whole(moneda="XXX"),
    "3206": whole(tipo_operacion="9999"),
    "3181": whole(tipo_operacion="0112"),
    "3098": whole(tipo_operacion="0201"),
    "3136": whole(tipo_operacion="0202"),
    "3168": whole(tipo_operacion="0301"),
    "3156": whole(tipo_operacion="0302"),
    "3063": whole(DEPOSIT, tipo_operacion="1002"),
    "3116": whole(DEPOSIT, tipo_operacion="1004"),
    "3093": whole(tipo_operacion="2001"),
    "3241": whole(tipo_operacion="2100"),
    "3242": whole(tipo_operacion="2104"),
    "3006": legends("1000", text="X" * 201),
    "3014": legends("1000", "1000"),
    "3027": legends("9999"),
    "2416": legends("1000", "1002"),
    "4264": legends("1000", shape=RICE),
    "4265": legends("1000", shape=DEPOSIT),
    "4022": legends("1000", "2001"),
    "4023": legends("1000", "2002"),
    "4024": legends("1000", "2003"),
    "4233": whole(orden_compra="OC-2026/7"),
    "2364": whole(guias=("T001-1", "T001-1")),
    "4006": whole(guias=("GUIA 7",)),
    "3107": lambda: of(venta(cliente=shapes.EXTRANJERO, tipo_operacion="0200")),
    "2641": part("totales", FREE, gratuito=Decimal(0)),
}
PARTIES: Mapping[str, Made] = {
    "2014": customer("6", ""),
    "2015": customer("", "20456789120"),
    "2016": customer("X", "12345678", BOLETA),
    "2017": customer("6", "2045678912"),
    "2800": customer("1", "12345678"),
    "2801": part("cliente", "credit note on a factura", tipo_documento="1", numero_documento="123"),
    "2802": customer("0", "A B", EXPORT),
    "4207": customer("1", "-", BOLETA),
    "4208": customer("0", "-", BOLETA),
    "2022": part("cliente", nombre="AB"),
    "2514": lambda: of(venta(item("1", "593.30"), cliente=shapes.NADIE), "03"),
    "1034": part("emisor", ruc="2012345678"),
    "1037": part("emisor", razon_social=""),
    "4338": part("emisor", razon_social="AB"),
    "4092": part("emisor", nombre_comercial="AB"),
    "3030": address(codigo_local=""),
    "3239": address(codigo_local="A001"),
    "4242": address(codigo_local="1"),
    "4093": address(ubigeo="999999"),
    "4094": address(direccion="X" * 201),
    "4095": address(urbanizacion="X" * 26),
    "4096": address(provincia="X" * 31),
    "4097": address(departamento="X" * 31),
    "4098": address(distrito="X" * 31),
    "RUC": part("emisor", ruc="20123456789"),
}
NOTES: Mapping[str, Made] = {
    "2524": whole(CREDIT, referencia=None),
    "2116": part("referencia", CREDIT, tipo="03", serie="B001"),
    "2399": part("referencia", "credit note on a boleta", tipo="01", serie="F001"),
    "2204": part("referencia", DEBIT, tipo="03", serie="B001"),
    "2400": part("referencia", "debit note on a boleta", tipo="01", serie="F001"),
    "2117": part("referencia", CREDIT, numero=100_000_000),
    "2205": part("referencia", DEBIT, serie="F1"),
    "2172": part("referencia", DEBIT, motivo_codigo="13"),
    "2128": part("referencia", CREDIT, motivo_codigo=""),
    "2136": part("referencia", CREDIT, motivo=""),
    "2135": part("referencia", CREDIT, motivo="X" * 501),
    "3230": lambda: of(nota(RICE_LINE), "07"),
    "3315": lambda: of(nota(motivo="13", cuotas=shapes.CUOTAS), "07"),
    "3257": whole(CREDIT_13, forma_pago=None),
}
DETAIL: Mapping[str, Made] = {
    "2752": duplicate,
    "2023": line(numero=1000),
    "2137": line(CREDIT, numero=1000),
    "2187": line(DEBIT, numero=1000),
    "2025": line(cantidad=Decimal(0)),
    "2139": line(CREDIT, cantidad=Decimal(0)),
    "2189": line(DEBIT, cantidad=Decimal("0.00000000001")),
    "2936": line(unidad="UNIDAD"),
    "2027": line(descripcion="X" * 501),
    "4269": line(codigo="X" * 31),
    "4332": line(codigo_sunat="101"),
    "4331": line(EXPORT, codigo_sunat=""),
    "2369": line(valor_unitario=Decimal("0.00000000001")),
    "2367": line(precio_unitario=Decimal(-1)),
    "2370": line(valor_venta=Decimal("2500.001")),
    "2640": line(FREE, valor_unitario=Decimal(1)),
    "3234": line(FREE, gratuita=False),
    "3224": line(gratuita=True),
    "3270": line(precio_unitario=Decimal(2952)),
    "3271": line(valor_unitario=Decimal(2502)),
    "4268": adjusted(codigo="02"),
    "3114": adjusted(cargo=True),
    "3052": adjusted(factor=Decimal("0.1234567")),
    "2955": adjusted(monto=Decimal("250.001")),
    "3053": adjusted(base=Decimal("2500.001")),
    "3290": adjusted(monto=Decimal(252)),
}
TAXES: Mapping[str, Made] = {
    "3105": lambda: of(venta(item(), item(descuento=Decimal(100)))),
    "2036": tax(codigo="1234"),
    "3067": taxes(OTHER, OTHER),
    "3223": taxes(ISC, shape=RICE),
    "2040": tax(afectacion="99"),
    "3050": taxes(OTHER.model_copy(update={"afectacion": "10"})),
    "2642": lambda: of(venta(cliente=shapes.EXTRANJERO, tipo_operacion="0200")),
    "3272": tax(base=Decimal("2500.01")),
    "3031": tax(base=Decimal("2500.001")),
    "2033": tax(monto=Decimal("450.001")),
    "3102": tax(tasa=Decimal("18.1234567")),
    "2993": tax(tasa=Decimal(0)),
    "3101": tax(EXPORT, tasa=Decimal(18)),
    "3103": tax(monto=Decimal("451.01")),
    "3110": tax(EXPORT, monto=Decimal(1)),
    "3111": tax(monto=Decimal(0)),
    "2041": tax(ISC_SHAPE, 1, sistema_isc="04"),
    "3210": tax(sistema_isc="01"),
    "3104": tax(ISC_SHAPE, 1, tasa=Decimal(0)),
    "3108": tax(ISC_SHAPE, 1, monto=Decimal("97.01")),
    "3109": taxes(OTHER.model_copy(update={"monto": Decimal("26.01")})),
    "3237": taxes(BAG.model_copy(update={"bolsas": None})),
    "2892": taxes(BAG.model_copy(update={"bolsas": 100_000})),
    "3236": taxes(BAG.model_copy(update={"bolsas": 2})),
    "3238": taxes(BAG.model_copy(update={"por_unidad": Decimal(0)})),
    "4318": taxes(BAG.model_copy(update={"monto": Decimal("0.60")})),
    "3292": line(total_tributos=Decimal("451.01")),
}
SUMS: Mapping[str, Made] = {
    "2031": part("totales", valor_venta=CENT),
    "3019": part("totales", precio_venta=CENT),
    "2062": part("totales", total=CENT),
    "2065": part("totales", descuento_no_base=CENT),
    "2064": part("totales", otros_cargos=CENT),
    "3020": part("totales", total_tributos=CENT),
    "2999": part("totales", gravado=CENT),
    "2048": part("totales", igv=CENT),
    "3462": mixed_rates,
    "2644": lambda: of(venta(item(), RICE_LINE)),
    "2650": taxes(ISC, shape=RICE),
    "3273": part("totales", EXPORT, exportacion=Decimal("1206.51")),
    "3274": part("totales", MIXED, inafecto=Decimal("12.67")),
    "3275": part("totales", MIXED, exonerado=Decimal("21.01")),
    "3276": part("totales", FREE, gratuito=Decimal(1)),
    "3277": part("totales", gravado=Decimal("2586.01")),
    "3293": part("totales", RICE, ivap_base=Decimal("129.01")),
    "3291": part("totales", igv=Decimal("466.31")),
    "3295": part("totales", RICE, ivap=Decimal("6.13")),
    "3296": part("totales", ISC_SHAPE, isc_base=Decimal("481.01")),
    "3298": part("totales", ISC_SHAPE, isc=Decimal("97.01")),
    "3299": part("totales", otros_tributos=Decimal("1.01")),
    "3302": part("totales", FREE, igv_gratuito=Decimal(0)),
    "3306": part("totales", BAGS, icbper=Decimal("1.51")),
    "3294": part("totales", total_tributos=Decimal("466.31")),
    "3278": part("totales", valor_venta=Decimal("2586.01")),
    "3279": part("totales", precio_venta=Decimal("3051.31")),
    "3300": part("totales", descuento_no_base=Decimal("1.01")),
    "3301": part("totales", otros_cargos=Decimal("1.01")),
    "3303": part("totales", redondeo=Decimal("1.01")),
    "3280": part("totales", total=Decimal("3051.31")),
    "3071": globally(codigo="99"),
    "3025": globally(factor=Decimal("0.0330111")),
    "2968": globally(monto=Decimal("85.331")),
    "3016": globally(base=Decimal("2585.001")),
    "3307": globally(monto=Decimal("86.40")),
}
PAYMENT: Mapping[str, Made] = {
    "3244": whole(forma_pago=None),
    "3246": whole(CREDIT_13, forma_pago=FormaPago()),
    "3249": paid(cuotas=()),
    "3252": paid(credito=False),
    "3250": paid(pendiente=Decimal(0)),
    "3253": paid(cuotas=(Cuota(monto=Decimal(0), vencimiento=HOY),)),
    "3265": paid(pendiente=Decimal("3050.31")),
    "3266": paid(cuotas=(Cuota(monto=Decimal("3050.31"), vencimiento=HOY),)),
    "3267": dues(0),
    "3321": dues(-30, shape=CREDIT_13),
    "3319": paid(pendiente=Decimal("3050.29")),
    "3128": whole(DEPOSIT, tipo_operacion="0101"),
    "3127": whole(tipo_operacion="1001"),
    "3129": whole(DEPOSIT, tipo_operacion="1003"),
    "3033": part("detraccion", DEPOSIT, codigo="999"),
    "3034": part("detraccion", DEPOSIT, cuenta=""),
    "3035": part("detraccion", DEPOSIT, monto=Decimal(0)),
    "3037": part("detraccion", DEPOSIT, monto=CENT),
    "3174": part("detraccion", DEPOSIT, medio_pago="000"),
}
BROKEN: Mapping[str, Made] = {
    **DOCUMENT, **PARTIES, **NOTES, **DETAIL, **TAXES, **SUMS, **PAYMENT,
}  # fmt: skip
"""By the code of the rule."""
