"""One line of an invoice or a note."""

from sunat_emitter.documents.model import Linea
from sunat_emitter.documents.ubl.charges import adjustments, line_taxes
from sunat_emitter.documents.ubl.tree import Element, amount, group, leaf, price

PRECIO_CON_TRIBUTOS, VALOR_REFERENCIAL = "01", "02"
"""Catalog 16."""


def line(parent: Element, name: str, quantity: str, linea: Linea, currency: str) -> None:
    """A line, whose element and quantity are named as the document's type wants."""
    element = group(parent, name)
    leaf(element, "ID", str(linea.numero))
    leaf(element, quantity, f"{linea.cantidad:f}", unitCode=linea.unidad)
    amount(element, "LineExtensionAmount", linea.valor_venta, currency)
    condition = group(group(element, "PricingReference"), "AlternativeConditionPrice")
    price(condition, "PriceAmount", linea.precio_unitario, currency)
    leaf(condition, "PriceTypeCode", VALOR_REFERENCIAL if linea.gratuita else PRECIO_CON_TRIBUTOS)
    adjustments(element, linea.ajustes, currency)
    line_taxes(element, linea.tributos, linea.total_tributos, currency)
    item = group(element, "Item")
    leaf(item, "Description", linea.descripcion)
    if linea.codigo:
        leaf(group(item, "SellersItemIdentification"), "ID", linea.codigo)
    if linea.codigo_sunat:
        leaf(group(item, "CommodityClassification"), "ItemClassificationCode", linea.codigo_sunat)
    price(group(element, "Price"), "PriceAmount", linea.valor_unitario, currency)
