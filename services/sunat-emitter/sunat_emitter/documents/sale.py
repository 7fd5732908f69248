"""What is to be issued: a sale or a note as the API takes it, checked for form only. Amounts exact, without IGV."""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.contracts.message import Contract
from sunat_emitter.documents.model import Cliente, Cuota, Emisor, Referencia, TipoComprobante
from sunat_emitter.documents.taxes import AFECTACIONES, TASA_IGV, TASAS_IGV
from sunat_emitter.documents.text import SomeText, Text

Cantidad = Annotated[Decimal, Field(gt=0, max_digits=22, decimal_places=10, allow_inf_nan=False)]
"""Up to 12 digits and ten decimals."""
Unitario = Annotated[Decimal, Field(ge=0, max_digits=22, decimal_places=10, allow_inf_nan=False)]
Monto = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2, allow_inf_nan=False)]
Porcentaje = Annotated[Decimal, Field(ge=0, le=1000, max_digits=8, decimal_places=5, allow_inf_nan=False)]


class Isc(Contract):
    """The selective tax on a line (catalog 08)."""

    sistema: Literal["01", "02", "03"]
    """01 on the value, 02 fixed amount, 03 on the retail price."""
    tasa: Porcentaje = Decimal(0)
    """Percent, for 01 and 03."""
    monto_fijo: Unitario = Decimal(0)
    """Soles for each unit, for 02."""
    precio_venta_publico: Unitario = Decimal(0)
    """For 03: the suggested retail price of one unit, IGV included."""


class Item(Contract):
    """One line of a sale."""

    producto_id: int | None = None
    codigo_producto: Text = ""
    codigo_sunat: Text = ""
    """UNSPSC, catalog 25."""
    descripcion: SomeText
    unidad_medida: Text = "NIU"
    """Catalog 03."""
    cantidad: Cantidad
    precio_unitario: Unitario
    """Without IGV; the reference value where the line is free."""
    tipo_afectacion_igv: str = "10"
    """Catalog 07."""
    descuento: Monto = Decimal(0)
    """For the whole line, without IGV."""
    bolsas: int = Field(default=0, ge=0, le=99_999)
    """Plastic bags that ICBPER is paid for; a line of bags has as many as its quantity (3236)."""
    isc: Isc | None = None

    @model_validator(mode="after")
    def _known_affectation(self) -> Self:
        if self.tipo_afectacion_igv not in AFECTACIONES:
            raise ValueError("tipo_afectacion_igv no existe en el catálogo 07")
        return self


class DetraccionPedida(Contract):
    """The deposit (SPOT) that a sale is subject to; its amount is worked out."""

    codigo: str
    """Catalog 54."""
    porcentaje: Porcentaje
    cuenta: Text
    """Account at Banco de la Nación."""
    medio_pago: str = "001"
    """Catalog 59."""
    tipo_cambio: Unitario | None = None
    """Soles for one unit of the sale's currency; needed where that is not PEN."""


class Venta(Contract):
    """A sale: customer, lines, and how it is paid."""

    cliente: Cliente
    items: tuple[Item, ...] = Field(min_length=1, max_length=999)
    descuento_global: Monto = Decimal(0)
    """Without IGV."""
    moneda: str = "PEN"
    """Catalog 02."""
    tasa_igv: Decimal = TASA_IGV
    """Percent."""
    tipo_operacion: str = "0101"
    """Catalog 51; a sale with `detraccion` and 0101 becomes 1001."""
    fecha_vencimiento: date | None = None
    """Alone it makes a factura one on credit with a single instalment."""
    cuotas: tuple[Cuota, ...] = ()
    detraccion: DetraccionPedida | None = None
    leyendas: tuple[str, ...] = ()
    """Codes of catalog 52 that no figure shows: 2001, 2002, 2003 (Amazonia)."""
    observaciones: Text = ""
    orden_compra: Text = ""
    guias: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _known_rate(self) -> Self:
        if self.tasa_igv not in TASAS_IGV:
            raise ValueError("tasa_igv no es una tasa vigente del IGV")
        return self


class Nota(Venta):
    """A credit or debit note: what it credits or charges, and the document that it changes."""

    referencia: Referencia


class Emision(Contract):
    """Who issues, as which document, when by Lima's clock."""

    tipo: TipoComprobante
    serie: str
    numero: int = Field(ge=1, le=99_999_999)
    fecha: date
    hora: time
    emisor: Emisor
