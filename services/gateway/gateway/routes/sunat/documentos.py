"""A draft sale out of a paper that the caller had read."""

import asyncio
from decimal import Decimal

from pydantic import BaseModel, Field

from gateway.deps import Deps
from gateway.http import Answer, ErrorRow, Input, Problem, Route
from gateway.routes.sunat.envelope import Told
from gateway.routes.sunat.ventas import PATH, VENTA_ERRORS, VentaCreated, created
from gateway.routes.sunat.words import ALWAYS, JSON_ERRORS, json_body
from shared.contracts.lumis import ExtractedData, LumisOutcome, Product
from shared.contracts.sunat.values import ImporteInput
from shared.contracts.sunat.ventas import MAX_ITEMS, ClienteInput, CreateVenta, ItemInput, VentaInput
from shared.mandatory import line_price
from shared.money import to_cents

DOCUMENTO_NO_ENCONTRADO = ErrorRow(404, "DOCUMENTO_NO_ENCONTRADO", "No tiene un documento leído con ese request_id")
DOCUMENTO_SIN_DETALLE = ErrorRow(
    422, "DOCUMENTO_SIN_DETALLE", "La lectura del documento no tiene productos con precio para una venta"
)
_NOBODY = ClienteInput(tipo_documento="-", numero_documento="-", nombre="CLIENTES VARIOS")
_STANDARD_RATE = Decimal(18)
_TOLERANCE = Decimal("0.05")
"""Of the total, where lines were rounded one by one."""
_TEN_DECIMALS = Decimal("0.0000000001")
_LONGEST = 500
_SETTLING_SECONDS, _LOOK_SECONDS = 3.0, 0.1


class DesdeDocumentoInput(BaseModel):
    """What the paper does not say, or says otherwise."""

    cliente: ClienteInput = _NOBODY
    """Who buys; a boleta's unnamed customer where absent."""
    moneda: str = Field(default="PEN", pattern=r"^[A-Z]{3}$")
    tasa_igv: ImporteInput | None = Field(default=None, le=100)
    """Percent; 18 where absent."""


async def create_venta_desde_documento(given: Input[DesdeDocumentoInput], deps: Deps) -> Answer:
    """A draft sale with the lines of a paper that the caller uploaded; asked again, it answers with the same sale.

    Prices of sales are without IGV: where the paper's lines add up to its total, the tax is taken out of them.
    """
    request_id = given.path["request_id"]
    outcome = await _outcome(request_id, given.caller.user_id, deps)
    rate = _STANDARD_RATE if given.body.tasa_igv is None else given.body.tasa_igv
    items = items_of(outcome.extracted, rate)
    if not items:
        raise Problem(DOCUMENTO_SIN_DETALLE)
    venta = VentaInput(
        cliente=given.body.cliente,
        items=items,
        moneda=given.body.moneda,
        tasa_igv=given.body.tasa_igv,
        observaciones=f"Documento {number}" if (number := outcome.extracted.invoice_number) else "",
    )
    call = CreateVenta(
        company=given.caller.company, venta=venta, documento_origen=request_id, clave=f"documento/{request_id}"[:64]
    )
    return created(await deps.bus.call(call))


async def _outcome(request_id: str, user_id: str, deps: Deps) -> LumisOutcome:
    """What the user's upload ended with. Its answer may be a moment ahead of what is stored of it."""
    deadline = asyncio.get_running_loop().time() + _SETTLING_SECONDS
    while True:
        request = await deps.requests.find(request_id)
        if request is None or request.user_id != user_id:
            raise Problem(DOCUMENTO_NO_ENCONTRADO)
        outcome = request.conclusion.outcome if request.conclusion else None
        if isinstance(outcome, LumisOutcome):
            return outcome
        if request.has_ended or asyncio.get_running_loop().time() > deadline:
            raise Problem(DOCUMENTO_SIN_DETALLE)
        await asyncio.sleep(_LOOK_SECONDS)


def items_of(data: ExtractedData, rate: Decimal) -> tuple[ItemInput, ...]:
    """The lines of a reading as lines of a sale, without the tax; those without a price are left out."""
    priced = [(product, price) for product in data.products if (price := line_price(product)) and product.name.strip()]
    factor = 1 + rate / 100 if _is_gross(data, [price for _, price in priced]) else Decimal(1)
    return tuple(_item(product, price / factor) for product, price in priced[:MAX_ITEMS] if price > 0)


def _is_gross(data: ExtractedData, prices: list[Decimal]) -> bool:
    """Whether the lines have the tax in them: with it they are the total, without it the total less the tax."""
    if data.total is None:
        return False
    total, tax = data.total, data.tot_itbms or Decimal(0)
    missing = total - sum(prices, Decimal(0))
    return abs(missing) <= _TOLERANCE and (tax > _TOLERANCE or data.tot_itbms is None)


def _item(product: Product, value: Decimal) -> ItemInput:
    quantity = product.quantity if product.quantity and product.quantity > 0 else Decimal(1)
    unit = (value / quantity).quantize(_TEN_DECIMALS)
    if to_cents(unit) * quantity == to_cents(value):
        unit = to_cents(unit)
    return ItemInput(
        descripcion=" ".join(product.name.split())[:_LONGEST],
        unidad_medida="NIU",
        cantidad=quantity.quantize(_TEN_DECIMALS).normalize(),
        precio_unitario=unit,
    )


ROUTES = (
    Route(
        "POST",
        f"{PATH}/desde-documento/{{request_id}}",
        create_venta_desde_documento,
        "Make a sale out of a paper that was read",
        body=json_body(DesdeDocumentoInput, optional=True),
        status=201,
        answer=Told[VentaCreated],
        errors=(*JSON_ERRORS, DOCUMENTO_NO_ENCONTRADO, DOCUMENTO_SIN_DETALLE, *VENTA_ERRORS, *ALWAYS),
    ),
)
