"""Codes that SUNAT's catalogues allow, beside those in `catalogos` (Anexo 8 of the Manual del Programador)."""

from sunat_emitter.catalogos.tablas import (
    MONEDA,
    MOTIVO_NOTA_CREDITO,
    MOTIVO_NOTA_DEBITO,
    TIPO_DOCUMENTO_IDENTIDAD,
    UNIDAD_MEDIDA,
    Entry,
)


def _codes(entries: tuple[Entry, ...]) -> frozenset[str]:
    return frozenset(str(entry["codigo"]) for entry in entries)


def _range(first: int, last: int, *others: str, width: int = 3) -> frozenset[str]:
    return frozenset({f"{code:0{width}}" for code in range(first, last + 1)} | set(others))


MONEDAS = _codes(MONEDA)
"""Catalog 02."""
UNIDADES = _codes(UNIDAD_MEDIDA)
"""Catalog 03."""
DOCUMENTOS_IDENTIDAD = _codes(TIPO_DOCUMENTO_IDENTIDAD) - {"-"}
"""Catalog 06."""
SISTEMAS_ISC = frozenset({"01", "02", "03"})
"""Catalog 08."""
MOTIVOS = {"07": _codes(MOTIVO_NOTA_CREDITO), "08": _codes(MOTIVO_NOTA_DEBITO)}
"""Catalogs 09 and 10, by the note's type."""
EXPORTACIONES = _range(200, 208, width=4)
"""Catalog 51: exports."""
DETRACCIONES = frozenset({"1001", "1002", "1003", "1004"})
"""Catalog 51: sales subject to the deposit."""
TIPOS_OPERACION = (
    EXPORTACIONES
    | DETRACCIONES
    | {"0101", "0112", "0113", "0301", "0302", "0303", "0401", "2001"}
    | _range(2100, 2106, width=4)
)
"""Catalog 51."""
LEYENDAS = frozenset({"1000", "1002"}) | _range(2000, 2011, width=4)
"""Catalog 52."""
AJUSTES_DE_LINEA = frozenset({"00", "01", "47", "48"})
"""Catalog 53, on a line."""
AJUSTES_GLOBALES = frozenset(
    {"02", "03", "04", "05", "06", "07", "20", "45", "46", "49", "50", "51", "52", "53", "61", "62", "63"}
)
"""Catalog 53, on the document."""
DESCUENTOS = frozenset({"00", "01", "02", "03", "04", "05", "06", "07", "20", "62", "63"})
"""Catalog 53: those that take off; the others add."""
BIENES_Y_SERVICIOS = (
    _range(1, 5)
    | _range(7, 17)
    | _range(19, 28)
    | _range(30, 32)
    | _range(34, 37)
    | _range(39, 41)
    | {"044", "045", "099"}
)
"""Catalog 54: goods and services subject to the deposit."""
MEDIOS_DE_PAGO = _range(1, 13) | _range(101, 108) | {"999"}
"""Catalog 59."""
