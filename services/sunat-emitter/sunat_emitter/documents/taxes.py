"""SUNAT's taxes: catalog 05 with its UBL names, and which of them each affectation of catalog 07 takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

IGV, IVAP, ISC, ICBPER = "1000", "1016", "2000", "7152"
EXPORTACION, GRATUITO, EXONERADO, INAFECTO, OTROS = "9995", "9996", "9997", "9998", "9999"
TASA_IGV = Decimal(18)
TASAS_IGV = frozenset({TASA_IGV, Decimal("10.5"), Decimal(10)})
"""Percent. 10 (until 2025) and 10.5 (2026): restaurants and hotels, Ley 31556 as extended."""
TASA_IVAP = Decimal(4)
ICBPER_POR_BOLSA = Decimal("0.50")
"""Soles for each plastic bag since 2023, Ley 30884."""


@dataclass(frozen=True)
class Scheme:
    """How UBL names a tax (`TaxScheme`)."""

    nombre: str
    tipo: str


SCHEMES: Mapping[str, Scheme] = {
    IGV: Scheme("IGV", "VAT"),
    IVAP: Scheme("IVAP", "VAT"),
    ISC: Scheme("ISC", "EXC"),
    ICBPER: Scheme("ICBPER", "OTH"),
    EXPORTACION: Scheme("EXP", "FRE"),
    GRATUITO: Scheme("GRA", "FRE"),
    EXONERADO: Scheme("EXO", "VAT"),
    INAFECTO: Scheme("INA", "FRE"),
    OTROS: Scheme("OTROS", "OTH"),
}
"""Catalog 05."""


@dataclass(frozen=True)
class Afectacion:
    """What one code of catalog 07 means for a line."""

    tributo: str
    grava: bool = False
    """Whether a tax is worked out on the base; on a free line it only informs."""

    @property
    def gratuita(self) -> bool:
        """Whether the line is free, outside every total."""
        return self.tributo == GRATUITO


AFECTACIONES: Mapping[str, Afectacion] = {
    "10": Afectacion(IGV, grava=True),
    **{str(code): Afectacion(GRATUITO, grava=True) for code in range(11, 17)},
    "17": Afectacion(IVAP, grava=True),
    "20": Afectacion(EXONERADO),
    "21": Afectacion(GRATUITO),
    "30": Afectacion(INAFECTO),
    **{str(code): Afectacion(GRATUITO) for code in range(31, 38)},
    "40": Afectacion(EXPORTACION),
}
"""Catalog 07."""


def tasa(afectacion: Afectacion, igv: Decimal) -> Decimal:
    """Percent of a line's IGV-like tax where the document's IGV is `igv` percent."""
    if not afectacion.grava:
        return Decimal(0)
    return TASA_IVAP if afectacion.tributo == IVAP else igv
