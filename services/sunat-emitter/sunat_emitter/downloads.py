"""Files of comprobantes: the signed XML, SUNAT's receipt (CDR), the QR code as a picture."""

import asyncio
import io
from collections.abc import Sequence

import segno

from shared.bus import Reply
from shared.contracts.sunat.emision import Archivo, ReadArchivo
from shared.errors import Refused
from sunat_emitter.deps import Deps
from sunat_emitter.documents.printed import qr_text
from sunat_emitter.store import StoredComprobante

_MEDIA_TYPES = {"xml": "application/xml", "cdr": "application/zip"}
_QR_SUFFIX = ".png"
_QR_SCALE = 6
_QR_MASK = 4
"""Any mask reads alike; choosing the best one takes five times as long."""


def xml_name(nombre_archivo: str) -> str:
    """The file name of a signed XML."""
    return f"{nombre_archivo}.xml"


def cdr_name(nombre_archivo: str) -> str:
    """The file name of a CDR."""
    return f"R-{nombre_archivo}.zip"


async def read_archivo(call: ReadArchivo, deps: Deps) -> Reply:
    """A file by its name. Raises Refused: `ARCHIVO_NO_ENCONTRADO`."""
    if call.clase == "qr":
        return Reply(await _qr(call, deps))
    is_cdr = call.nombre.startswith("R-") and call.nombre.endswith(".zip")
    fits = is_cdr if call.clase == "cdr" else call.nombre.endswith(".xml")
    content = await deps.archivos.read(call.nombre, call.company) if fits else None
    if content is None:
        raise _missing()
    return Reply(Archivo(contenido=content, media_type=_MEDIA_TYPES[call.clase]))


async def _qr(call: ReadArchivo, deps: Deps) -> Archivo:
    found = await deps.comprobantes.find(call.nombre.removesuffix(_QR_SUFFIX), call.company)
    if found is None or not call.nombre.endswith(_QR_SUFFIX):
        raise _missing()
    text = qr_text(found.documento, found.hash)
    return Archivo(contenido=await asyncio.to_thread(_drawn, text), media_type="image/png")


def _drawn(text: str) -> bytes:
    """A QR code with error correction Q, as SUNAT asks."""
    picture = io.BytesIO()
    segno.make_qr(text, error="q", mask=_QR_MASK, boost_error=False, encoding="utf-8").save(
        picture, kind="png", scale=_QR_SCALE
    )
    return picture.getvalue()


def _missing() -> Refused:
    return Refused("ARCHIVO_NO_ENCONTRADO", "El archivo no existe")


async def has_cdr(comprobante: StoredComprobante, deps: Deps) -> bool:
    """Whether SUNAT's receipt of it is kept."""
    return bool(await with_cdr([comprobante], deps))


async def with_cdr(comprobantes: Sequence[StoredComprobante], deps: Deps) -> frozenset[str]:
    """The names of those whose receipt is kept."""
    # SUNAT answers nothing before it was sent.
    names = {cdr_name(each.nombre_archivo): each.nombre_archivo for each in comprobantes if each.codigo_sunat}
    kept = await deps.archivos.among(list(names)) if names else []
    return frozenset(names[name] for name in kept)
