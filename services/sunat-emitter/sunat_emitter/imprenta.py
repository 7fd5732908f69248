"""Prints stored comprobantes: with what their page says of where they were sent, and with the issuer's logo."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sunat_emitter.clock import LIMA
from sunat_emitter.documents.printed import CONSULTA_SUNAT, qr_text
from sunat_emitter.endpoints import servicios
from sunat_emitter.pdf.press import Press
from sunat_emitter.pdf.sheet import Ambiente, Formato, Standing, sheet
from sunat_emitter.pdf.typeset import typeset
from sunat_emitter.store import Emisores, StoredComprobante
from sunat_emitter.store.auditoria import Auditoria
from sunat_emitter.store.logos import Logos, StoredLogo

_SUNAT = ".sunat.gob.pe"
_BETA = "-beta/"


@dataclass(frozen=True)
class Imprenta:
    """What printing needs."""

    emisores: Emisores
    auditoria: Auditoria
    logos: Logos
    press: Press
    base_url: str | None = None
    """Where SUNAT's paths are instead of SUNAT's own hosts."""
    base_url_is_legal: bool = False
    """Comprobantes that went there are real all the same."""
    consulta: str = CONSULTA_SUNAT

    async def pdf(self, stored: StoredComprobante, formato: Formato) -> bytes:
        """A comprobante's printed form.

        Raises:
            Unavailable: too many pages wait to be printed.
        """
        ambiente = await self._ambiente(stored)
        logo = await self.logos.read(stored.company)
        standing = Standing(ambiente, stored.estado, stored.mensaje_sunat or "", self.consulta)
        key = (stored.nombre_archivo, formato, standing, logo.version if logo else None)
        return await self.press.run(key, lambda: _print(stored, formato, standing, logo))

    async def _ambiente(self, stored: StoredComprobante) -> Ambiente:
        """Where it was sent last; until then, where it would be sent now."""
        url = await self.auditoria.last_url(stored.nombre_archivo)
        if url is None:
            emisor = await self.emisores.find(stored.emisor_id)
            url = servicios(emisor.sol_endpoint if emisor else "beta", self.base_url).bill
        return ambiente_of(url, others_are_legal=self.base_url_is_legal)


def ambiente_of(url: str, *, others_are_legal: bool) -> Ambiente:
    """What a service's address says of the worth of what is sent there."""
    if not (urlsplit(url).hostname or "").endswith(_SUNAT) and not others_are_legal:
        return "simulador"
    return "beta" if _BETA in url else "produccion"


def _print(stored: StoredComprobante, formato: Formato, standing: Standing, logo: StoredLogo | None) -> bytes:
    documento = stored.documento
    return typeset(
        sheet(documento, stored.hash, standing),
        formato,
        qr_text(documento, stored.hash),
        moment=datetime.combine(documento.fecha_emision, documento.hora_emision, LIMA),
        logo=logo.svg if logo else None,
    )
