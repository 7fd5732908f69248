"""Sales: made, listed, shown, annulled, invoiced."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from gateway.deps import Deps
from gateway.http import Answer, ErrorRow, Input, Route, query_of
from gateway.repeats import INVALID_IDEMPOTENCY_KEY
from gateway.routes.sunat.emision import (
    CLAVE_REUTILIZADA,
    EMISION_ERRORS,
    KEY_PARAMETER,
    Emitido,
    emitido_values,
    emitted,
    key_in,
)
from gateway.routes.sunat.emisores import EMISOR_NO_CONFIGURADO
from gateway.routes.sunat.envelope import Done, Page, Told, page
from gateway.routes.sunat.series import SERIE_AGOTADA, SERIE_INACTIVA, SERIE_INVALIDA, path_id
from gateway.routes.sunat.words import ALWAYS, DATOS_INVALIDOS, JSON_ERRORS, json_body, read_query
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.emision import FacturarInput, IssueComprobante
from shared.contracts.sunat.values import Importe
from shared.contracts.sunat.ventas import (
    AnnulVenta,
    CreateVenta,
    EstadoVenta,
    ListVentas,
    ReadVenta,
    TotalesShown,
    VentaFacts,
    VentaInput,
    VentaRow,
    VentaShown,
)

PATH = "/api/ventas"
VENTA_NO_ENCONTRADA = ErrorRow(404, "VENTA_NO_ENCONTRADA", "La venta no existe")
VENTA_INVALIDA = ErrorRow(422, "VENTA_INVALIDA", "items.0.unidad_medida: XX no existe en el catálogo 03")
DESCUENTO_INVALIDO = ErrorRow(422, "DESCUENTO_INVALIDO", "El descuento global supera el importe de los ítems")
CLIENTE_INVALIDO = ErrorRow(422, "CLIENTE_INVALIDO", "Para emitir Factura el cliente debe tener RUC válido")
VENTA_ANULADA = ErrorRow(422, "VENTA_ANULADA", "La venta está anulada")
VENTA_FACTURADA = ErrorRow(
    422,
    "VENTA_FACTURADA",
    "No se puede anular una venta facturada. Debe emitir una Nota de Crédito o Comunicación de Baja.",
)


class ClienteNamed(BaseModel):
    """A customer's document and name."""

    tipo_documento: str
    numero_documento: str
    nombre: str


class VentaCreated(BaseModel):
    """A new sale."""

    id: int
    codigo_venta: str
    fecha: datetime
    cliente: ClienteNamed
    estado: EstadoVenta
    totales: TotalesShown


class ClienteListed(BaseModel):
    """A customer in a list."""

    nombre: str
    numero_documento: str


class ComprobanteListed(BaseModel):
    """What a sale became, in a list."""

    tipo: str
    serie: str
    numero: int
    numero_completo: str


class VentaListed(BaseModel):
    """A sale in a list."""

    id: int
    codigo_venta: str
    fecha: datetime
    cliente: ClienteListed
    estado: EstadoVenta
    total: Importe
    moneda: str
    comprobante: ComprobanteListed | None


class VentaDetail(VentaFacts):
    """A whole sale; its comprobante with the links to its files."""

    comprobante: Emitido | None


class VentasQuery(BaseModel):
    """Filters of the list; days are those of Lima, both inclusive."""

    page: int = Field(default=1, ge=1, le=1_000_000)
    per_page: int = Field(default=20, ge=1, le=100)
    estado: EstadoVenta | None = None
    fecha_desde: date | None = None
    fecha_hasta: date | None = None
    cliente: str | None = Field(default=None, max_length=100)
    codigo_venta: str | None = Field(default=None, max_length=40)


class AnularInput(BaseModel):
    """Why a sale is annulled."""

    motivo: str = Field(default="", max_length=500)


class Facturado(BaseModel):
    """A sale's comprobante."""

    venta_id: int
    comprobante: Emitido


async def create_venta(given: Input[VentaInput], deps: Deps) -> Answer:
    """A new sale, a draft. Prices and discounts are without IGV; a discount is one amount for its whole line."""
    call = CreateVenta(company=given.caller.company, venta=given.body, clave=key_in(given))
    return created(await deps.bus.call(call))


def created(shown: VentaShown) -> Answer:
    """The answer that a new sale gets."""
    data = VentaCreated(
        id=shown.id,
        codigo_venta=shown.codigo_venta,
        fecha=shown.fecha,
        cliente=ClienteNamed(**shown.cliente.model_dump(include=set(ClienteNamed.model_fields))),
        estado=shown.estado,
        totales=shown.totales,
    )
    return Answer(Told(message="Venta creada correctamente", data=data), status=201)


async def list_ventas(given: Input[None], deps: Deps) -> Answer:
    """Sales, newest first. `cliente` is looked for in names and document numbers, `codigo_venta` in codes."""
    query = read_query(VentasQuery, given.query)
    found = await deps.bus.call(ListVentas(company=given.caller.company, **query.model_dump()))
    return Answer(page([_listed(row) for row in found.ventas], query.page, query.per_page, found.total))


def _listed(row: VentaRow) -> VentaListed:
    became = row.comprobante
    return VentaListed(
        **row.model_dump(include={"id", "codigo_venta", "fecha", "estado", "total", "moneda"}),
        cliente=ClienteListed(nombre=row.cliente.nombre, numero_documento=row.cliente.numero_documento),
        comprobante=ComprobanteListed(**became.model_dump(exclude={"id"})) if became else None,
    )


async def read_venta(given: Input[None], deps: Deps) -> Answer:
    """A whole sale with the figures of each line."""
    call = ReadVenta(company=given.caller.company, id=path_id(given, VENTA_NO_ENCONTRADA))
    shown = await deps.bus.call(call)
    comprobante = _emitido(shown.comprobante, call.id, given, deps) if shown.comprobante else None
    facts = {name: getattr(shown, name) for name in VentaFacts.model_fields}
    return Answer(VentaDetail(**facts, comprobante=comprobante))


async def annul_venta(given: Input[AnularInput], deps: Deps) -> Answer:
    """Annul a sale that was not invoiced."""
    venta_id = path_id(given, VENTA_NO_ENCONTRADA)
    await deps.bus.call(AnnulVenta(company=given.caller.company, id=venta_id, motivo=given.body.motivo))
    return Answer(Done(message="Venta anulada correctamente"))


async def facturar_venta(given: Input[FacturarInput], deps: Deps) -> Answer:
    """Issue a sale's factura or boleta and send it to SUNAT; repeated, it answers with the one that was issued.

    Waits some seconds for SUNAT; where its answer takes longer, `estado_sunat` is PENDIENTE and sending goes on.
    """
    call = IssueComprobante(
        request_id=given.request_id,
        origin=deps.origin,
        company=given.caller.company,
        venta_id=path_id(given, VENTA_NO_ENCONTRADA),
        datos=given.body,
    )
    shown = await emitted(call, given, deps)
    facturado = Facturado(venta_id=call.venta_id, comprobante=_emitido(shown, call.venta_id, given, deps))
    return Answer(Told(message="Comprobante emitido correctamente", data=facturado))


def _emitido(shown: ComprobanteShown, venta_id: int, given: Input[Any], deps: Deps) -> Emitido:
    return Emitido(**emitido_values(shown, f"{PATH}/{venta_id}/pdf", given, deps.sunat.links))


VENTA_ERRORS = (VENTA_INVALIDA, DESCUENTO_INVALIDO, CLIENTE_INVALIDO, INVALID_IDEMPOTENCY_KEY, CLAVE_REUTILIZADA)
SERIE_ERRORS = (SERIE_INVALIDA, SERIE_INACTIVA, SERIE_AGOTADA)

ROUTES = (
    Route(
        "POST",
        PATH,
        create_venta,
        "Make a sale",
        body=json_body(VentaInput),
        status=201,
        answer=Told[VentaCreated],
        errors=(*JSON_ERRORS, *VENTA_ERRORS, *ALWAYS),
        parameters=(KEY_PARAMETER,),
    ),
    Route(
        "GET",
        PATH,
        list_ventas,
        "Sales",
        answer=Page[VentaListed],
        errors=(DATOS_INVALIDOS, *ALWAYS),
        parameters=query_of(VentasQuery),
    ),
    Route("GET", f"{PATH}/{{id}}", read_venta, "A sale", answer=VentaDetail, errors=(VENTA_NO_ENCONTRADA, *ALWAYS)),
    Route(
        "PATCH",
        f"{PATH}/{{id}}/anular",
        annul_venta,
        "Annul a sale",
        body=json_body(AnularInput, optional=True),
        answer=Done,
        errors=(*JSON_ERRORS, VENTA_NO_ENCONTRADA, VENTA_FACTURADA, *ALWAYS),
    ),
    Route(
        "POST",
        f"{PATH}/{{id}}/facturar",
        facturar_venta,
        "Issue a sale's comprobante",
        body=json_body(FacturarInput),
        answer=Told[Facturado],
        errors=(
            *JSON_ERRORS,
            VENTA_NO_ENCONTRADA,
            VENTA_ANULADA,
            VENTA_FACTURADA,
            CLIENTE_INVALIDO,
            *SERIE_ERRORS,
            EMISOR_NO_CONFIGURADO,
            *EMISION_ERRORS,
            *ALWAYS,
        ),
    ),
)
