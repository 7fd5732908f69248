"""Values that SUNAT's calls share: amounts, texts, codes, bytes."""

import base64
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

Company = Annotated[str, StringConstraints(min_length=1, max_length=160)]
"""The tenant: `company:` and the token's claim, or `user:` and its subject."""

Importe = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""An exact amount; a JSON number at the HTTP edge."""

_NUMBER = WithJsonSchema({"type": "number", "minimum": 0})
ImporteInput = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2), _NUMBER]
"""At most 12 digits and two decimals (UBL, `an..15`)."""
ValorInput = Annotated[Decimal, Field(ge=0, max_digits=22, decimal_places=10, lt=10**12), _NUMBER]
"""A unit value: up to ten decimals."""
CantidadInput = Annotated[Decimal, Field(gt=0, max_digits=22, decimal_places=10, lt=10**12), _NUMBER]
"""More than 0, up to ten decimals."""

Ruc = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(10|15|16|17|20)[0-9]{9}$")]
"""11 digits. A wrong check digit is a warning only: SUNAT's own examples have one."""
Texto = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""A text that may be absent; null is none."""
Codigo2 = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{2}$")]
"""A two-digit code of a catalogue."""

Numero = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A number that a client gives its own things; what JSON holds exactly."""

TipoComprobante = Literal["01", "03", "07", "08"]
"""Catalog 01: factura, boleta, nota de crédito, nota de débito."""
EstadoSunat = Literal["PENDIENTE", "ACEPTADO", "RECHAZADO", "ANULADO"]


def _from_base64(value: Any) -> Any:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


Content = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(lambda value: base64.b64encode(value).decode("ascii"), return_type=str, when_used="json"),
]
"""Bytes; base64 in JSON."""

TIPO_NOMBRES: dict[str, str] = {
    "01": "FACTURA ELECTRONICA",
    "03": "BOLETA DE VENTA ELECTRONICA",
    "07": "NOTA DE CREDITO ELECTRONICA",
    "08": "NOTA DE DEBITO ELECTRONICA",
}
"""As the API shows catalog 01."""
