"""What the API hands in: checked for form, cleaned, exact."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from sunat_emitter.documents.sale import Item, Venta

ITEM = {"descripcion": "Laptop", "cantidad": 1, "precio_unitario": "2500.00"}
CLIENTE = {"tipo_documento": "6", "numero_documento": "20456789120", "nombre": "ACME"}


def test_the_apis_example_is_a_sale() -> None:
    sale = Venta.model_validate(
        {
            "cliente": {**CLIENTE, "telefono": "987654321"},
            "items": [{**ITEM, "producto_id": 10, "unidad_medida": "NIU", "tipo_afectacion_igv": "10", "descuento": 0}],
            "descuento_global": 0,
            "metodo_pago": "EFECTIVO",
            "moneda": "PEN",
        }
    )
    assert sale.items[0].precio_unitario == Decimal(2500)
    assert (sale.tasa_igv, sale.tipo_operacion) == (Decimal(18), "0101")


@pytest.mark.parametrize(
    "wrong",
    [
        {"cantidad": 0},
        {"cantidad": -1},
        {"cantidad": "NaN"},
        {"cantidad": "Infinity"},
        {"cantidad": "1.00000000001"},
        {"cantidad": "1000000000000"},
        {"precio_unitario": -1},
        {"precio_unitario": "1e30"},
        {"descuento": "0.001"},
        {"descuento": -1},
        {"descripcion": ""},
        {"descripcion": " \x00\n"},
        {"tipo_afectacion_igv": "99"},
        {"bolsas": -1},
        {"isc": {"sistema": "04"}},
    ],
)
def test_an_item_of_the_wrong_form_is_no_item(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Item.model_validate({**ITEM, **wrong})


@pytest.mark.parametrize("wrong", [{"items": []}, {"tasa_igv": 19}, {"descuento_global": -1}, {"cliente": None}])
def test_a_sale_of_the_wrong_form_is_no_sale(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Venta.model_validate({"cliente": CLIENTE, "items": [ITEM], **wrong})


def test_an_error_shows_nothing_of_what_was_sent() -> None:
    with pytest.raises(ValidationError) as error:
        Item.model_validate({**ITEM, "descripcion": "JUAN PEREZ", "cantidad": -7})
    assert "PEREZ" not in str(error.value)
    assert "-7" not in str(error.value)
