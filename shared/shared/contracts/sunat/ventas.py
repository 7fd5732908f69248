"""Sales: drafts that become comprobantes."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.contracts.message import Call, Contract
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.values import (
    CantidadInput,
    Codigo2,
    Company,
    Importe,
    ImporteInput,
    Numero,
    Texto,
    TipoComprobante,
    ValorInput,
)

EstadoVenta = Literal["PENDIENTE", "FACTURADO", "ANULADO"]
MAX_ITEMS = 500


class ClienteInput(Contract):
    """The customer, as the API takes and shows it."""

    tipo_documento: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-H-]$")]
    """Catalog 06, or `-` for nobody identified on a boleta."""
    numero_documento: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=15)]
    nombre: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=250)]
    direccion: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    email: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=254)] = ""
    telefono: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=50)] = ""


class IscInput(Contract):
    """ISC of a line, where the goods have it."""

    sistema: Literal["01", "02", "03"]
    """Catalog 08: on the value, a fixed amount, on the retail price."""
    tasa: Annotated[Decimal, Field(ge=0, le=1000, max_digits=8, decimal_places=5)] = Decimal(0)
    """Percent, for 01 and 03."""
    monto_fijo: ValorInput = Decimal(0)
    """Soles for each unit, for 02."""
    precio_venta_publico: ValorInput = Decimal(0)
    """For 03: the suggested retail price of one unit, IGV included."""


class ItemInput(Contract):
    """One line. Prices and discounts without taxes; the discount is for the whole line."""

    producto_id: Numero | None = None
    codigo_producto: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=30)] = ""
    codigo_sunat: Annotated[Texto, StringConstraints(strip_whitespace=True, pattern=r"^([0-9]{8})?$")] = ""
    """UNSPSC, catalog 25."""
    descripcion: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    unidad_medida: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3)] = "NIU"
    """Catalog 03."""
    cantidad: CantidadInput
    precio_unitario: ValorInput
    tipo_afectacion_igv: Codigo2 = "10"
    """Catalog 07."""
    descuento: ImporteInput = Decimal(0)
    bolsas: int = Field(default=0, ge=0, le=999_999)
    """Plastic bags that pay ICBPER."""
    isc: IscInput | None = None


class VentaInput(Contract):
    """A new sale."""

    cliente: ClienteInput
    items: tuple[ItemInput, ...] = Field(min_length=1, max_length=MAX_ITEMS)
    descuento_global: ImporteInput = Decimal(0)
    metodo_pago: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=50)] = ""
    observaciones: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    moneda: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z]{3}$")] = "PEN"
    tasa_igv: Annotated[ImporteInput, Field(le=100)] | None = None
    """Percent; 10.5 for small restaurants and hotels (Ley 31556). 18 where absent."""
    tipo_operacion: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] | None = None
    """Catalog 51; `0101` where absent, `0200` where all lines are exports."""


class TotalesShown(Contract):
    """Sums of a sale, by the rule of the printed form: discounts are taken once."""

    subtotal: Importe
    descuento_items: Importe
    descuento_global: Importe
    subtotal_neto: Importe
    igv: Importe
    total: Importe
    moneda: str


class ItemShown(Contract):
    """A line with its figures."""

    id: int
    producto_id: int | None
    codigo_producto: str
    descripcion: str
    unidad_medida: str
    cantidad: Importe
    precio_unitario: Importe
    tipo_afectacion_igv: str
    descuento: Importe
    subtotal: Importe
    """quantity x unit value, before the discount."""
    igv: Importe
    total: Importe


class ComprobanteOfVenta(Contract):
    """Which comprobante a sale became."""

    id: int
    tipo: TipoComprobante
    serie: str
    numero: int
    numero_completo: str


class VentaRow(Contract):
    """A sale in a list."""

    id: int
    codigo_venta: str
    fecha: datetime
    cliente: ClienteInput
    estado: EstadoVenta
    total: Importe
    moneda: str
    comprobante: ComprobanteOfVenta | None


class VentaFacts(Contract):
    """A whole sale but for what it became."""

    id: int
    codigo_venta: str
    fecha: datetime
    estado: EstadoVenta
    cliente: ClienteInput
    items: tuple[ItemShown, ...]
    totales: TotalesShown
    metodo_pago: str
    observaciones: str
    motivo_anulacion: str | None = None
    documento_origen: str | None = None
    """The upload's request id, where the sale was made out of a reading."""
    created_at: datetime
    updated_at: datetime


class VentaShown(VentaFacts):
    """A whole sale."""

    comprobante: ComprobanteShown | None
    """As it stands with SUNAT; None where there is none, or SUNAT rejected it."""


class CreateVenta(Call[VentaShown]):
    """A new draft; with a key that was used before, the sale that was made then.

    Refused with `VENTA_INVALIDA` and `errores`, `CLIENTE_INVALIDO`, `CLAVE_REUTILIZADA`.
    """

    NAME: ClassVar[str] = "sunat.create-venta.v1"
    ANSWER: ClassVar[type[Contract]] = VentaShown

    company: Company
    venta: VentaInput
    documento_origen: str | None = Field(default=None, max_length=64)
    clave: str | None = Field(default=None, max_length=64)
    """A digest of the client's Idempotency-Key."""


class VentasPage(Contract):
    """Answer of ListVentas."""

    ventas: tuple[VentaRow, ...]
    total: int


class ListVentas(Call[VentasPage]):
    """Sales, newest first."""

    NAME: ClassVar[str] = "sunat.list-ventas.v1"
    ANSWER: ClassVar[type[Contract]] = VentasPage

    company: Company
    page: int = Field(default=1, ge=1, le=1_000_000)
    per_page: int = Field(default=20, ge=1, le=100)
    estado: EstadoVenta | None = None
    fecha_desde: date | None = None
    fecha_hasta: date | None = None
    """Both inclusive, days of Lima."""
    cliente: str | None = Field(default=None, max_length=100)
    """Part of the name or of the document's number."""
    codigo_venta: str | None = Field(default=None, max_length=40)


class ReadVenta(Call[VentaShown]):
    """One sale. Refused with `VENTA_NO_ENCONTRADA`."""

    NAME: ClassVar[str] = "sunat.read-venta.v1"
    ANSWER: ClassVar[type[Contract]] = VentaShown

    company: Company
    id: int


class AnnulVenta(Call[VentaShown]):
    """Annul a draft. A repeat changes nothing. Refused with `VENTA_NO_ENCONTRADA`, `VENTA_FACTURADA`."""

    NAME: ClassVar[str] = "sunat.annul-venta.v1"
    ANSWER: ClassVar[type[Contract]] = VentaShown

    company: Company
    id: int
    motivo: str = Field(default="", max_length=500)
