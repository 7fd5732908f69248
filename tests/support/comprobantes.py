"""Documents of every shape that the sunat-emitter issues, and a key made up on the spot to sign them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sunat_emitter.documents.figures import issue
from sunat_emitter.documents.model import (
    Cliente,
    Comprobante,
    Cuota,
    Direccion,
    Emisor,
    Referencia,
    TipoComprobante,
)
from sunat_emitter.documents.sale import DetraccionPedida, Emision, Isc, Item, Nota, Venta
from sunat_emitter.documents.sign import SigningKey

HOY = date(2026, 3, 12)
HORA = time(15, 35, 20)
EMISOR = Emisor(
    ruc="20123456786",
    razon_social="MI EMPRESA SAC",
    nombre_comercial="Mi Empresa",
    direccion=Direccion(
        ubigeo="150101", direccion="Av. Principal 123", departamento="LIMA", provincia="LIMA", distrito="LIMA"
    ),
    email="facturacion@example.com",
)
EMPRESA = Cliente(tipo_documento="6", numero_documento="20456789120", nombre="COMERCIAL ANDINA S.A.C.")
PERSONA = Cliente(tipo_documento="1", numero_documento="12345678", nombre="JUAN PEREZ GARCIA")
NADIE = Cliente(tipo_documento="-", numero_documento="-", nombre="CLIENTES VARIOS")
EXTRANJERO = Cliente(tipo_documento="0", numero_documento="US-99812", nombre="ANDES TRADING LLC", direccion="Miami")
ODD_NAME = Cliente(
    tipo_documento="6", numero_documento="20456789120", nombre='PEÑA & HIJOS <S.R.L.> "EL ÑANDÚ"', direccion="Jr. Ñ & 2"
)
DETRACCION = DetraccionPedida(codigo="037", porcentaje=Decimal(12), cuenta="00-741-123456")


def item(cantidad: str = "1", precio: str = "100.00", **fields: Any) -> Item:
    """A line of a sale; `fields` as in `Item`."""
    given = {"descripcion": "Servicio de instalación", "codigo_producto": "SRV-001", "unidad_medida": "NIU", **fields}
    return Item(cantidad=Decimal(cantidad), precio_unitario=Decimal(precio), **given)


def venta(*items: Item, **fields: Any) -> Venta:
    """A sale to a company; `fields` as in `Venta`."""
    return Venta(**{"cliente": EMPRESA, "items": items or (item(),), **fields})


def nota(*items: Item, motivo: str = "01", tipo: TipoComprobante = "01", **fields: Any) -> Nota:
    """A note on a factura or boleta; `fields` as in `Nota`."""
    referencia = Referencia(
        tipo=tipo,
        serie="F001" if tipo == "01" else "B001",
        numero=88,
        motivo_codigo=motivo,
        motivo="Por acuerdo con el cliente",
        fecha_emision=HOY - timedelta(days=30),
    )
    return Nota(**{"cliente": EMPRESA, "items": items or (item(),), "referencia": referencia, **fields})


def emision(tipo: TipoComprobante = "01", serie: str = "", numero: int = 88) -> Emision:
    """Who issues, as what, when."""
    known: Mapping[TipoComprobante, str] = {"01": "F001", "03": "B001", "07": "FC01", "08": "FD01"}
    return Emision(tipo=tipo, serie=serie or known[tipo], numero=numero, fecha=HOY, hora=HORA, emisor=EMISOR)


LAPTOP = item("1", "2500.00", descripcion="Laptop HP 15-DY2021LA", codigo_producto="LAP-HP-001")
MOUSE = item("2", "45.00", descripcion="Mouse inalámbrico", codigo_producto="MOU-LOG-002", descuento=Decimal(5))
ITEMS = (LAPTOP, MOUSE)
MIXED = (
    item("3", "33.33", descuento=Decimal("1.99")),
    item("2", "10.00", tipo_afectacion_igv="20", descripcion="Libro"),
    item("1.5", "7.77", tipo_afectacion_igv="30", descripcion="Fruta", unidad_medida="KGM"),
)
FREE = tuple(
    item("2", "8.50", tipo_afectacion_igv=code, descripcion=f"Muestra {code}")
    for code in ("11", "12", "13", "14", "15", "16", "21", "31", "32", "33", "34", "35", "36", "37")
)
CUOTAS = (
    Cuota(monto=Decimal("1000.00"), vencimiento=HOY + timedelta(days=30)),
    Cuota(monto=Decimal("1000.00"), vencimiento=HOY + timedelta(days=60)),
    Cuota(monto=Decimal("1050.30"), vencimiento=HOY + timedelta(days=90)),
)


def many(lines: int) -> tuple[Item, ...]:
    """That many lines of uneven prices."""
    return tuple(
        item(str(number % 7 + 1), f"{number * 1.37 + 0.11:.2f}", descripcion=f"Producto {number}")
        for number in range(1, lines + 1)
    )


SALES: Mapping[str, tuple[Venta, Emision]] = {
    "factura": (venta(*ITEMS, observaciones="Venta realizada en tienda"), emision()),
    "factura with one due date": (venta(*ITEMS, fecha_vencimiento=HOY + timedelta(days=30)), emision()),
    "factura in three instalments": (venta(*ITEMS, cuotas=CUOTAS), emision()),
    "factura with a deposit": (venta(*ITEMS, detraccion=DETRACCION), emision()),
    "factura with a deposit on credit": (
        venta(*ITEMS, detraccion=DETRACCION, fecha_vencimiento=HOY + timedelta(days=30)),
        emision(),
    ),
    "factura in dollars with a deposit": (
        venta(*ITEMS, moneda="USD", detraccion=DETRACCION.model_copy(update={"tipo_cambio": Decimal("3.745")})),
        emision(),
    ),
    "factura with a global discount": (venta(*ITEMS, descuento_global=Decimal("85.33")), emision()),
    "factura of mixed affectations": (venta(*MIXED), emision()),
    "factura of mixed affectations with a global discount": (
        venta(*MIXED, descuento_global=Decimal("20.01")),
        emision(),
    ),
    "factura of an exempt line with a discount on all": (
        venta(item(tipo_afectacion_igv="20"), descuento_global=Decimal(10)),
        emision(),
    ),
    "factura with free lines": (venta(LAPTOP, *FREE), emision()),
    "factura of free lines alone": (venta(*FREE), emision()),
    "factura for export in dollars": (
        venta(
            item("10", "120.55", tipo_afectacion_igv="40", codigo_sunat="10101501"),
            cliente=EXTRANJERO,
            moneda="USD",
            tipo_operacion="0200",
        ),
        emision(),
    ),
    "factura with bags": (venta(LAPTOP, item("3", "0.10", descripcion="Bolsa", bolsas=3)), emision()),
    "factura at 10.5 percent": (venta(*ITEMS, tasa_igv=Decimal("10.5")), emision()),
    "factura of milled rice": (
        venta(item("40", "3.20", tipo_afectacion_igv="17", descripcion="Arroz pilado", unidad_medida="KGM")),
        emision(),
    ),
    "factura with ISC on the value": (
        venta(item("12", "40.00", isc=Isc(sistema="01", tasa=Decimal(20)), descripcion="Pisco"), LAPTOP),
        emision(),
    ),
    "factura with a fixed ISC": (
        venta(item("100", "5.00", isc=Isc(sistema="02", monto_fijo=Decimal("2.25")), descripcion="Cerveza")),
        emision(),
    ),
    "factura with an exempt line with ISC": (
        venta(
            item(
                "100",
                "2.00",
                isc=Isc(sistema="02", monto_fijo=Decimal("2.25")),
                tipo_afectacion_igv="20",
                descripcion="Cerveza",
            ),
            item("2", "30.00", isc=Isc(sistema="01", tasa=Decimal(10)), tipo_afectacion_igv="30"),
        ),
        emision(),
    ),
    "factura with ISC on the retail price": (
        venta(
            item(
                "10",
                "6.00",
                isc=Isc(sistema="03", tasa=Decimal("27.8"), precio_venta_publico=Decimal("9.90")),
                descripcion="Cerveza",
            )
        ),
        emision(),
    ),
    "factura with ten decimals": (venta(item("0.3333333333", "17.1234567891", unidad_medida="KGM")), emision()),
    "factura of 500 lines": (venta(*many(500)), emision()),
    "factura to a name that XML must escape": (
        venta(item(descripcion='Caño 1/2" <PVC> & codo'), cliente=ODD_NAME, orden_compra="OC20267", guias=("T001-8",)),
        emision(),
    ),
    "boleta to a person": (venta(*ITEMS, cliente=PERSONA), emision("03")),
    "boleta to nobody": (venta(item("2", "45.00"), cliente=NADIE), emision("03")),
    "credit note on a factura": (nota(*ITEMS), emision("07")),
    "credit note with a discount on all": (nota(*ITEMS, descuento_global=Decimal("7.77"), motivo="04"), emision("07")),
    "credit note on a boleta": (nota(LAPTOP, tipo="03", cliente=PERSONA), emision("07", "BC01")),
    "credit note of new instalments": (
        nota(item("1", "0"), motivo="13", cuotas=CUOTAS),
        emision("07"),
    ),
    "debit note on a factura": (nota(item("1", "150.00", unidad_medida="ZZ", descripcion="Mora")), emision("08")),
    "debit note on a boleta": (
        nota(item("3", "9.99"), tipo="03", cliente=PERSONA, motivo="02"),
        emision("08", "BD01"),
    ),
}
"""Sales and notes by what is special about them, and how each is issued."""


def comprobante(shape: str = "factura") -> Comprobante:
    """A document by the name of its shape in `SALES`."""
    return issue(*SALES[shape])


def of(given: Venta, tipo: TipoComprobante = "01") -> Comprobante:
    """A sale or note issued today."""
    return issue(given, emision(tipo))


@cache
def private_key() -> rsa.RSAPrivateKey:
    """One key for all tests of a process; making it takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: rsa.RSAPrivateKey | None = None, days: int = 365) -> x509.Certificate:
    """A certificate of the issuer that the key itself signed, good for that many days from now (below 0: expired)."""
    key = key or private_key()
    now = datetime.now(UTC)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, EMISOR.razon_social),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, EMISOR.ruc),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PE"),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )


@cache
def signing_key() -> SigningKey:
    """What signs in tests: RSA 2048, SHA-256."""
    return SigningKey.of(private_key(), certificate())
