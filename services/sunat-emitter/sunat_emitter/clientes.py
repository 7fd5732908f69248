"""Who may be named on a comprobante: catalog 06's document types and the form of their numbers."""

import re

from shared.contracts.sunat.ventas import ClienteInput
from shared.errors import Refused

RUC = "6"
NOBODY = "-"
_RULES: dict[str, tuple[re.Pattern[str], str]] = {
    "1": (re.compile(r"[0-9]{8}"), "El DNI debe tener 8 dígitos"),
    RUC: (re.compile(r"(10|15|16|17|20)[0-9]{9}"), "El RUC debe tener 11 dígitos y comenzar con 10, 15, 16, 17 o 20"),
    "4": (re.compile(r"[A-Za-z0-9]{1,12}"), "El carné de extranjería debe tener hasta 12 letras o dígitos"),
    "7": (re.compile(r"[A-Za-z0-9]{1,12}"), "El pasaporte debe tener hasta 12 letras o dígitos"),
    NOBODY: (re.compile(r"-"), "Sin documento, el número debe ser -"),
}
_OTHERS = re.compile(r"[A-Za-z0-9-]{1,15}")
_KNOWN = frozenset("01467ABCDEFGH-")


def check_cliente(cliente: ClienteInput) -> None:
    """Raises Refused: `CLIENTE_INVALIDO`."""
    if cliente.tipo_documento not in _KNOWN:
        raise Refused("CLIENTE_INVALIDO", f"El tipo de documento {cliente.tipo_documento} no existe en el catálogo 06")
    rule, message = _RULES.get(
        cliente.tipo_documento, (_OTHERS, "El número de documento debe tener hasta 15 letras o dígitos")
    )
    if not rule.fullmatch(cliente.numero_documento):
        raise Refused("CLIENTE_INVALIDO", message)


def check_for_factura(cliente: ClienteInput, *, export: bool) -> None:
    """Raises Refused: `CLIENTE_INVALIDO` where a factura may not name this customer (2800, 2017)."""
    if cliente.tipo_documento != RUC and not export:
        raise Refused("CLIENTE_INVALIDO", "Para emitir Factura el cliente debe tener RUC válido")
