"""Issuing in one short transaction: the number, the comprobante, its XML and the mark on its source, or nothing."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession

from shared.contracts.sunat.emisores import Endpoint
from shared.errors import LumisError, Unavailable
from shared.mongo import Database, DuplicateKeyError, PyMongoError
from sunat_emitter.documents.model import Comprobante
from sunat_emitter.store.archivos import document as file_document
from sunat_emitter.store.comprobantes import Via
from sunat_emitter.store.series import StoredSerie
from sunat_emitter.store.ventas import venta_key

_SECONDS = 15.0
"""A transaction that a killed process left open blocks its series for the server's limit (5 s as we start it)."""


class SerieMoved(LumisError):
    """Another emission took the number meanwhile, or the series was switched off."""


class NumberTaken(LumisError):
    """Another tenant has used this number under the same RUC, or the idempotency key was used just now."""


class SourceChanged(LumisError):
    """The sale was invoiced or annulled meanwhile, or another note on the same comprobante was issued."""


@dataclass(frozen=True)
class Source:
    """The document that an emission comes from: it must still be as it was seen, and is marked."""

    collection: str
    seen: dict[str, Any]
    change: dict[str, Any]


@dataclass(frozen=True)
class Emission:
    """A comprobante that is about to exist."""

    id: int
    company: str
    emisor_id: int
    serie: StoredSerie
    """As it was seen; the comprobante's number is the next one."""
    comprobante: Comprobante
    xml: bytes
    hash: str
    venta_id: int | None
    referencia: str | None
    clave: str | None
    digest: str | None
    motivo: str | None
    metodo_pago: str
    request_id: str
    origin: str
    now: datetime
    kept_until: datetime
    ambiente: Endpoint = "beta"
    """Where SUNAT is to have it: what was tried out is worth nothing in production."""
    via: Via = "individual"
    """How SUNAT is told of it."""

    def document(self) -> dict[str, Any]:
        """The comprobante as it is inserted."""
        comprobante = self.comprobante
        return {
            "_id": comprobante.nombre_archivo,
            "id": self.id,
            "company": self.company,
            "emisor_id": self.emisor_id,
            "ambiente": self.ambiente,
            "venta_id": self.venta_id,
            "ruc": comprobante.emisor.ruc,
            "tipo": comprobante.tipo,
            "serie": comprobante.serie,
            "numero": comprobante.numero,
            "fecha_emision": comprobante.fecha_emision.isoformat(),
            "moneda": comprobante.moneda,
            "total": comprobante.totales.total,
            "referencia": self.referencia,
            "motivo": self.motivo,
            "metodo_pago": self.metodo_pago,
            **({"clave": self.clave, "digest": self.digest} if self.clave else {}),
            "documento": comprobante.model_dump(mode="json"),
            "estado": "PENDIENTE",
            "via": self.via,
            "motivo_pendiente": None,
            "hash": self.hash,
            "codigo_sunat": None,
            "mensaje_sunat": None,
            "observaciones": [],
            "fecha_envio": None,
            "intentos": 0,
            "notas": 0,
            "origin": self.origin,
            "request_id": self.request_id,
            "told": {"issued": False},
            "created_at": self.now,
        }

    def source(self, notes_seen: int) -> Source:
        """The sale, or the comprobante that a note changes with how many notes were seen on it."""
        comprobante = self.comprobante
        if self.venta_id is not None:
            became = {
                "id": self.id,
                "tipo": comprobante.tipo,
                "serie": comprobante.serie,
                "numero": comprobante.numero,
                "numero_completo": comprobante.numero_completo,
                "nombre_archivo": comprobante.nombre_archivo,
            }
            values = {"estado": "FACTURADO", "comprobante": became, "updated_at": self.now}
            seen: dict[str, Any] = {"_id": venta_key(self.company, self.venta_id), "estado": "PENDIENTE"}
            return Source("ventas", seen, {"$set": values})
        standing = {"estado": "ACEPTADO", "resumen": None, "notas": notes_seen}
        seen = {"_id": self.referencia, "company": self.company, **standing}
        return Source("comprobantes", seen, {"$inc": {"notas": 1}})


class Emisiones:
    """Carries emissions out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issue(self, emission: Emission, notes_seen: int = 0) -> None:
        """Write everything, or nothing.

        Raises:
            SerieMoved, NumberTaken, SourceChanged: nothing was written; look again.
            Unavailable: it is not known whether it was written; whoever asks again finds out.
        """
        document, source = emission.document(), emission.source(notes_seen)
        file = file_document(
            f"{emission.comprobante.nombre_archivo}.xml",
            emission.xml,
            company=emission.company,
            kept_until=emission.kept_until,
        )

        async def write(session: AsyncClientSession) -> None:
            marked = await self._database[source.collection].update_one(source.seen, source.change, session=session)
            if not marked.matched_count:
                raise SourceChanged("the source is no longer what it was")
            await self._database["comprobantes"].insert_one(document, session=session)
            await self._database["archivos"].insert_one(file, session=session)
            # Last, because it is what emissions side by side meet at.
            await self._take(emission, session)

        try:
            async with asyncio.timeout(_SECONDS), self._database.client.start_session() as session:
                await session.with_transaction(write)
        except DuplicateKeyError:
            raise NumberTaken(emission.comprobante.nombre_archivo) from None
        except (PyMongoError, TimeoutError) as error:
            raise Unavailable(f"the emission was not confirmed ({type(error).__name__})") from error

    async def _take(self, emission: Emission, session: AsyncClientSession) -> None:
        number = emission.comprobante.numero
        wanted = {"_id": emission.serie.key, "correlativo_actual": number - 1, "estado": "activo"}
        change = {"$set": {"correlativo_actual": number}}
        taken = await self._database["series"].update_one(wanted, change, session=session)
        if not taken.matched_count:
            raise SerieMoved(emission.serie.serie)
