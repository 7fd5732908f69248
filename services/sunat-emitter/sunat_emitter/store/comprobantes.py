"""The collection `comprobantes`: what was issued, and how it stands with SUNAT. Keyed by `RUC-TT-SERIE-NUM`."""

from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from shared.contracts.message import Contract
from shared.contracts.sunat.emisores import Endpoint
from shared.contracts.sunat.values import EstadoSunat
from shared.mongo import Database, Index
from sunat_emitter.documents.model import Comprobante

_COMPROBANTES = "comprobantes"
Via = Literal["individual", "resumen"]
"""How SUNAT is told of a comprobante: by itself, or in a daily summary."""
RESUMEN: Via = "resumen"


class FueraDePlazo(Contract):
    """Its legal time ended before SUNAT had it."""

    desde: datetime
    que_hacer: str
    """What can still be done, for a person."""


class StoredComprobante(Contract):
    """A comprobante as it stands."""

    nombre_archivo: str
    id: int
    company: str
    emisor_id: int
    ambiente: Endpoint
    venta_id: int | None
    documento: Comprobante
    referencia: str | None = None
    """Of a note: the name of the comprobante that it changes."""
    motivo: str | None = None
    """Of a note, as its issuer worded it."""
    metodo_pago: str = ""
    """How the customer said to pay, in the seller's words; the document itself says cash or credit only."""
    digest: str | None = None
    """Of what came with its idempotency key."""
    estado: EstadoSunat
    motivo_pendiente: str | None = None
    hash: str
    codigo_sunat: str | None = None
    mensaje_sunat: str | None = None
    observaciones: tuple[str, ...] = ()
    fecha_envio: datetime | None = None
    origin: str
    request_id: str
    notas: int = 0
    """How many notes were issued on it."""
    via: Via = "individual"
    resumen: str | None = None
    """The RC or RA that it is in, until SUNAT has decided that."""
    informado_por: str | None = None
    """The RC by which SUNAT took it."""
    anulado_por: str | None = None
    """The RC or RA by which it is void."""
    motivo_anulacion: str | None = None
    aviso: str | None = None
    """Why SUNAT refused the last RC or RA that it was in."""
    fuera_de_plazo: FueraDePlazo | None = None
    """Counts while it is pending: SUNAT may have had it in time all the same."""


class Comprobantes:
    """Reads comprobantes. `emision` inserts them; who sends them writes what SUNAT said."""

    INDEXES = (
        Index(_COMPROBANTES, (("company", 1), ("tipo", 1), ("id", -1))),
        Index(_COMPROBANTES, (("company", 1), ("referencia", 1)), partial={"referencia": {"$type": "string"}}),
        Index(_COMPROBANTES, (("company", 1), ("clave", 1)), unique=True, partial={"clave": {"$type": "string"}}),
        Index(_COMPROBANTES, (("ruc", 1), ("tipo", 1), ("serie", 1), ("numero", -1))),
        Index(_COMPROBANTES, (("created_at", 1),), partial={"told.issued": False}),
        Index(
            _COMPROBANTES,
            (("via", 1), ("emisor_id", 1), ("fecha_emision", 1)),
            partial={"via": RESUMEN, "estado": "PENDIENTE"},
        ),
        Index(_COMPROBANTES, (("resumen", 1),), partial={"resumen": {"$type": "string"}}),
    )

    def __init__(self, database: Database) -> None:
        self._rows = database[_COMPROBANTES]

    async def find(self, nombre_archivo: str, company: str | None = None) -> StoredComprobante | None:
        """A comprobante by its name; only the tenant's, where one is given."""
        wanted = {"_id": nombre_archivo} if company is None else {"_id": nombre_archivo, "company": company}
        return _read(await self._rows.find_one(wanted))

    async def by_id(self, company: str, tipo: str, comprobante_id: int) -> StoredComprobante | None:
        """A comprobante by its type and the id that the API shows."""
        return _read(await self._rows.find_one({"company": company, "tipo": tipo, "id": comprobante_id}))

    async def by_key(self, company: str, clave: str) -> StoredComprobante | None:
        """The note that was issued with this idempotency key."""
        return _read(await self._rows.find_one({"company": company, "clave": clave}))

    async def by_number(self, company: str, tipo: str, serie: str, numero: int) -> StoredComprobante | None:
        """The tenant's comprobante with this number."""
        wanted = {"company": company, "tipo": tipo, "serie": serie, "numero": numero}
        return _read(await self._rows.find_one(wanted))

    async def page(self, wanted: dict[str, Any], skip: int, limit: int) -> tuple[list[StoredComprobante], int]:
        """Comprobantes, newest first, and how many there are in all."""
        order = [("company", 1), ("tipo", 1), ("id", -1)]
        found = self._rows.find(wanted).sort(order).skip(skip).limit(limit)
        return [each async for row in found if (each := _read(row))], await self._rows.count_documents(wanted)

    async def noted(self, company: str, nombre_archivo: str) -> tuple[Decimal, Decimal]:
        """What the notes on a comprobante, but for rejected and voided ones, credit and charge."""
        in_force = {"$nin": ["RECHAZADO", "ANULADO"]}
        wanted = {"company": company, "referencia": nombre_archivo, "estado": in_force}
        credited, charged = Decimal(0), Decimal(0)
        async for row in self._rows.find(wanted, {"tipo": 1, "total": 1}):
            if row["tipo"] == "07":
                credited += row["total"]
            else:
                charged += row["total"]
        return credited, charged

    async def last_number(self, ruc: str, tipo: str, serie: str) -> int:
        """The highest number of a series that any tenant used under this RUC; 0 where there is none."""
        wanted = {"ruc": ruc, "tipo": tipo, "serie": serie}
        row = await self._rows.find_one(wanted, {"numero": 1}, sort=[("numero", -1)])
        return int(row["numero"]) if row else 0

    async def untold(self, before: datetime, limit: int = 200) -> AsyncIterator[StoredComprobante]:
        """Comprobantes of before whose issue nothing marked as published."""
        found = self._rows.find({"told.issued": False, "created_at": {"$lt": before}}).sort("created_at", 1)
        async for row in found.limit(limit):
            if (each := _read(row)) is not None:
                yield each

    async def told(self, nombre_archivo: str) -> None:
        """Its issue was published."""
        await self._rows.update_one({"_id": nombre_archivo}, {"$set": {"told.issued": True}})


def _read(row: dict[str, Any] | None) -> StoredComprobante | None:
    return None if row is None else StoredComprobante(nombre_archivo=row["_id"], **row)
