"""A reading of the schema `lumis` as the object that clients know: `extracted_data` and the CUFE."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.lumis import HEADER_FIELDS, ITEM_FIELDS
from shared.contracts.reading import ReadField, Reading
from shared.money import json_number, parse_amount

_AMOUNTS = frozenset({"total", "tot_itbms", "quantity", "unit_price", "total_price"})


def lumis_result(reading: Reading) -> dict[str, Any]:
    """The nine keys of `extracted_data` (Lumis API, section 3) and `cufe`, as JSON values.

    Amounts are numbers; what was not read is None, and lines stand under `products`.
    """
    header = {key: _value(key, reading.fields) for key in HEADER_FIELDS}
    return {**header, "products": [{key: _value(key, item) for key in ITEM_FIELDS} for item in reading.items]}


def _value(key: str, fields: Mapping[str, ReadField]) -> Any:
    field = fields.get(key)
    if field is None or field.value is None:
        return None
    if key not in _AMOUNTS:
        return field.value
    amount = parse_amount(field.value)
    return None if amount is None else json_number(amount)
