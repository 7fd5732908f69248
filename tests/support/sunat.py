"""A sunat-emitter's parts over a database, with an issuer that may issue, and what tests hand it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from shared.contracts.message import Event
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.emision import FacturarInput, IssueComprobante
from shared.contracts.sunat.emisores import EmisorInput, EmisorShown, UploadCertificado, WriteEmisor
from shared.contracts.sunat.ventas import CreateVenta, VentaInput, VentaShown
from shared.errors import Unavailable
from shared.mongo import Database, ensure_indexes
from sunat_emitter.deps import Deps, on_database
from sunat_emitter.emisores import upload_certificado, write_emisor
from sunat_emitter.facturacion import issue_comprobante
from sunat_emitter.firmas import Firmas
from sunat_emitter.store import INDEXES
from sunat_emitter.vault import Vault
from sunat_emitter.ventas import create_venta

COMPANY = "company:acme"
PASSWORD = "una contraseña"
SEAL_KEY = bytes(range(32))
EMISOR: dict[str, Any] = {
    "ruc": "20123456789",
    "razon_social": "MI EMPRESA SAC",
    "nombre_comercial": "Mi Empresa",
    "domicilio_fiscal": "Av. Principal 123",
    "ubigeo": "150101",
    "email": "facturacion@miempresa.com",
    "telefono": "987654321",
    "sol_usuario": "MODDATOS",
    "sol_clave": "moddatos",
    "sol_endpoint": "beta",
}
EMPRESA = {"tipo_documento": "6", "numero_documento": "20456789120", "nombre": "COMERCIAL ANDINA S.A.C."}
PERSONA = {
    "tipo_documento": "1",
    "numero_documento": "12345678",
    "nombre": "JUAN PEREZ GARCIA",
    "direccion": "Av. Los Olivos 456",
    "email": "juan.perez@email.com",
    "telefono": "987654321",
}
LAPTOP = {
    "producto_id": 10,
    "descripcion": "Laptop HP 15-DY2021LA",
    "unidad_medida": "NIU",
    "cantidad": 1,
    "precio_unitario": 2500.00,
    "tipo_afectacion_igv": "10",
    "descuento": 0,
}
MOUSE = {
    "producto_id": 25,
    "descripcion": "Mouse Inalambrico Logitech",
    "unidad_medida": "NIU",
    "cantidad": 2,
    "precio_unitario": 45.00,
    "tipo_afectacion_igv": "10",
    "descuento": 5.00,
}


@dataclass
class SilentBus:
    """Keeps what is published; `down` refuses."""

    published: list[Event] = field(default_factory=list)
    down: bool = False

    async def publish(self, *events: Event, cause: str | None = None) -> None:
        """Keep them."""
        if self.down:
            raise Unavailable("no broker")
        self.published += events


def venta_of(cliente: Mapping[str, Any] = EMPRESA, *items: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """A sale's body; the API's own example where nothing is said."""
    return {
        "cliente": dict(cliente),
        "items": [dict(item) for item in items or (LAPTOP, MOUSE)],
        "descuento_global": 0,
        "metodo_pago": "EFECTIVO",
        "observaciones": "Venta realizada en tienda",
        "moneda": "PEN",
        **fields,
    }


@cache
def _rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def pfx(
    days: int = 365, *, password: str = PASSWORD, curve: bool = False, starts: int = -1, owner: str = "MI EMPRESA SAC"
) -> bytes:
    """A self-signed certificate that expires in so many days, as PKCS #12."""
    key = ec.generate_private_key(ec.SECP256R1()) if curve else _rsa_key()
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner), x509.NameAttribute(NameOID.COMMON_NAME, "20123456789")]
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=min(starts, days - 1)))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"emisor", key, certificate, None, BestAvailableEncryption(password.encode())
    )


async def emitter(database: Database, bus: SilentBus | None = None, **settings: Any) -> Deps:
    """The parts of one process."""
    await ensure_indexes(database, INDEXES)
    vault = Vault(SEAL_KEY)
    return on_database(database, bus or SilentBus(), vault, Firmas(vault, "sha256"), **settings)


async def set_up(deps: Deps, company: str = COMPANY, **fields: Any) -> EmisorShown:
    """An issuer that may issue."""
    call = WriteEmisor(company=company, emisor=EmisorInput.model_validate({**EMISOR, **fields}))
    reply = await write_emisor(call, deps)
    assert isinstance(reply.answer, EmisorShown)
    await upload_certificado(UploadCertificado(company=company, contenido=pfx(), password=PASSWORD), deps)
    return reply.answer


async def sell(deps: Deps, venta: Mapping[str, Any] | None = None, company: str = COMPANY, **said: Any) -> VentaShown:
    """A draft sale."""
    call = CreateVenta(company=company, venta=VentaInput.model_validate(venta or venta_of()), **said)
    answer = (await create_venta(call, deps)).answer
    assert isinstance(answer, VentaShown)
    return answer


async def invoice(
    deps: Deps, venta_id: int, tipo: str = "01", company: str = COMPANY, request_id: str = "request-1", **how: Any
) -> ComprobanteShown:
    """A sale's comprobante."""
    datos = FacturarInput.model_validate({"tipo_comprobante": tipo, **how})
    call = IssueComprobante(
        request_id=request_id, origin="gateway-test", company=company, venta_id=venta_id, datos=datos
    )
    answer = (await issue_comprobante(call, deps)).answer
    assert isinstance(answer, ComprobanteShown)
    return answer


async def settle(deps: Deps, nombre_archivo: str, estado: str = "ACEPTADO", codigo: str = "0") -> None:
    """Write what SUNAT would have said."""
    values = {"estado": estado, "codigo_sunat": codigo, "mensaje_sunat": f"El comprobante ha sido {estado}"}
    await deps.comprobantes._rows.update_one({"_id": nombre_archivo}, {"$set": values})
