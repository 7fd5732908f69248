"""A comprobante as it is issued: everything that its XML, its print and its QR code show. Amounts exact, dates of Lima.

Made once by `figures` out of a sale, stored, and never changed; UBL, rules, print and summaries only read it.
"""

from datetime import date, time
from decimal import Decimal
from typing import Literal

from pydantic import Field

from shared.contracts.message import Contract
from sunat_emitter.documents.text import Text

TipoComprobante = Literal["01", "03", "07", "08"]
"""Catalog 01: factura, boleta, nota de crédito, nota de débito."""


class Direccion(Contract):
    """Where the issuer's business is (`RegistrationAddress`)."""

    ubigeo: str
    """INEI's six digits (catalog 13)."""
    direccion: Text
    departamento: Text = ""
    provincia: Text = ""
    distrito: Text = ""
    urbanizacion: Text = ""
    codigo_local: str = "0000"
    """Code of the establishment that SUNAT gave; 0000 is the fiscal domicile."""


class Emisor(Contract):
    """The issuer as the document shows it."""

    ruc: str
    razon_social: Text
    nombre_comercial: Text = ""
    direccion: Direccion
    email: str = ""
    telefono: str = ""


class Cliente(Contract):
    """The customer. `tipo_documento` is catalog 06, or `-` for nobody identified on a boleta."""

    tipo_documento: str
    numero_documento: Text
    nombre: Text
    direccion: Text = ""
    email: str = ""
    telefono: str = ""


class Tributo(Contract):
    """One tax of a line or of the document."""

    codigo: str
    """Catalog 05: 1000 IGV, 1016 IVAP, 2000 ISC, 7152 ICBPER, 9995-9999."""
    base: Decimal
    """Two decimals. 0 for ICBPER, which has a number of bags instead."""
    monto: Decimal
    """Two decimals."""
    tasa: Decimal = Decimal(0)
    """Percent (18, 10.5, 4, 0)."""
    afectacion: str = ""
    """Catalog 07; only on a line's own IGV-like tax."""
    bolsas: int | None = None
    """ICBPER: plastic bags. `por_unidad` is the tax on each."""
    por_unidad: Decimal | None = None
    sistema_isc: str = ""
    """Catalog 08, on ISC."""


class Ajuste(Contract):
    """A discount or a charge (`AllowanceCharge`)."""

    cargo: bool = False
    codigo: str
    """Catalog 53."""
    factor: Decimal
    """amount / base, five decimals; 0 is not shown."""
    monto: Decimal
    base: Decimal


class Linea(Contract):
    """One line."""

    numero: int = Field(ge=1)
    codigo: str = ""
    codigo_sunat: str = ""
    """UNSPSC, catalog 25."""
    descripcion: str
    unidad: str
    """Catalog 03."""
    cantidad: Decimal
    """Up to ten decimals, more than 0."""
    valor_unitario: Decimal
    """Without taxes, up to ten decimals; 0 on a free line (2640)."""
    precio_unitario: Decimal
    """`AlternativeConditionPrice`: with taxes after discount, or a free line's reference value; up to ten decimals."""
    gratuita: bool = False
    descuento: Decimal = Decimal(0)
    """As it was given for the whole line, without taxes."""
    bruto: Decimal
    """r2(quantity x unit value before the discount)."""
    valor_venta: Decimal
    """`LineExtensionAmount`: after the line's discounts that affect the base; a free line's reference value."""
    ajustes: tuple[Ajuste, ...] = ()
    """Empty on notes, whose discounts are folded into `valor_unitario` (3271)."""
    tributos: tuple[Tributo, ...]
    """The line's IGV-like tax first, then ISC, ICBPER, others."""
    total_tributos: Decimal
    """Sum that the line's `TaxTotal` shows."""
    igv: Decimal
    """The IGV (or IVAP) of the line that the customer pays; 0 on a free line."""
    total: Decimal
    """What the customer pays for the line."""


class Cuota(Contract):
    """One instalment of a sale on credit."""

    monto: Decimal
    vencimiento: date


class FormaPago(Contract):
    """How a factura is paid; for a nota de crédito of motive 13 the corrected instalments."""

    credito: bool = False
    pendiente: Decimal = Decimal(0)
    """Net amount pending: total less what detraccion and advances take."""
    cuotas: tuple[Cuota, ...] = ()


class Detraccion(Contract):
    """A deposit that the customer pays into the issuer's account at Banco de la Nación (SPOT)."""

    codigo: str
    """Catalog 54."""
    porcentaje: Decimal
    monto: Decimal
    """Always in soles."""
    cuenta: str
    medio_pago: str = "001"
    """Catalog 59."""


class Referencia(Contract):
    """The document that a note changes."""

    tipo: TipoComprobante
    serie: str
    numero: int
    motivo_codigo: str
    """Catalog 09 or 10."""
    motivo: Text
    """`Description` of the `DiscrepancyResponse`."""
    fecha_emision: date | None = None
    """When that document was issued, where it is known (3321)."""


class Leyenda(Contract):
    """A text of catalog 52."""

    codigo: str
    texto: str


class Totales(Contract):
    """The document's sums. All two decimals; free lines only in `gratuito` and `igv_gratuito`."""

    subtotal: Decimal
    """Sum of gross lines, as the API's `totales` show it."""
    descuento_items: Decimal
    descuento_global: Decimal
    gravado: Decimal = Decimal(0)
    """What is sold with IGV, after the global discount and before ISC (3277)."""
    exonerado: Decimal = Decimal(0)
    inafecto: Decimal = Decimal(0)
    exportacion: Decimal = Decimal(0)
    gratuito: Decimal = Decimal(0)
    ivap_base: Decimal = Decimal(0)
    igv: Decimal = Decimal(0)
    ivap: Decimal = Decimal(0)
    igv_gratuito: Decimal = Decimal(0)
    isc: Decimal = Decimal(0)
    isc_base: Decimal = Decimal(0)
    icbper: Decimal = Decimal(0)
    otros_tributos: Decimal = Decimal(0)
    otros_tributos_base: Decimal = Decimal(0)
    otros_cargos: Decimal = Decimal(0)
    descuento_no_base: Decimal = Decimal(0)
    """Discounts that do not affect the base (`AllowanceTotalAmount`, 3300)."""
    anticipos: Decimal = Decimal(0)
    valor_venta: Decimal
    """`LineExtensionAmount` of the document: what is sold, before taxes."""
    precio_venta: Decimal
    """`TaxInclusiveAmount`."""
    total_tributos: Decimal
    """`TaxTotal/TaxAmount`: IGV + IVAP + ISC + ICBPER + others, without free lines."""
    redondeo: Decimal = Decimal(0)
    total: Decimal
    """`PayableAmount`."""

    @property
    def subtotal_neto(self) -> Decimal:
        """As the API's `totales` show it."""
        return self.subtotal - self.descuento_items - self.descuento_global


class Comprobante(Contract):
    """A factura, boleta or note, complete and numbered."""

    tipo: TipoComprobante
    serie: str
    numero: int = Field(ge=1, le=99_999_999)
    fecha_emision: date
    hora_emision: time
    """Both by the clock of Lima (UTC-5)."""
    fecha_vencimiento: date | None = None
    tipo_operacion: str = "0101"
    """Catalog 51; not on notes."""
    moneda: str = "PEN"
    emisor: Emisor
    cliente: Cliente
    lineas: tuple[Linea, ...]
    ajustes: tuple[Ajuste, ...] = ()
    """Global discounts and charges."""
    totales: Totales
    leyendas: tuple[Leyenda, ...]
    forma_pago: FormaPago | None = None
    """Only where the document shows one: facturas, notes of motive 13."""
    detraccion: Detraccion | None = None
    referencia: Referencia | None = None
    """Only on notes."""
    orden_compra: str = ""
    guias: tuple[str, ...] = ()
    """Numbers of dispatch guides."""
    observaciones: str = ""

    @property
    def numero_completo(self) -> str:
        """`F001-88`, without leading zeros."""
        return f"{self.serie}-{self.numero}"

    @property
    def nombre_archivo(self) -> str:
        """`RUC-TT-SERIE-NUM`, the name of its XML and zip."""
        return f"{self.emisor.ruc}-{self.tipo}-{self.numero_completo}"
