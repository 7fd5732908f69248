"""The SOL account that an issuer's comprobantes are sent with, and the services that they go to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from sunat_emitter.endpoints import Ambiente, Servicios, servicios
from sunat_emitter.envelope import Sol
from sunat_emitter.store.emisores import Emisores
from sunat_emitter.vault import Unsealable, Vault


@dataclass(frozen=True)
class Cuenta:
    """An account as it stands now."""

    sol: Sol
    servicios: Servicios
    ambiente: Ambiente
    version: int
    """Raised by each change of the issuer."""


@dataclass(frozen=True)
class SinCuenta:
    """There is no account to send with."""

    motivo: str
    version: int = 0
    """The issuer's; 0 where there is no such issuer."""


class Cuentas(Protocol):
    """Where accounts come from."""

    async def cuenta(self, emisor_id: int) -> Cuenta | SinCuenta:
        """The issuer's account as it stands now."""

    async def version(self, emisor_id: int) -> int:
        """The issuer's version; 0 where there is no such issuer."""


class SealedCuentas:
    """Accounts of the issuers in the database, whose passwords are sealed."""

    def __init__(self, emisores: Emisores, vault: Vault, base_url: str | None = None) -> None:
        self._emisores, self._vault, self._base_url = emisores, vault, base_url

    async def cuenta(self, emisor_id: int) -> Cuenta | SinCuenta:
        """The issuer's account as it stands now."""
        emisor = await self._emisores.find(emisor_id)
        if emisor is None:
            return SinCuenta("El emisor no existe")
        if emisor.sol_usuario is None or emisor.sol_clave is None:
            return SinCuenta("El emisor no tiene usuario y clave SOL", emisor.version)
        try:
            clave = self._vault.open(emisor.sol_clave, emisor.clave_place).decode()
        except Unsealable:
            return SinCuenta("La clave SOL guardada no se puede abrir: regístrela de nuevo", emisor.version)
        sol = Sol(emisor.ruc, emisor.sol_usuario, clave)
        found = servicios(emisor.sol_endpoint, self._base_url)
        return Cuenta(sol, found, emisor.sol_endpoint, emisor.version)

    async def version(self, emisor_id: int) -> int:
        """The issuer's version; 0 where there is no such issuer."""
        emisor = await self._emisores.find(emisor_id)
        return 0 if emisor is None else emisor.version


class Proven:
    """Which accounts SUNAT has let in. Until one is, a single comprobante is sent with it at a time.

    So a wrong password is tried once and not by everything that waits: SUNAT locks users out.
    """

    def __init__(self) -> None:
        self._proven: dict[int, int] = {}
        self._turns: dict[int, asyncio.Lock] = {}

    @asynccontextmanager
    async def entering(self, emisor_id: int, version: int) -> AsyncIterator[None]:
        """A place to send from, waited for while the account is being tried by another."""
        if self._proven.get(emisor_id) != version:
            async with self._turns.setdefault(emisor_id, asyncio.Lock()):
                if self._proven.get(emisor_id) != version:
                    yield
                    return
        yield

    def let_in(self, emisor_id: int, version: int) -> None:
        """SUNAT knew the account."""
        self._proven[emisor_id] = version
