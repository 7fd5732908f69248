"""How a document is paid: cash or instalments, and the deposit (detracción) that the customer withholds."""

from datetime import date
from decimal import Decimal

from shared.errors import Refused
from shared.money import to_cents
from sunat_emitter.documents import amounts
from sunat_emitter.documents.model import Cuota, Detraccion, FormaPago, TipoComprobante
from sunat_emitter.documents.sale import Nota, Venta

MONTOS_O_FECHAS_DE_PAGO = "13"
"""Catalog 09: the credit note that corrects instalments."""


def detraccion(venta: Venta, total: Decimal) -> Detraccion | None:
    """The deposit in soles on a document's total, None where the sale is subject to none.

    Raises:
        Refused: `DETRACCION_INVALIDA` in another currency without an exchange rate.
    """
    asked = venta.detraccion
    if asked is None:
        return None
    rate = Decimal(1) if venta.moneda == "PEN" else asked.tipo_cambio
    if not rate:
        raise Refused("DETRACCION_INVALIDA", "La detracción se paga en soles: indique el tipo de cambio")
    return Detraccion(
        codigo=asked.codigo,
        porcentaje=asked.porcentaje,
        monto=amounts.percentage(total * rate, asked.porcentaje),
        cuenta=asked.cuenta,
        medio_pago=asked.medio_pago,
    )


def forma_pago(venta: Venta, tipo: TipoComprobante, fecha: date, total: Decimal) -> FormaPago | None:
    """How a factura is paid, or the corrected instalments of a credit note of motive 13; None on other documents.

    A due date alone, after the issue date, is credit with one instalment. What is pending leaves out the deposit.

    Raises:
        Refused: `FECHA_VENCIMIENTO_INVALIDA` where the due date is before the issue date.
    """
    if venta.fecha_vencimiento and venta.fecha_vencimiento < fecha:
        raise Refused("FECHA_VENCIMIENTO_INVALIDA", "La fecha de vencimiento es anterior a la fecha de emisión")
    if isinstance(venta, Nota):
        corrects = tipo == "07" and venta.referencia.motivo_codigo == MONTOS_O_FECHAS_DE_PAGO
        if not corrects or not venta.cuotas:
            return None
        pending = sum((each.monto for each in venta.cuotas), Decimal(0))
        return FormaPago(credito=True, pendiente=pending, cuotas=venta.cuotas)
    if tipo != "01":
        return None
    pending = total - (amounts.percentage(total, venta.detraccion.porcentaje) if venta.detraccion else 0)
    if venta.cuotas:
        return FormaPago(credito=True, pendiente=to_cents(pending), cuotas=venta.cuotas)
    if venta.fecha_vencimiento is None or venta.fecha_vencimiento == fecha or not pending:
        return FormaPago()
    cuota = Cuota(monto=to_cents(pending), vencimiento=venta.fecha_vencimiento)
    return FormaPago(credito=True, pendiente=cuota.monto, cuotas=(cuota,))
