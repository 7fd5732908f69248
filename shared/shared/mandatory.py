"""The five mandatory fields of an invoice of Panama: their words, and when they are present (Lumis API, section 5)."""

from decimal import Decimal

from shared.contracts.lumis import ExtractedData, FieldKey, MissingField, Product
from shared.money import to_cents

MANDATORY: tuple[MissingField, ...] = (
    MissingField(
        field_name="RUC del comercio",
        field_key="ruc",
        description="Número de RUC del comercio emisor (ej: 155751938-2-2024)",
    ),
    MissingField(
        field_name="Dígito Verificador (DV)",
        field_key="dv",
        description="Dígito verificador que acompaña al RUC",
    ),
    MissingField(
        field_name="Número de Factura",
        field_key="invoice_number",
        description="Identificador único de la factura (ej: 001-002-123456)",
    ),
    MissingField(
        field_name="Monto Total",
        field_key="total",
        description="Monto total de la factura, mayor a 0 (ej: 125.50)",
    ),
    MissingField(
        field_name="Detalle de Productos",
        field_key="products",
        description="Al menos un producto con descripción y monto (ej: 'Coca Cola 500ml - $1.50')",
    ),
)
"""The mandatory fields in the order, and with the words, in which clients are told of them."""


def line_price(product: Product) -> Decimal | None:
    """A line's price: its printed amount, else quantity times unit price in cents (Lumis API, section 5)."""
    if product.total_price is not None:
        return product.total_price
    if product.quantity is None or product.unit_price is None:
        return None
    return to_cents(product.quantity * product.unit_price)


def is_present(data: ExtractedData, key: FieldKey) -> bool:
    """The presence rule of a mandatory field (Lumis API, section 5): blanks are nothing, a total is above zero."""
    match key:
        case "total":
            return data.total is not None and data.total > 0
        case "products":
            return any(product.name.strip() and (line_price(product) or 0) > 0 for product in data.products)
        case "ruc" | "dv" | "invoice_number":
            return bool((getattr(data, key) or "").strip())
