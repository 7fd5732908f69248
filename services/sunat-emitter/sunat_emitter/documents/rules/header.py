"""Rules on a document's number, type, dates and texts."""

import re
from collections.abc import Mapping

from sunat_emitter.documents.model import Comprobante
from sunat_emitter.documents.rules.catalogs import EXPORTACIONES, LEYENDAS, MONEDAS, TIPOS_OPERACION
from sunat_emitter.documents.rules.rule import Rule
from sunat_emitter.documents.taxes import EXONERADO, GRATUITO, IVAP

_SERIES: Mapping[str, re.Pattern[str]] = {
    "01": re.compile(r"F[A-Z0-9]{3}"),
    "03": re.compile(r"B[A-Z0-9]{3}"),
    "07": re.compile(r"[FB][A-Z0-9]{3}"),
    "08": re.compile(r"[FB][A-Z0-9]{3}"),
}
_LARGEST_NUMBER = 99_999_999
_TEXT = re.compile(r"\S.{0,199}")
_GUIA = re.compile(r"[TV][A-Z0-9]{3}-\d{1,8}|\d{4}-\d{1,8}|EG0[1-47]-\d{1,8}|G\d{3}-\d{1,8}")
_ORDEN = re.compile(r"[0-9A-Za-z]{1,20}")

_NEEDS: Mapping[str, tuple[str, str]] = {
    "0112": ("3181", "El XML no contiene el código de producto de los créditos hipotecarios"),
    "0201": (
        "3098",
        "El XML no contiene el tag o no existe información del pais de uso, exploración o aprovechamiento",
    ),
    "0202": ("3136", "El XML no contiene el tag de numero de documentos del huesped"),
    "0205": ("3136", "El XML no contiene el tag de numero de documentos del huesped"),
    "0208": (
        "3098",
        "El XML no contiene el tag o no existe información del pais de uso, exploración o aprovechamiento",
    ),
    "0301": ("3168", "El XML no contiene el tag de Carta Porte Aéreo: Lugar de origen - Código de ubigeo"),
    "0302": ("3156", "El XML no contiene el tag de BVME transporte ferroviario: Agente de Viajes: Numero de Ruc"),
    "1002": (
        "3063",
        "El XML no contiene el tag de matricula de embarcación en Detracciones para recursos hidrobiologicos",
    ),
    "1004": (
        "3116",
        "El XML no contiene el ubigeo de punto de origen en Detracciones - Servicio de transporte de carga",
    ),
    "2001": ("3093", "Si el tipo de operación es Operación Sujeta a Percepción, debe ingresar cargo para Percepción"),
    "2100": ("3241", "El XML no contiene los datos del crédito de la empresa del sistema financiero"),
    "2101": ("3241", "El XML no contiene los datos del crédito de la empresa del sistema financiero"),
    "2102": ("3241", "El XML no contiene los datos del crédito de la empresa del sistema financiero"),
    "2104": ("3242", "El XML no contiene los datos de la póliza de la empresa de seguros"),
}
"""Kinds of operation (catalog 51) that need data which a `Comprobante` does not hold."""


def _invoice(comprobante: Comprobante) -> bool:
    return comprobante.tipo in {"01", "03"}


def _repeated(comprobante: Comprobante) -> bool:
    codes = [each.codigo for each in comprobante.leyendas]
    return len(set(codes)) < len(codes)


def _has(comprobante: Comprobante, code: str) -> bool:
    return any(each.codigo == code for each in comprobante.leyendas)


def _sells(comprobante: Comprobante, tax: str) -> bool:
    return any(each.tributos[0].codigo == tax and each.tributos[0].base for each in comprobante.lineas if each.tributos)


def _needs(kind: str, code: str, text: str) -> Rule:
    return Rule(code, text, lambda each: _invoice(each) and each.tipo_operacion == kind)


def _amazonia(code: str, leyenda: str) -> Rule:
    text = f"Si se utiliza la leyenda con código {leyenda}, el total de operaciones exoneradas debe ser mayor a 0.00"
    return Rule(code, text, lambda each: _has(each, leyenda) and not _sells(each, EXONERADO))


HEADER: tuple[Rule, ...] = (
    Rule(
        "1001",
        "ID - El dato SERIE-CORRELATIVO no cumple con el formato de acuerdo al tipo de comprobante",
        lambda each: not _SERIES[each.tipo].fullmatch(each.serie) or not 0 < each.numero <= _LARGEST_NUMBER,
    ),
    Rule(
        "3088",
        "El valor ingresado como moneda del comprobante no es valido (catalogo nro 02)",
        lambda each: each.moneda not in MONEDAS,
    ),
    Rule(
        "3206",
        "El dato ingresado como tipo de operación no corresponde a un valor esperado (catálogo nro. 51)",
        lambda each: _invoice(each) and each.tipo_operacion not in TIPOS_OPERACION,
    ),
    *(_needs(kind, code, text) for kind, (code, text) in _NEEDS.items()),
    Rule(
        "3006",
        "El dato ingresado en descripcion de leyenda no cumple con el formato establecido",
        lambda each: any(not _TEXT.fullmatch(leyenda.texto) for leyenda in each.leyendas),
    ),
    Rule(
        "3014",
        "El codigo de leyenda no debe repetirse en el comprobante",
        _repeated,
    ),
    Rule(
        "3027",
        "El valor del atributo de la leyenda no se encuentra en el catálogo 52",
        lambda each: any(leyenda.codigo not in LEYENDAS for leyenda in each.leyendas),
    ),
    Rule(
        "2416",
        "Si existe leyenda Transferencia Gratuita debe consignar Total Valor de Venta de Operaciones Gratuitas",
        lambda each: _has(each, "1002") and not each.totales.gratuito,
    ),
    Rule(
        "4264",
        "El XML no contiene el codigo de leyenda 2007 para el tipo de operación IVAP",
        lambda each: _sells(each, IVAP) and not _has(each, "2007"),
    ),
    Rule(
        "4265",
        "El XML no contiene el codigo de leyenda 2006 para tipo de operación de detracciones",
        lambda each: each.detraccion is not None and not _has(each, "2006"),
    ),
    *(_amazonia(code, leyenda) for code, leyenda in (("4022", "2001"), ("4023", "2002"), ("4024", "2003"))),
    Rule(
        "4233",
        "El dato ingresado en order de compra no cumple con el formato establecido",
        lambda each: bool(each.orden_compra) and not _ORDEN.fullmatch(each.orden_compra),
    ),
    Rule(
        "2364",
        "El comprobante contiene un tipo y número de Guía de Remisión repetido",
        lambda each: len(set(each.guias)) < len(each.guias),
    ),
    Rule(
        "4006",
        "El Número de guía de remisión no cumple con el formato establecido",
        lambda each: any(not _GUIA.fullmatch(guia) for guia in each.guias),
    ),
    Rule(
        "3107",
        "El dato ingresado como codigo de tributo global es invalido para tipo de operación",
        lambda each: (
            _invoice(each)
            and each.tipo_operacion in EXPORTACIONES
            and any(
                tax.codigo in {"1000", "1016", "2000", "9997", "9998", "9999"}
                for linea in each.lineas
                for tax in linea.tributos
            )
        ),
    ),
    Rule(
        "2641",
        "Operacion gratuita, debe consignar Total valor venta - operaciones gratuitas mayor a cero",
        lambda each: _sells(each, GRATUITO) and not each.totales.gratuito,
    ),
)
