"""The issuer of a tenant: set up, shown, and its certificate taken."""

import asyncio
from typing import Any

from stdnum.pe import ruc as ruc_rule

from shared.bus import Reply
from shared.contracts.sunat.emisores import CertificadoShown, EmisorShown, ReadEmisor, UploadCertificado, WriteEmisor
from shared.errors import Refused
from shared.mongo import DuplicateKeyError
from sunat_emitter.certificates import pack, read_pfx
from sunat_emitter.deps import Deps
from sunat_emitter.store import StoredCertificate, StoredEmisor
from sunat_emitter.ubigeos import find_ubigeo

_KEPT = ("sol_usuario", "sol_clave", "envio_boletas", "resumen_automatico", "resumen_hora")
"""What an absent field leaves as it is."""


async def read_emisor(call: ReadEmisor, deps: Deps) -> Reply:
    """The tenant's issuer. Raises Refused: `EMISOR_NO_CONFIGURADO`."""
    return Reply(show(await issuer_of(call.company, deps)))


async def write_emisor(call: WriteEmisor, deps: Deps) -> Reply:
    """Set the tenant's issuer up, or change it.

    Raises:
        Refused: `UBIGEO_INVALIDO`, `RUC_EN_USO`.
    """
    if find_ubigeo(call.emisor.ubigeo) is None:
        raise Refused("UBIGEO_INVALIDO", f"El ubigeo {call.emisor.ubigeo} no existe")
    values = call.emisor.model_dump(exclude={*_KEPT})
    values |= call.emisor.model_dump(include=set(_KEPT) - {"sol_clave"}, exclude_none=True)
    try:
        emisor = await _first(call.company, values, deps)
        if call.emisor.sol_clave is not None:
            sealed = deps.vault.seal(call.emisor.sol_clave.encode(), emisor.clave_place)
            values["sol_clave"] = sealed
        changed = await deps.emisores.change(emisor.id, values, deps.now())
    except DuplicateKeyError:
        raise Refused("RUC_EN_USO", f"Otra empresa ya emite en producción con el RUC {call.emisor.ruc}") from None
    return Reply(show(changed or emisor))


async def _first(company: str, values: dict[str, Any], deps: Deps) -> StoredEmisor:
    """The issuer that there is, else a new one."""
    emisor = await deps.emisores.of_company(company) or await deps.emisores.create(company, values, deps.now())
    return emisor or await issuer_of(company, deps)


async def upload_certificado(call: UploadCertificado, deps: Deps) -> Reply:
    """Take the issuer's certificate.

    Raises:
        Refused: `EMISOR_NO_CONFIGURADO`, `CERTIFICADO_ILEGIBLE`, `CERTIFICADO_INVALIDO`.
    """
    emisor = await issuer_of(call.company, deps)
    # The password is worked through many thousand rounds; meanwhile others are served.
    certificate = await asyncio.to_thread(read_pfx, call.contenido, call.password, deps.now())
    stored = StoredCertificate(
        nombre=f"certificado_{emisor.ruc}.pfx",
        propietario=certificate.propietario,
        vencimiento=certificate.vencimiento,
        valid_until=certificate.valid_until,
        sellado=deps.vault.seal(pack(certificate), emisor.certificado_place),
    )
    values = {**stored.model_dump(), "vencimiento": stored.vencimiento.isoformat()}
    await deps.emisores.change(emisor.id, {"certificado": values}, deps.now())
    answer = CertificadoShown(
        certificado_nombre=stored.nombre, vencimiento=stored.vencimiento, propietario=stored.propietario
    )
    return Reply(answer)


async def issuer_of(company: str, deps: Deps) -> StoredEmisor:
    """The tenant's issuer. Raises Refused: `EMISOR_NO_CONFIGURADO`."""
    emisor = await deps.emisores.of_company(company)
    if emisor is None:
        raise Refused("EMISOR_NO_CONFIGURADO", "Configure primero su emisor: PUT /api/facturacion/emisor")
    return emisor


def show(emisor: StoredEmisor) -> EmisorShown:
    """An issuer as the API shows it."""
    place = find_ubigeo(emisor.ubigeo)
    certificado = emisor.certificado
    return EmisorShown(
        **emisor.model_dump(include=set(EmisorShown.model_fields)),
        departamento=place.departamento if place else "",
        provincia=place.provincia if place else "",
        distrito=place.distrito if place else "",
        tiene_certificado=certificado is not None,
        certificado_vencimiento=certificado.vencimiento if certificado else None,
        advertencias=_warnings(emisor.ruc),
    )


def _warnings(ruc: str) -> tuple[str, ...]:
    if ruc_rule.is_valid(ruc):
        return ()
    return (f"El dígito verificador del RUC {ruc} no es correcto",)
