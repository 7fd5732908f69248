"""The legends (catalog 52) that a document must show."""

from collections.abc import Mapping

from shared.errors import Refused
from sunat_emitter.documents.model import Leyenda, Totales
from sunat_emitter.documents.sale import Venta
from sunat_emitter.documents.words import amount_in_words

LEYENDAS: Mapping[str, str] = {
    "1002": "TRANSFERENCIA GRATUITA DE UN BIEN Y/O SERVICIO PRESTADO GRATUITAMENTE",
    "2000": "COMPROBANTE DE PERCEPCIÓN",
    "2001": "BIENES TRANSFERIDOS EN LA AMAZONÍA REGIÓN SELVA PARA SER CONSUMIDOS EN LA MISMA",
    "2002": "SERVICIOS PRESTADOS EN LA AMAZONÍA REGIÓN SELVA PARA SER CONSUMIDOS EN LA MISMA",
    "2003": "CONTRATOS DE CONSTRUCCIÓN EJECUTADOS EN LA AMAZONÍA REGIÓN SELVA",
    "2004": "AGENCIA DE VIAJE - PAQUETE TURÍSTICO",
    "2005": "VENTA REALIZADA POR EMISOR ITINERANTE",
    "2006": "OPERACIÓN SUJETA A DETRACCIÓN",
    "2007": "OPERACIÓN SUJETA AL IVAP",
}
"""Catalog 52, whose 1000 is the total in words."""


def leyendas(venta: Venta, totales: Totales) -> tuple[Leyenda, ...]:
    """The total in words, then what the figures ask for, then what the sale asks for; each once.

    Raises:
        Refused: `LEYENDA_INVALIDA` where the sale asks for a code that is none of `LEYENDAS`.
    """
    if unknown := [code for code in venta.leyendas if code not in LEYENDAS]:
        raise Refused("LEYENDA_INVALIDA", f"La leyenda «{unknown[0]}» no existe en el catálogo 52")
    codes = (
        *(("1002",) if totales.gratuito else ()),
        *(("2006",) if venta.detraccion else ()),
        *(("2007",) if totales.ivap_base else ()),
        *venta.leyendas,
    )
    words = Leyenda(codigo="1000", texto=amount_in_words(totales.total, venta.moneda))
    return (words, *(Leyenda(codigo=code, texto=LEYENDAS[code]) for code in dict.fromkeys(codes)))
