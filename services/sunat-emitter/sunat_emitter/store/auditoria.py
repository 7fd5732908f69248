"""`auditoria_sunat`: every exchange with SUNAT, whole, with its credentials masked; kept as long as tax law asks."""

from datetime import datetime, timedelta
from typing import Any

from shared.mongo import Database, Index
from sunat_emitter.soap import Exchange

INDEXES = (
    Index("auditoria_sunat", (("nombre_archivo", 1), ("at", 1))),
    Index("auditoria_sunat", (("kept_until", 1),), expire_after_seconds=0),
)


class Auditoria:
    """Append-only."""

    def __init__(self, database: Database, kept: timedelta) -> None:
        self._rows = database["auditoria_sunat"]
        self._kept = kept

    async def add(self, name: str, company: str, exchange: Exchange, at: datetime) -> None:
        """Keep an exchange about a file (`RUC-TT-SERIE-NUM`, or a summary's name)."""
        await self._rows.insert_one(
            {
                "nombre_archivo": name,
                "company": company,
                "at": at,
                "operation": exchange.operation,
                "url": exchange.url,
                "http_status": exchange.status,
                "outcome": exchange.outcome,
                "seconds": round(exchange.seconds, 3),
                "request": exchange.request,
                "response": exchange.response,
                "kept_until": at + self._kept,
            }
        )

    async def last_url(self, name: str) -> str | None:
        """Where a file was sent last; None where it never was."""
        row = await self._rows.find_one({"nombre_archivo": name}, {"url": 1}, sort=[("at", -1)])
        return str(row["url"]) if row else None

    async def of(self, name: str) -> list[dict[str, Any]]:
        """The exchanges about a file, oldest first."""
        return [row async for row in self._rows.find({"nombre_archivo": name}).sort("at", 1)]
