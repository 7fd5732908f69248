"""Printed forms over the bus: which comprobante is meant, its PDF, the issuer's logo."""

import hashlib

from shared.bus import Reply
from shared.contracts.sunat.impresos import DeleteLogo, Impreso, LogoShown, Pdf, ReadPdf, WriteLogo
from shared.errors import Refused, Unavailable
from sunat_emitter.deps import Deps
from sunat_emitter.emisores import issuer_of
from sunat_emitter.imprenta import Imprenta
from sunat_emitter.pdf.logo import read_logo, undrawable
from sunat_emitter.pdf.trial import can_be_set
from sunat_emitter.store import StoredComprobante
from sunat_emitter.store.logos import StoredLogo
from sunat_emitter.ventas import there

_MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "svg": "image/svg+xml"}


async def read_pdf(call: ReadPdf, deps: Deps) -> Reply:
    """The printed form of a comprobante.

    Raises:
        Refused: as the call says.
        Unavailable: too many pages wait to be printed.
    """
    stored = await printed_one(call.company, call.impreso, deps)
    content = await imprenta_of(deps).pdf(stored, call.formato)
    return Reply(Pdf(contenido=content, nombre=pdf_name(stored)))


def pdf_name(stored: StoredComprobante) -> str:
    """`F001-88.pdf`."""
    return f"{stored.documento.numero_completo}.pdf"


def imprenta_of(deps: Deps) -> Imprenta:
    """What prints. Raises Unavailable: nothing is printed by this process."""
    if deps.imprenta is None:
        raise Unavailable("this process does not print")
    return deps.imprenta


async def printed_one(company: str | None, impreso: Impreso, deps: Deps) -> StoredComprobante:
    """The comprobante that is meant; only the tenant's, where one is given.

    Raises:
        Refused: `VENTA_NO_ENCONTRADA`, `NOTA_NO_ENCONTRADA`, `COMPROBANTE_NO_ENCONTRADO`.
    """
    if impreso.nombre_archivo is not None:
        found = await deps.comprobantes.find(impreso.nombre_archivo, company)
    elif company is None:
        found = None
    elif impreso.clase == "venta":
        venta = there(await deps.ventas.find(company, impreso.id))
        if venta.comprobante is None:
            raise Refused("COMPROBANTE_NO_ENCONTRADO", "La venta no tiene comprobante: todavía no fue facturada")
        found = await deps.comprobantes.find(venta.comprobante.nombre_archivo, company)
    else:
        found = await deps.comprobantes.by_id(company, impreso.clase, impreso.id)
        if found is None:
            raise Refused("NOTA_NO_ENCONTRADA", "La nota no existe")
    if found is None:
        raise Refused("COMPROBANTE_NO_ENCONTRADO", "El comprobante no existe")
    return found


async def write_logo(call: WriteLogo, deps: Deps) -> Reply:
    """Take the issuer's logo.

    Raises:
        Refused: `LOGO_INVALIDO`, `EMISOR_NO_CONFIGURADO`.
    """
    await issuer_of(call.company, deps)
    logo = read_logo(call.contenido)
    if not await can_be_set(logo):
        raise undrawable()
    version = hashlib.sha256(logo.content).hexdigest()
    await imprenta_of(deps).logos.write(call.company, StoredLogo(logo.svg, version), deps.now())
    return Reply(LogoShown.model_validate({"tipo": _MEDIA_TYPES[logo.kind], "bytes": len(logo.content)}))


async def delete_logo(call: DeleteLogo, deps: Deps) -> Reply:
    """Print without a logo."""
    await imprenta_of(deps).logos.delete(call.company)
    return Reply(LogoShown(tipo=None, bytes=0))
