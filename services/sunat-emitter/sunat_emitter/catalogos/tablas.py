"""SUNAT's catalogues by the names that the API gives them (Anexo 8 of the Manual del Programador; ISO 4217).

Each begins with the entries that the API's examples show, in their order, for a combo's sake; the rest follow by code.
Texts are upper case without accents, as in those examples.
"""

from collections.abc import Mapping
from typing import Any

Entry = dict[str, Any]


def _documento(codigo: str, descripcion: str, abreviatura: str, longitud: int | None) -> Entry:
    return {"codigo": codigo, "descripcion": descripcion, "abreviatura": abreviatura, "longitud": longitud}


def _afectacion(codigo: str, descripcion: str, tipo: str, porcentaje_igv: int) -> Entry:
    return {"codigo": codigo, "descripcion": descripcion, "tipo": tipo, "porcentaje_igv": porcentaje_igv}


def _entry(codigo: str, descripcion: str) -> Entry:
    return {"codigo": codigo, "descripcion": descripcion}


def _moneda(codigo: str, descripcion: str, simbolo: str) -> Entry:
    return {"codigo": codigo, "descripcion": descripcion, "simbolo": simbolo}


# Catalog 06. `longitud`: exact for DNI and RUC, else the most that is allowed (`an..15` where no own rule is known).
TIPO_DOCUMENTO_IDENTIDAD = (
    _documento("1", "DNI", "DNI", 8),
    _documento("6", "RUC", "RUC", 11),
    _documento("4", "CARNET DE EXTRANJERIA", "CE", 12),
    _documento("7", "PASAPORTE", "PASS", 12),
    # Not in catalog 06: on a boleta without an identified customer, type and number are both `-`.
    _documento("-", "SIN DOCUMENTO", "SD", None),
    _documento("0", "DOC. TRIB. NO DOM. SIN RUC", "DTND", 15),
    _documento("A", "CEDULA DIPLOMATICA DE IDENTIDAD", "CDI", 15),
    _documento("B", "DOC. IDENT. PAIS RESIDENCIA - NO DOMICILIADO", "DIPR", 15),
    _documento("C", "TAX IDENTIFICATION NUMBER - TIN - DOC. TRIB. PP.NN.", "TIN", 15),
    _documento("D", "IDENTIFICATION NUMBER - IN - DOC. TRIB. PP.JJ.", "IN", 15),
    _documento("E", "TAM - TARJETA ANDINA DE MIGRACION", "TAM", 15),
    _documento("F", "PERMISO TEMPORAL DE PERMANENCIA - PTP", "PTP", 15),
    _documento("G", "SALVOCONDUCTO", "SALV", 15),
    _documento("H", "CARNE DE PERMISO TEMPORAL DE PERMANENCIA - CPP", "CPP", 15),
)

# Catalog 07. `gratuito` is tribute 9996: outside every total; its rate serves the reference value's tax.
TIPO_AFECTACION_IGV = (
    _afectacion("10", "GRAVADO - OPERACION ONEROSA", "gravado", 18),
    _afectacion("20", "EXONERADO - OPERACION ONEROSA", "exonerado", 0),
    _afectacion("30", "INAFECTO - OPERACION ONEROSA", "inafecto", 0),
    # The API's example calls 11 `gravado` and 21 `exonerado`; catalog 07 gives both tribute 9996.
    _afectacion("11", "GRAVADO - RETIRO POR PREMIO", "gratuito", 18),
    _afectacion("21", "EXONERADO - TRANSFERENCIA GRATUITA", "gratuito", 0),
    _afectacion("12", "GRAVADO - RETIRO POR DONACION", "gratuito", 18),
    _afectacion("13", "GRAVADO - RETIRO", "gratuito", 18),
    _afectacion("14", "GRAVADO - RETIRO POR PUBLICIDAD", "gratuito", 18),
    _afectacion("15", "GRAVADO - BONIFICACIONES", "gratuito", 18),
    _afectacion("16", "GRAVADO - RETIRO POR ENTREGA A TRABAJADORES", "gratuito", 18),
    # Tribute 1016, the tax on milled rice, in place of the IGV (Ley 28211).
    _afectacion("17", "GRAVADO - IVAP", "ivap", 4),
    _afectacion("31", "INAFECTO - RETIRO POR BONIFICACION", "gratuito", 0),
    _afectacion("32", "INAFECTO - RETIRO", "gratuito", 0),
    _afectacion("33", "INAFECTO - RETIRO POR MUESTRAS MEDICAS", "gratuito", 0),
    _afectacion("34", "INAFECTO - RETIRO POR CONVENIO COLECTIVO", "gratuito", 0),
    _afectacion("35", "INAFECTO - RETIRO POR PREMIO", "gratuito", 0),
    _afectacion("36", "INAFECTO - RETIRO POR PUBLICIDAD", "gratuito", 0),
    _afectacion("37", "INAFECTO - TRANSFERENCIA GRATUITA", "gratuito", 0),
    _afectacion("40", "EXPORTACION DE BIENES O SERVICIOS", "exportacion", 0),
)

# Catalog 03: UN/ECE recommendation 20 as SUNAT lists it, then the recommendation's units of time for services.
UNIDAD_MEDIDA = (
    _entry("NIU", "UNIDAD (BIENES)"),
    _entry("ZZ", "UNIDAD (SERVICIOS)"),
    _entry("KGM", "KILOGRAMO"),
    _entry("MTR", "METRO"),
    _entry("LTR", "LITRO"),
    _entry("GRM", "GRAMO"),
    _entry("DZN", "DOCENA"),
    _entry("4A", "BOBINAS"),
    _entry("BE", "FARDO"),
    _entry("BG", "BOLSA"),
    _entry("BJ", "BALDE"),
    _entry("BLL", "BARRILES"),
    _entry("BO", "BOTELLAS"),
    _entry("BX", "CAJAS"),
    _entry("C62", "PIEZAS"),
    _entry("CA", "LATAS"),
    _entry("CEN", "CIENTO DE UNIDADES"),
    _entry("CJ", "CONOS"),
    _entry("CMK", "CENTIMETRO CUADRADO"),
    _entry("CMQ", "CENTIMETRO CUBICO"),
    _entry("CMT", "CENTIMETRO LINEAL"),
    _entry("CT", "CARTONES"),
    _entry("CY", "CILINDRO"),
    _entry("DR", "TAMBOR"),
    _entry("DZP", "DOCENA POR 10**6"),
    _entry("FOT", "PIES"),
    _entry("FTK", "PIES CUADRADOS"),
    _entry("FTQ", "PIES CUBICOS"),
    _entry("GLI", "GALON INGLES (4,545956 L)"),
    _entry("GLL", "US GALON (3,7843 L)"),
    _entry("GRO", "GRUESA"),
    _entry("HLT", "HECTOLITRO"),
    _entry("INH", "PULGADAS"),
    _entry("KT", "KIT"),
    _entry("KTM", "KILOMETRO"),
    _entry("KWH", "KILOVATIO HORA"),
    _entry("LBR", "LIBRAS"),
    _entry("LEF", "HOJA"),
    _entry("LTN", "TONELADA LARGA"),
    _entry("MGM", "MILIGRAMOS"),
    _entry("MLL", "MILLARES"),
    _entry("MLT", "MILILITRO"),
    _entry("MMK", "MILIMETRO CUADRADO"),
    _entry("MMQ", "MILIMETRO CUBICO"),
    _entry("MMT", "MILIMETRO"),
    _entry("MTK", "METRO CUADRADO"),
    _entry("MTQ", "METRO CUBICO"),
    _entry("MWH", "MEGAVATIO HORA"),
    _entry("ONZ", "ONZAS"),
    _entry("PF", "PALETAS"),
    _entry("PG", "PLACAS"),
    _entry("PK", "PAQUETE"),
    _entry("PR", "PAR"),
    _entry("RM", "RESMA"),
    _entry("SET", "JUEGO"),
    _entry("ST", "PLIEGO"),
    _entry("STN", "TONELADA CORTA"),
    _entry("TNE", "TONELADAS"),
    _entry("TU", "TUBOS"),
    _entry("UM", "MILLON DE UNIDADES"),
    _entry("YDK", "YARDA CUADRADA"),
    _entry("YRD", "YARDA"),
    _entry("ANN", "AÑO"),
    _entry("DAY", "DIA"),
    _entry("HUR", "HORA"),
    _entry("MIN", "MINUTO"),
    _entry("MON", "MES"),
    _entry("WEE", "SEMANA"),
)

# Catalog 02 is ISO 4217; the currencies of Peru's invoices, its neighbours and its larger partners.
MONEDA = (
    _moneda("PEN", "SOL", "S/"),
    _moneda("USD", "DOLAR ESTADOUNIDENSE", "$"),
    _moneda("EUR", "EURO", "€"),
    _moneda("ARS", "PESO ARGENTINO", "$"),
    _moneda("AUD", "DOLAR AUSTRALIANO", "A$"),
    _moneda("BOB", "BOLIVIANO", "Bs"),
    _moneda("BRL", "REAL BRASILEÑO", "R$"),
    _moneda("CAD", "DOLAR CANADIENSE", "C$"),
    _moneda("CHF", "FRANCO SUIZO", "CHF"),
    _moneda("CLP", "PESO CHILENO", "$"),
    _moneda("CNY", "YUAN RENMINBI", "¥"),
    _moneda("COP", "PESO COLOMBIANO", "$"),
    _moneda("CRC", "COLON COSTARRICENSE", "₡"),
    _moneda("DKK", "CORONA DANESA", "kr"),
    _moneda("DOP", "PESO DOMINICANO", "RD$"),
    _moneda("GBP", "LIBRA ESTERLINA", "£"),
    _moneda("GTQ", "QUETZAL", "Q"),
    _moneda("HKD", "DOLAR DE HONG KONG", "HK$"),
    _moneda("HNL", "LEMPIRA", "L"),
    _moneda("INR", "RUPIA INDIA", "₹"),
    _moneda("JPY", "YEN", "¥"),
    _moneda("KRW", "WON", "₩"),
    _moneda("MXN", "PESO MEXICANO", "$"),
    _moneda("NIO", "CORDOBA ORO", "C$"),
    _moneda("NOK", "CORONA NORUEGA", "kr"),
    _moneda("NZD", "DOLAR NEOZELANDES", "NZ$"),
    _moneda("PAB", "BALBOA", "B/."),
    _moneda("PYG", "GUARANI", "₲"),
    _moneda("SEK", "CORONA SUECA", "kr"),
    _moneda("SGD", "DOLAR DE SINGAPUR", "S$"),
    _moneda("UYU", "PESO URUGUAYO", "$U"),
    _moneda("VES", "BOLIVAR SOBERANO", "Bs."),
    _moneda("ZAR", "RAND", "R"),
)

# Catalog 09.
MOTIVO_NOTA_CREDITO = (
    _entry("01", "ANULACION DE LA OPERACION"),
    _entry("02", "ANULACION POR ERROR EN EL RUC"),
    _entry("03", "CORRECCION POR ERROR EN LA DESCRIPCION"),
    _entry("04", "DESCUENTO GLOBAL"),
    _entry("05", "DESCUENTO POR ITEM"),
    _entry("06", "DEVOLUCION TOTAL"),
    _entry("07", "DEVOLUCION POR ITEM"),
    _entry("08", "BONIFICACION"),
    _entry("09", "DISMINUCION EN EL VALOR"),
    _entry("10", "OTROS CONCEPTOS"),
    # The API's example gives the export adjustments the code 13; in catalog 09 they are 11.
    _entry("11", "AJUSTES DE OPERACIONES DE EXPORTACION"),
    _entry("12", "AJUSTES AFECTOS AL IVAP"),
    _entry("13", "AJUSTES - MONTOS Y/O FECHAS DE PAGO"),
)

# Catalog 10; the API's list ends at 03.
MOTIVO_NOTA_DEBITO = (
    _entry("01", "INTERES POR MORA"),
    _entry("02", "AUMENTO EN EL VALOR"),
    _entry("03", "PENALIDADES / OTROS CONCEPTOS"),
    _entry("11", "AJUSTES DE OPERACIONES DE EXPORTACION"),
    _entry("12", "AJUSTES AFECTOS AL IVAP"),
)

# Catalog 16.
TIPO_PRECIO = (
    _entry("01", "PRECIO UNITARIO (INCLUYE EL IGV)"),
    _entry("02", "VALOR REFERENCIAL UNITARIO EN OPERACIONES NO ONEROSAS"),
)

CATALOGOS: Mapping[str, tuple[Entry, ...]] = {
    "tipo-documento-identidad": TIPO_DOCUMENTO_IDENTIDAD,
    "tipo-afectacion-igv": TIPO_AFECTACION_IGV,
    "unidad-medida": UNIDAD_MEDIDA,
    "moneda": MONEDA,
    "motivo-nota-credito": MOTIVO_NOTA_CREDITO,
    "motivo-nota-debito": MOTIVO_NOTA_DEBITO,
    "tipo-precio": TIPO_PRECIO,
}
"""By the name in `GET /facturacion/catalogos/{tipo}`, in the API's order."""
