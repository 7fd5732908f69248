"""Credit and debit notes."""

from datetime import date
from typing import Any, Literal

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
from gateway.routes.sunat.envelope import Page, Told, page
from gateway.routes.sunat.series import path_id
from gateway.routes.sunat.ventas import SERIE_ERRORS, VENTA_INVALIDA
from gateway.routes.sunat.words import ALWAYS, DATOS_INVALIDOS, JSON_ERRORS, json_body, read_query
from shared.contracts.message import Contract
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.emision import IssueNota, ListNotas, NotaInput, NotaLines, ReadNota
from shared.contracts.sunat.values import Codigo2

Tipo = Literal["07", "08"]
_PATHS: dict[Tipo, str] = {"07": "/api/facturacion/notas-credito", "08": "/api/facturacion/notas-debito"}
_MESSAGES: dict[Tipo, str] = {
    "07": "Nota de Crédito emitida correctamente",
    "08": "Nota de Débito emitida correctamente",
}
COMPROBANTE_NO_ENCONTRADO = ErrorRow(404, "COMPROBANTE_NO_ENCONTRADO", "El comprobante F001-88 no existe")
COMPROBANTE_NO_ACEPTADO = ErrorRow(
    422, "COMPROBANTE_NO_ACEPTADO", "El comprobante está PENDIENTE: solo se emiten notas sobre comprobantes aceptados"
)
MOTIVO_INVALIDO = ErrorRow(422, "MOTIVO_INVALIDO", "El motivo no existe en el catálogo")
NOTA_EXCEDE_COMPROBANTE = ErrorRow(
    422, "NOTA_EXCEDE_COMPROBANTE", "La nota excede lo que queda del comprobante F001-88: 100.00"
)
NOTA_NO_ENCONTRADA = ErrorRow(404, "NOTA_NO_ENCONTRADA", "La nota no existe")


class NotaCreditoInput(NotaLines):
    """A credit note."""

    tipo_nota_credito: Codigo2
    """Catalog 09."""


class NotaDebitoInput(NotaLines):
    """A debit note."""

    tipo_nota_debito: Codigo2
    """Catalog 10."""


class NotaEmitida(Emitido):
    """A note that was issued."""

    comprobante_referencia: str
    tipo_nota: str
    motivo: str


class NotasQuery(BaseModel):
    """Filters of the list; days are those of issue, both inclusive."""

    page: int = Field(default=1, ge=1, le=1_000_000)
    per_page: int = Field(default=20, ge=1, le=100)
    fecha_desde: date | None = None
    fecha_hasta: date | None = None
    serie: str | None = Field(default=None, max_length=4)
    comprobante_referencia: str | None = Field(default=None, max_length=20)


async def issue_nota_credito(given: Input[NotaCreditoInput], deps: Deps) -> Answer:
    """Issue a credit note on a comprobante that SUNAT has accepted; customer and currency are that one's."""
    return await _issue("07", given.body.tipo_nota_credito, given, deps)


async def issue_nota_debito(given: Input[NotaDebitoInput], deps: Deps) -> Answer:
    """Issue a debit note on a comprobante that SUNAT has accepted; customer and currency are that one's."""
    return await _issue("08", given.body.tipo_nota_debito, given, deps)


async def _issue(tipo: Tipo, motivo: str, given: Input[Any], deps: Deps) -> Answer:
    lines: NotaLines = given.body
    nota = NotaInput(tipo=tipo, tipo_nota=motivo, **{name: getattr(lines, name) for name in NotaLines.model_fields})
    call = IssueNota(
        request_id=given.request_id,
        origin=deps.origin,
        company=given.caller.company,
        nota=nota,
        clave=key_in(given),
    )
    shown = await emitted(call, given, deps)
    return Answer(Told(message=_MESSAGES[tipo], data=_shown(tipo, shown, given, deps)))


def _shown(tipo: Tipo, shown: ComprobanteShown, given: Input[Any], deps: Deps) -> NotaEmitida:
    return NotaEmitida(
        **emitido_values(shown, f"{_PATHS[tipo]}/{shown.id}/pdf", given, deps.sunat.links),
        comprobante_referencia=shown.referencia or "",
        tipo_nota=shown.tipo_nota or "",
        motivo=shown.motivo or "",
    )


async def list_notas_credito(given: Input[None], deps: Deps) -> Answer:
    """Credit notes, newest first."""
    return await _list("07", given, deps)


async def list_notas_debito(given: Input[None], deps: Deps) -> Answer:
    """Debit notes, newest first."""
    return await _list("08", given, deps)


async def _list(tipo: Tipo, given: Input[None], deps: Deps) -> Answer:
    query = read_query(NotasQuery, given.query)
    found = await deps.bus.call(ListNotas(company=given.caller.company, tipo=tipo, **query.model_dump()))
    rows = [_shown(tipo, each, given, deps) for each in found.comprobantes]
    return Answer(page(rows, query.page, query.per_page, found.total))


async def read_nota_credito(given: Input[None], deps: Deps) -> Answer:
    """A credit note as it stands with SUNAT."""
    return await _read("07", given, deps)


async def read_nota_debito(given: Input[None], deps: Deps) -> Answer:
    """A debit note as it stands with SUNAT."""
    return await _read("08", given, deps)


async def _read(tipo: Tipo, given: Input[None], deps: Deps) -> Answer:
    call = ReadNota(company=given.caller.company, tipo=tipo, id=path_id(given, NOTA_NO_ENCONTRADA))
    return Answer(_shown(tipo, await deps.bus.call(call), given, deps))


_ISSUE_ERRORS = (
    *JSON_ERRORS,
    VENTA_INVALIDA,
    COMPROBANTE_NO_ENCONTRADO,
    COMPROBANTE_NO_ACEPTADO,
    MOTIVO_INVALIDO,
    NOTA_EXCEDE_COMPROBANTE,
    INVALID_IDEMPOTENCY_KEY,
    CLAVE_REUTILIZADA,
    *SERIE_ERRORS,
    EMISOR_NO_CONFIGURADO,
    *EMISION_ERRORS,
    *ALWAYS,
)


def _issue_row(tipo: Tipo, function: Any, model: type[Contract], summary: str) -> Route:
    return Route(
        "POST",
        _PATHS[tipo],
        function,
        summary,
        body=json_body(model),
        answer=Told[NotaEmitida],
        errors=_ISSUE_ERRORS,
        parameters=(KEY_PARAMETER,),
    )


def _list_row(tipo: Tipo, function: Any, summary: str) -> Route:
    errors, parameters = (DATOS_INVALIDOS, *ALWAYS), query_of(NotasQuery)
    return Route("GET", _PATHS[tipo], function, summary, answer=Page[NotaEmitida], errors=errors, parameters=parameters)


def _read_row(tipo: Tipo, function: Any, summary: str) -> Route:
    errors = (NOTA_NO_ENCONTRADA, *ALWAYS)
    return Route("GET", f"{_PATHS[tipo]}/{{id}}", function, summary, answer=NotaEmitida, errors=errors)


ROUTES = (
    _issue_row("07", issue_nota_credito, NotaCreditoInput, "Issue a credit note"),
    _list_row("07", list_notas_credito, "Credit notes"),
    _read_row("07", read_nota_credito, "A credit note"),
    _issue_row("08", issue_nota_debito, NotaDebitoInput, "Issue a debit note"),
    _list_row("08", list_notas_debito, "Debit notes"),
    _read_row("08", read_nota_debito, "A debit note"),
)
