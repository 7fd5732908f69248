"""Rules on how a document is paid: forma de pago, instalments, the deposit."""

from collections.abc import Callable
from decimal import Decimal

from sunat_emitter.documents.model import Comprobante, Detraccion, FormaPago
from sunat_emitter.documents.payment import MONTOS_O_FECHAS_DE_PAGO
from sunat_emitter.documents.rules.catalogs import BIENES_Y_SERVICIOS, DETRACCIONES, MEDIOS_DE_PAGO
from sunat_emitter.documents.rules.format import is_amount
from sunat_emitter.documents.rules.rule import Rule

_LARGEST_INSTALMENT = 999
_ONE_CODE = {"1002": "004", "1003": "028", "1004": "027"}
"""The code of catalog 54 that a kind of operation wants."""


def corrects_payment(comprobante: Comprobante) -> bool:
    """Whether it is the credit note that corrects instalments."""
    note = comprobante.referencia
    return comprobante.tipo == "07" and note is not None and note.motivo_codigo == MONTOS_O_FECHAS_DE_PAGO


def _forma(code: str, message: str, broken: Callable[[Comprobante, FormaPago], bool]) -> Rule:
    return Rule(code, message, lambda each: each.forma_pago is not None and broken(each, each.forma_pago))


def _deposit(code: str, message: str, broken: Callable[[Comprobante, Detraccion], bool]) -> Rule:
    return Rule(code, message, lambda each: each.detraccion is not None and broken(each, each.detraccion))


def _not_summed(_comprobante: Comprobante, forma: FormaPago) -> bool:
    whole = sum((cuota.monto for cuota in forma.cuotas), Decimal(0))
    return forma.credito and bool(forma.cuotas) and whole != forma.pendiente


def _before_changed(comprobante: Comprobante, forma: FormaPago) -> bool:
    note = comprobante.referencia
    since = note.fecha_emision if note else None
    return since is not None and any(cuota.vencimiento <= since for cuota in forma.cuotas)


PAYMENT = (
    Rule(
        "3244",
        "Debe consignar la informacion del tipo de transaccion del comprobante",
        lambda each: each.tipo == "01" and each.forma_pago is None,
    ),
    Rule(
        "3257",
        "Debe consignar la informacion de la forma de pago en la Nota de Crédito de motivo 13",
        lambda each: corrects_payment(each) and each.forma_pago is None,
    ),
    _forma(
        "3246",
        "El tipo de transaccion o el identificador de la cuota no cumple con el formato esperado",
        lambda each, forma: (each.tipo == "07" and not forma.credito) or len(forma.cuotas) > _LARGEST_INSTALMENT,
    ),
    _forma(
        "3249",
        "Si el tipo de transaccion es al Credito debe existir al menos información de una cuota de pago",
        lambda _each, forma: forma.credito and not forma.cuotas,
    ),
    _forma(
        "3252",
        "Si existe información de cuota de pago, el tipo de transaccion debe ser al credito",
        lambda _each, forma: not forma.credito and bool(forma.cuotas),
    ),
    _forma(
        "3250",
        "El Monto neto pendiente de pago no cumple el formato definido",
        lambda _each, forma: forma.credito and (not is_amount(forma.pendiente) or not forma.pendiente),
    ),
    _forma(
        "3253",
        "El Monto del pago único o de las cuotas no cumple el formato definido",
        lambda _each, forma: any(not is_amount(cuota.monto) or not cuota.monto for cuota in forma.cuotas),
    ),
    _forma(
        "3265",
        "El Monto neto pendiente de pago debe ser menor o igual al Importe total del comprobante",
        lambda each, forma: each.tipo == "01" and forma.credito and forma.pendiente > each.totales.total,
    ),
    _forma(
        "3266",
        "El Monto del pago único o de las cuotas debe ser menor o igual al Importe total del comprobante",
        lambda each, forma: each.tipo == "01" and any(cuota.monto > each.totales.total for cuota in forma.cuotas),
    ),
    _forma(
        "3267",
        "Fecha del pago único o de las cuotas no puede ser anterior o igual a la fecha de emisión del comprobante",
        lambda each, forma: (
            each.tipo == "01" and any(cuota.vencimiento <= each.fecha_emision for cuota in forma.cuotas)
        ),
    ),
    _forma(
        "3321",
        "La fecha de la cuota debe ser posterior a la fecha de emisión del comprobante que se modifica",
        _before_changed,
    ),
    _forma("3319", "La suma de las cuotas debe ser igual al Monto neto pendiente de pago", _not_summed),
    _forma(
        "3128",
        "El XML contiene información de forma de pago que no corresponde al tipo de comprobante",
        lambda each, _forma: each.tipo == "03",
    ),
)

DEPOSIT = (
    Rule(
        "3127",
        "El XML no contiene el tag o no existe información del Codigo de BBSS de detracción para el tipo de operación",
        lambda each: (
            each.tipo in {"01", "03"}
            and each.tipo_operacion in DETRACCIONES
            and (each.detraccion is None or not each.detraccion.codigo)
        ),
    ),
    _deposit(
        "3128",
        "El XML contiene información de codigo de bien y servicio de detracción que no corresponde al tipo de "
        "operación",
        lambda each, _deposit: each.tipo_operacion not in DETRACCIONES,
    ),
    _deposit(
        "3129",
        "El dato ingresado como codigo de BBSS de detracción no corresponde al valor esperado",
        lambda each, deposit: _ONE_CODE.get(each.tipo_operacion, deposit.codigo) != deposit.codigo,
    ),
    _deposit(
        "3033",
        "El codigo de bien o servicio sujeto a detracción no existe en el listado",
        lambda _each, deposit: bool(deposit.codigo) and deposit.codigo not in BIENES_Y_SERVICIOS,
    ),
    _deposit(
        "3034",
        "El xml no contiene el tag o no existe información en el nro de cuenta de detracción",
        lambda _each, deposit: not deposit.cuenta,
    ),
    _deposit(
        "3035",
        "El xml no contiene el tag o no existe información en el monto de detraccion",
        lambda _each, deposit: not deposit.monto,
    ),
    _deposit(
        "3037",
        "El dato ingresado en monto de detraccion no cumple con el formato establecido",
        lambda _each, deposit: not is_amount(deposit.monto),
    ),
    _deposit(
        "3174",
        "El dato ingresado como medio de pago no corresponde al valor esperado (catálogo nro. 59)",
        lambda _each, deposit: deposit.medio_pago not in MEDIOS_DE_PAGO,
    ),
)
