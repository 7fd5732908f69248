"""Comprobantes as what goes into an RC or RA needs them: their heads and sums, without their lines."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field

from shared.contracts.message import Contract
from shared.contracts.sunat.emisores import Endpoint
from shared.contracts.sunat.values import EstadoSunat, TipoComprobante
from shared.mongo import Database
from sunat_emitter.documents.model import Totales
from sunat_emitter.store.comprobantes import RESUMEN, Via

_HEAD = {
    "documento.lineas": 0,
    "documento.leyendas": 0,
    "documento.emisor": 0,
    "documento.ajustes": 0,
    "documento.observaciones": 0,
}


class _Cliente(Contract):
    """The customer, as far as a line names him."""

    tipo_documento: str
    numero_documento: str


class _Referencia(Contract):
    """What a note changes."""

    tipo: TipoComprobante
    serie: str
    numero: int


class _Documento(Contract):
    """The document's head and sums."""

    tipo: TipoComprobante
    serie: str
    numero: int
    fecha_emision: date
    moneda: str
    cliente: _Cliente
    totales: Totales
    referencia: _Referencia | None = None


class Informable(Contract):
    """A comprobante that may go into an RC or RA."""

    nombre_archivo: str
    id: int
    ambiente: Endpoint
    documento: _Documento
    estado: EstadoSunat
    via: Via = "individual"
    resumen: str | None = None
    envio: dict[str, Any] = Field(default_factory=dict)

    def in_hand(self, now: datetime) -> bool:
        """Whether SUNAT may have it already, or a worker is sending it by itself."""
        until = self.envio.get("lease_until")
        return bool(self.envio.get("en_duda")) or (until is not None and until > now)

    @property
    def numero_completo(self) -> str:
        """`B001-150`."""
        return f"{self.documento.serie}-{self.documento.numero}"


class Informables:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._rows = database["comprobantes"]

    async def named(self, company: str, names: Sequence[str]) -> dict[str, Informable]:
        """The tenant's among these, by name."""
        found = self._rows.find({"_id": {"$in": list(names)}, "company": company}, _HEAD)
        return {row["_id"]: _read(row) async for row in found}

    async def notes_in_force(self, company: str, names: Sequence[str]) -> list[tuple[str, str]]:
        """The notes on these that are not rejected or void, each as (what it changes, its own name), by name."""
        standing = {"$nin": ["RECHAZADO", "ANULADO"]}
        wanted = {"company": company, "referencia": {"$in": list(names)}, "estado": standing}
        return [(row["referencia"], row["_id"]) async for row in self._rows.find(wanted, {"referencia": 1}).sort("_id")]

    async def pending(
        self, emisor_id: int, ambiente: Endpoint, fecha: date, limit: int, *, rechazos: int | None = None
    ) -> list[Informable]:
        """Those that wait for a summary of their day, by number; only those refused so often, where that is said."""
        wanted: dict[str, Any] = {**_waiting(emisor_id, ambiente), "fecha_emision": fecha.isoformat()}
        if rechazos is not None:
            wanted["rechazos"] = rechazos or {"$in": [0, None]}
        found = self._rows.find(wanted, _HEAD).sort([("tipo", 1), ("serie", 1), ("numero", 1)]).limit(limit)
        return [_read(row) async for row in found]

    async def pending_days(self, emisor_id: int, ambiente: Endpoint, until: date) -> list[date]:
        """The days of issue, up to this one, of which some wait for a summary."""
        wanted = {**_waiting(emisor_id, ambiente), "fecha_emision": {"$lte": until.isoformat()}}
        return sorted(date.fromisoformat(day) for day in await self._rows.distinct("fecha_emision", wanted))

    async def waiting_emisores(self) -> list[int]:
        """Issuers of whom some wait for a summary."""
        wanted = {"via": RESUMEN, "estado": "PENDIENTE", "resumen": None}
        return sorted(await self._rows.distinct("emisor_id", wanted))


def _waiting(emisor_id: int, ambiente: Endpoint) -> dict[str, Any]:
    return {"emisor_id": emisor_id, "via": RESUMEN, "estado": "PENDIENTE", "resumen": None, "ambiente": ambiente}


def _read(row: Mapping[str, Any]) -> Informable:
    return Informable(nombre_archivo=row["_id"], **row)
