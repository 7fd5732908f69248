"""What the demonstration issues in Peru: a factura and a boleta, as a client would, and their files in a folder."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from rich.console import Console
from rich.table import Table

from shared.errors import LumisError

_SECONDS = 60.0
_PASSWORD = "demo"  # noqa: S105 - of a certificate that is made up here and thrown away
_RUC = "20123456786"
_EMISOR = {
    "ruc": _RUC,
    "razon_social": "CAFE DEL SUR S.A.C.",
    "nombre_comercial": "Café del Sur",
    "domicilio_fiscal": "Av. Larco 345",
    "ubigeo": "150122",
    "email": "facturacion@cafedelsur.example",
    "telefono": "01 555 0123",
    "sol_usuario": "MODDATOS",
    "sol_clave": "moddatos",
    "sol_endpoint": "beta",
}
_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 330 90"><circle cx="45" cy="45" r="42" fill="#6f4e37"/>'
    '<path d="M27 38h30v12a15 15 0 0 1-30 0zM57 41h6a7 7 0 0 1 0 14h-6z" fill="#fff"/>'
    '<text x="102" y="58" font-family="Inter" font-weight="600" font-size="36" fill="#6f4e37">Café del Sur</text></svg>'
)


def _item(descripcion: str, cantidad: int, precio: float, **fields: Any) -> dict[str, Any]:
    return {
        "descripcion": descripcion,
        "unidad_medida": "NIU",
        "cantidad": cantidad,
        "precio_unitario": precio,
        "tipo_afectacion_igv": "10",
        **fields,
    }


def _sales() -> tuple[tuple[str, dict[str, Any], dict[str, Any]], ...]:
    """Type, sale, and how it is invoiced."""
    due = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    factura = {
        "cliente": {"tipo_documento": "6", "numero_documento": "20456789120", "nombre": "COMERCIAL ANDINA S.A.C."},
        "items": [
            _item("Café en grano, tueste medio, 1 kg", 24, 48.50, codigo_producto="CAF-1000", descuento=64.00),
            _item("Molino de café MC-2", 1, 890.00, codigo_producto="MOL-002"),
        ],
        "observaciones": "Entrega en almacén",
    }
    boleta = {
        "cliente": {"tipo_documento": "1", "numero_documento": "12345678", "nombre": "JUAN PEREZ GARCIA"},
        "items": [
            _item("Café en grano, tueste medio, 250 g", 2, 15.25, codigo_producto="CAF-0250"),
            _item("Muestra de chocolate", 1, 4.24, codigo_producto="MUE-001", tipo_afectacion_igv="11"),
        ],
    }
    return ("01", factura, {"fecha_vencimiento": due}), ("03", boleta, {})


class DemoFailed(LumisError):
    """A call was not answered as it should be."""


@dataclass(frozen=True)
class Issued:
    """A comprobante and where its files are."""

    nombre: str
    numero: str
    total: float
    estado: str
    mensaje: str
    files: tuple[str, ...]


async def issue(url: str, token: str, folder: Path) -> tuple[Issued, ...]:
    """Set an issuer up, issue a factura and a boleta, and leave their PDFs, XMLs and CDRs in the folder.

    Raises:
        DemoFailed: an answer was not as expected.
        TimeoutError: SUNAT's answer did not come.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    async with asyncio.timeout(_SECONDS), aiohttp.ClientSession(url, headers=_bearer(token)) as client:
        await _call(client, "PUT", "/api/facturacion/emisor", json=_EMISOR)
        pfx = await asyncio.to_thread(_certificate)
        form = {"certificado": BytesIO(pfx), "password": _PASSWORD}
        await _call(client, "POST", "/api/facturacion/emisor/certificado", data=form)
        await _call(client, "PUT", "/api/facturacion/emisor/logo", data={"logo": BytesIO(_LOGO.encode())})
        return tuple([await _issue(client, tipo, sale, how, folder) for tipo, sale, how in _sales()])


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def _issue(
    client: aiohttp.ClientSession, tipo: str, sale: Mapping[str, Any], how: Mapping[str, Any], folder: Path
) -> Issued:
    venta_id = (await _call(client, "POST", "/api/ventas", json=sale))["id"]
    path, body = f"/api/ventas/{venta_id}/facturar", {"tipo_comprobante": tipo, **how}
    shown = (await _call(client, "POST", path, json=body))["comprobante"]
    while shown["estado_sunat"] == "PENDIENTE":
        await asyncio.sleep(0.5)
        shown = (await _call(client, "GET", f"/api/ventas/{venta_id}"))["comprobante"]
    number = shown["numero_completo"]
    paper = f"/api/ventas/{venta_id}/pdf"
    wanted = {
        f"{number}.pdf": paper,
        f"{number}-ticket.pdf": f"{paper}?formato=ticket",
        _name_in(shown["xml_url"]): shown["xml_url"],
        _name_in(shown["cdr_url"] or ""): shown["cdr_url"],
    }
    for name, link in wanted.items():
        if link:
            (folder / name).write_bytes(await _file(client, link))
    files = tuple(name for name, link in wanted.items() if link)
    estado, mensaje = shown["estado_sunat"], shown["mensaje_sunat"] or ""
    return Issued(shown["tipo_nombre"], number, shown["total"], estado, mensaje, files)


def _name_in(link: str) -> str:
    return link.partition("?")[0].rpartition("/")[2]


async def _call(client: aiohttp.ClientSession, method: str, path: str, **options: Any) -> dict[str, Any]:
    async with client.request(method, path, **options) as response:
        answer: dict[str, Any] = await response.json()
        if not response.ok:
            raise DemoFailed(f"{method} {path}: {response.status} {answer.get('error')}: {answer.get('message')}")
        return answer.get("data") or {}


async def _file(client: aiohttp.ClientSession, link: str) -> bytes:
    async with client.get(link) as response:
        if not response.ok:
            raise DemoFailed(f"GET {link.partition('?')[0]}: {response.status}")
        return await response.read()


def _certificate() -> bytes:
    """A certificate that signs itself, good for a day, as PKCS #12."""
    key, now = rsa.generate_private_key(public_exponent=65537, key_size=2048), datetime.now(UTC)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _EMISOR["razon_social"]),
            x509.NameAttribute(NameOID.COMMON_NAME, _RUC),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"demo", key, certificate, None, BestAvailableEncryption(_PASSWORD.encode())
    )


def show_issued(console: Console, issued: tuple[Issued, ...], folder: Path) -> None:
    """Print what was issued and where its files are."""
    table = Table(title="Comprobantes (Peru, against the simulator)", title_justify="left", title_style="bold")
    for column in ("document", "number", "total", "state"):
        table.add_column(column, justify="right" if column == "total" else "left")
    table.add_column("files", no_wrap=True)
    for each in issued:
        table.add_row(each.nombre, each.numero, f"{each.total:,.2f}", each.estado, "\n".join(each.files))
    console.print(table)
    console.print(f"Their PDFs, signed XMLs and receipts (CDR) stay in [bold]{folder}[/bold]\n", highlight=False)


def problems_of_issued(issued: tuple[Issued, ...], folder: Path) -> list[str]:
    """What is not as expected; empty when all is well."""
    rejected = [f"{each.numero} is {each.estado}: {each.mensaje}" for each in issued if each.estado != "ACEPTADO"]
    missing = [name for each in issued for name in each.files if not (folder / name).stat().st_size]
    return rejected + [f"{name} is empty" for name in missing]
