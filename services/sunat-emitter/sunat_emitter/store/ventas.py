"""The collection `ventas`: sales, from draft to comprobante."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.contracts.message import Contract
from shared.contracts.sunat.values import Importe
from shared.contracts.sunat.ventas import (
    ComprobanteOfVenta,
    EstadoVenta,
    ItemShown,
    ListVentas,
    TotalesShown,
    VentaInput,
)
from shared.mongo import Database, DuplicateKeyError, Index
from sunat_emitter.store.contadores import Contadores

_VENTAS = "ventas"
_LIST = {"entrada": 0, "items": 0, "totales": 0}


class VentaComprobante(ComprobanteOfVenta):
    """The comprobante that a sale became."""

    nombre_archivo: str


class VentaHead(Contract):
    """A sale without its lines."""

    id: int
    company: str
    codigo_venta: str
    fecha: datetime
    estado: EstadoVenta
    cliente: dict[str, str]
    total: Importe
    moneda: str
    comprobante: VentaComprobante | None = None


class StoredVenta(VentaHead):
    """A sale."""

    entrada: VentaInput
    """As it was handed in."""
    items: tuple[ItemShown, ...]
    totales: TotalesShown
    rechazados: tuple[str, ...] = ()
    """Names of comprobantes that SUNAT rejected."""
    motivo_anulacion: str | None = None
    documento_origen: str | None = None
    digest: str | None = None
    """Of what came with its idempotency key."""
    created_at: datetime
    updated_at: datetime


class Ventas:
    """Reads and writes sales."""

    INDEXES = (
        Index(_VENTAS, (("company", 1), ("id", -1))),
        Index(_VENTAS, (("company", 1), ("clave", 1)), unique=True, partial={"clave": {"$type": "string"}}),
    )

    def __init__(self, database: Database, contadores: Contadores) -> None:
        self._rows = database[_VENTAS]
        self._contadores = contadores

    async def new_ids(self, company: str, items: int) -> tuple[int, int]:
        """An id for a sale, and the first of the ids of its lines."""
        return (
            await self._contadores.take(f"{_VENTAS}/{company}"),
            await self._contadores.take(f"items/{company}", items),
        )

    async def insert(self, venta: StoredVenta, clave: str | None) -> StoredVenta:
        """Store a new sale; where its key was used before, the sale that was stored then."""
        document = {
            "_id": venta_key(venta.company, venta.id),
            **venta.model_dump(exclude={"entrada"}),
            "entrada": venta.entrada.model_dump(mode="json"),
            "buscado": searchable(f"{venta.cliente['nombre']} {venta.cliente['numero_documento']}"),
            **({"clave": clave} if clave else {}),
        }
        try:
            await self._rows.insert_one(document)
        except DuplicateKeyError:
            if clave is None or (first := await self.by_key(venta.company, clave)) is None:
                raise
            return first
        return venta

    async def by_key(self, company: str, clave: str) -> StoredVenta | None:
        """The sale that was made with this idempotency key."""
        return _read(await self._rows.find_one({"company": company, "clave": clave}))

    async def find(self, company: str, venta_id: int) -> StoredVenta | None:
        """A sale by its id."""
        return _read(await self._rows.find_one({"_id": venta_key(company, venta_id)}))

    async def page(self, wanted: dict[str, Any], skip: int, limit: int) -> tuple[list[VentaHead], int]:
        """Sales, newest first, and how many there are in all."""
        found = self._rows.find(wanted, _LIST).sort([("company", 1), ("id", -1)]).skip(skip).limit(limit)
        return [VentaHead(**row) async for row in found], await self._rows.count_documents(wanted)

    async def annul(self, company: str, venta_id: int, motivo: str, now: datetime) -> StoredVenta | None:
        """Annul a draft; the sale as it stands afterwards, whatever its state."""
        values = {"estado": "ANULADO", "motivo_anulacion": motivo, "updated_at": now}
        await self._rows.update_one({"_id": venta_key(company, venta_id), "estado": "PENDIENTE"}, {"$set": values})
        return await self.find(company, venta_id)

    async def reopen(self, company: str, venta_id: int, nombre_archivo: str, now: datetime) -> None:
        """Make a sale a draft again whose comprobante was rejected; a repeat changes nothing."""
        wanted = {"_id": venta_key(company, venta_id), "comprobante.nombre_archivo": nombre_archivo}
        values = {"estado": "PENDIENTE", "comprobante": None, "updated_at": now}
        await self._rows.update_one(wanted, {"$set": values, "$addToSet": {"rechazados": nombre_archivo}})


def venta_key(company: str, venta_id: int) -> str:
    """The id of a sale's document."""
    return f"{company}/{venta_id}"


def searchable(text: str) -> str:
    """A text without case and accents, so that a search finds it however it was typed."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\0", ""))  # a pattern holds no zero byte
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def filters(call: ListVentas, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """What a list of sales is narrowed to; `until` is exclusive."""
    wanted: dict[str, Any] = {"company": call.company}
    if call.estado:
        wanted["estado"] = call.estado
    if since or until:
        wanted["fecha"] = {**({"$gte": since} if since else {}), **({"$lt": until} if until else {})}
    conditions: Sequence[tuple[str, str | None]] = (
        ("buscado", searchable(call.cliente) if call.cliente else None),
        ("codigo_venta", searchable(call.codigo_venta).upper() if call.codigo_venta else None),
    )
    wanted |= {field: {"$regex": re.escape(text)} for field, text in conditions if text}
    return wanted


def _read(row: dict[str, Any] | None) -> StoredVenta | None:
    return None if row is None else StoredVenta(**row)
