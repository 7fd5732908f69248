"""The collection `emisores`: one issuer per tenant; its SOL password and its key are sealed."""

from datetime import date, datetime
from typing import Any

from shared.contracts.message import Contract
from shared.contracts.sunat.emisores import Endpoint, EnvioBoletas, Hora
from shared.mongo import Database, DuplicateKeyError, Index, ReturnDocument
from sunat_emitter.store.contadores import Contadores

_EMISORES = "emisores"


class StoredCertificate(Contract):
    """A certificate; `sellado` holds it with its private key."""

    nombre: str
    propietario: str
    vencimiento: date
    valid_until: datetime
    sellado: str


class StoredEmisor(Contract):
    """An issuer."""

    id: int
    company: str
    ruc: str
    razon_social: str
    nombre_comercial: str = ""
    domicilio_fiscal: str = ""
    ubigeo: str
    email: str = ""
    telefono: str = ""
    sol_usuario: str | None = None
    sol_clave: str | None = None
    """Sealed at the place `clave_place`."""
    sol_endpoint: Endpoint = "beta"
    envio_boletas: EnvioBoletas = "individual"
    resumen_automatico: bool = True
    """Whether what waits for a summary is summarised by night."""
    resumen_hora: Hora | None = None
    """When, by the clock of Lima; None: as the installation is set."""
    certificado: StoredCertificate | None = None
    version: int = 1
    """Raised by each change, so that who gave up on a wrong password sees that there may be another."""
    created_at: datetime
    updated_at: datetime

    @property
    def clave_place(self) -> str:
        """Where the SOL password is sealed to."""
        return f"emisores/{self.id}/sol_clave"

    @property
    def certificado_place(self) -> str:
        """Where the certificate is sealed to."""
        return f"emisores/{self.id}/certificado"


class Emisores:
    """Reads and writes issuers."""

    INDEXES = (
        Index(_EMISORES, (("company", 1),), unique=True),
        # Two tenants may try out the same RUC in SUNAT's test system; in production it is one taxpayer's.
        Index(_EMISORES, (("ruc", 1),), unique=True, partial={"sol_endpoint": "prod"}),
    )

    def __init__(self, database: Database, contadores: Contadores) -> None:
        self._rows = database[_EMISORES]
        self._contadores = contadores

    async def of_company(self, company: str) -> StoredEmisor | None:
        """The tenant's issuer."""
        return _read(await self._rows.find_one({"company": company}))

    async def find(self, emisor_id: int) -> StoredEmisor | None:
        """An issuer by its id."""
        return _read(await self._rows.find_one({"_id": emisor_id}))

    async def all(self) -> list[StoredEmisor]:
        """Every issuer, by id."""
        found = [_read(row) async for row in self._rows.find({}).sort("_id", 1)]
        return [each for each in found if each is not None]

    async def certificate_ends(self) -> list[datetime]:
        """When each issuer's certificate ends."""
        wanted = {"certificado.valid_until": {"$exists": True}}
        rows = self._rows.find(wanted, {"certificado.valid_until": 1})
        return [row["certificado"]["valid_until"] async for row in rows]

    async def create(self, company: str, values: dict[str, Any], now: datetime) -> StoredEmisor | None:
        """Make the tenant's issuer; None where another request was quicker.

        Raises:
            DuplicateKeyError: another tenant has this RUC in production.
        """
        emisor_id = await self._contadores.take(_EMISORES)
        document = {"_id": emisor_id, "company": company, **values, "version": 1, "created_at": now, "updated_at": now}
        try:
            await self._rows.insert_one(document)
        except DuplicateKeyError:
            if await self.of_company(company) is None:
                raise
            return None
        return _read(document)

    async def change(self, emisor_id: int, values: dict[str, Any], now: datetime) -> StoredEmisor | None:
        """Set values of an issuer; None where it is gone.

        Raises:
            DuplicateKeyError: another tenant has this RUC in production.
        """
        change = {"$set": {**values, "updated_at": now}, "$inc": {"version": 1}}
        row = await self._rows.find_one_and_update({"_id": emisor_id}, change, return_document=ReturnDocument.AFTER)
        return _read(row)

    async def reseal(self, seen: StoredEmisor, values: dict[str, str]) -> bool:
        """Replace sealed secrets, unless the issuer was changed since it was seen."""
        result = await self._rows.update_one({"_id": seen.id, "version": seen.version}, {"$set": values})
        return result.matched_count == 1


def _read(row: dict[str, Any] | None) -> StoredEmisor | None:
    return None if row is None else StoredEmisor(id=row["_id"], **row)
