"""A document's page as the templates take it: every value a text that is ready to be set."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from shared.money import to_cents
from sunat_emitter.documents.model import Comprobante
from sunat_emitter.documents.printed import CONSULTA_SUNAT, Printed, PrintedLine, printed

Formato = Literal["a4", "ticket"]
Ambiente = Literal["produccion", "beta", "simulador"]
"""Where a document was, or will be, sent."""

_BREAK = "\u200b"
"""A place where a long word may be broken; it takes no room."""
_LONGEST_WORD = 14
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")
_TEST_NOTICES = {
    "beta": "SIN VALOR LEGAL: emitido en el ambiente de pruebas (BETA) de SUNAT",
    "simulador": "SIN VALOR LEGAL: emitido con un SIMULADOR, no fue enviado a SUNAT",
}
_MARKS = {"beta": "PRUEBA", "simulador": "SIMULADOR"}
_ROLL_ROWS = 420
"""So many rows stand on one strip of paper; above that a PDF page would become longer than readers open."""
_STRIP_MILLIMETRES = 800
_ROW_LETTERS = 38
_WIDEST_CODE = 28
"""Millimetres of the column of codes."""
_UNIT_DECIMALS = Decimal("0.000001")


@dataclass(frozen=True)
class Standing:
    """What is not in the document itself: where it was sent, and how it stands there."""

    ambiente: Ambiente = "produccion"
    estado: str = "PENDIENTE"
    mensaje: str = ""
    """SUNAT's words, where it has decided."""
    consulta: str = CONSULTA_SUNAT


def sheet(comprobante: Comprobante, digest: str, standing: Standing = Standing()) -> dict[str, Any]:
    """The page; amounts have two decimals and commas between thousands, unit values up to six."""
    page = printed(comprobante, digest, standing.consulta)
    lines = [_line(each) for each in page.lineas]
    notice, mark = _notice(standing)
    return {
        **_heads(page),
        "lineas": lines,
        "ancho_codigo": min(_WIDEST_CODE, 2 * max(len(each.codigo) for each in page.lineas) + 1),
        "cuotas": [
            {"numero": str(each.numero), "vencimiento": f"{each.vencimiento:%d/%m/%Y}", "monto": money(each.monto)}
            for each in page.cuotas
        ],
        "totales": [{"etiqueta": each.etiqueta, "monto": money(each.monto)} for each in page.totales],
        "leyendas": list(page.leyendas),
        "detraccion": list(page.detraccion),
        "aviso": notice,
        "marca": mark,
        "estado": standing.mensaje if standing.estado == "ACEPTADO" else "",
        "alto": _strip_height(lines),
        "logo": "",
    }


def _heads(page: Printed) -> dict[str, Any]:
    """Everything that is one text."""
    documented = page.cliente_documento != "-"
    return {
        "titulo": page.titulo,
        "numero": page.numero,
        "ruc": page.ruc,
        "emisor": breakable(page.emisor),
        "nombre_comercial": "" if page.nombre_comercial == page.emisor else breakable(page.nombre_comercial),
        "domicilio": breakable(page.domicilio),
        "contacto": [breakable(each) for each in page.contacto],
        "fecha": page.fecha,
        "hora": page.hora,
        "fecha_vencimiento": page.fecha_vencimiento,
        "moneda": page.moneda,
        "simbolo": page.simbolo,
        "cliente": breakable(page.cliente),
        "cliente_tipo_documento": page.cliente_tipo_documento,
        "cliente_documento": breakable(page.cliente_documento) if documented else "",
        "cliente_direccion": breakable(page.cliente_direccion),
        "forma_pago": page.forma_pago,
        "en_letras": page.en_letras,
        "referencia": page.referencia,
        "motivo": breakable(page.motivo),
        "orden_compra": breakable(page.orden_compra),
        "guias": breakable(", ".join(page.guias)),
        "observaciones": breakable(page.observaciones),
        "hash": page.hash,
        "representacion": page.representacion,
        "consulta": page.consulta,
        "consulta_corta": page.consulta.removeprefix("https://").partition("/")[0],
    }


def _line(line: PrintedLine) -> dict[str, str]:
    note = f"Transferencia gratuita, valor referencial {money(line.subtotal)}" if line.gratuita else ""
    return {
        "codigo": breakable(line.codigo),
        "descripcion": breakable(line.descripcion),
        "nota": note,
        "unidad": line.unidad,
        "cantidad": quantity(line.cantidad),
        "valor_unitario": unit_value(line.valor_unitario),
        "precio_unitario": _price(line),
        "descuento": money(line.descuento) if line.descuento else "",
        "subtotal": money(Decimal(0) if line.gratuita else line.subtotal),
        "total": money(line.total),
    }


def _price(line: PrintedLine) -> str:
    """Two decimals, as a seller gives prices; more only where the value without taxes has more itself."""
    if line.valor_unitario == to_cents(line.valor_unitario):
        return money(to_cents(line.precio_unitario))
    return unit_value(line.precio_unitario)


def _notice(standing: Standing) -> tuple[str, str]:
    """What the page warns of, and the word across it."""
    match standing.estado:
        case "RECHAZADO":
            reason = f": {standing.mensaje}" if standing.mensaje else ""
            return breakable(f"RECHAZADO POR SUNAT, SIN VALIDEZ{reason}"), "RECHAZADO"
        case "ANULADO":
            return "COMPROBANTE ANULADO", "ANULADO"
        case _:
            return _TEST_NOTICES.get(standing.ambiente, ""), _MARKS.get(standing.ambiente, "")


def _strip_height(lines: list[dict[str, str]]) -> int:
    """Millimetres of a ticket's pages; 0 is one page as long as it must be."""
    rows = sum(2 + len(line["descripcion"]) // _ROW_LETTERS for line in lines)
    return _STRIP_MILLIMETRES if rows > _ROLL_ROWS else 0


def breakable(text: str) -> str:
    """The text with places to break inside words that are longer than a narrow column."""
    return _LONG_WORD.sub(_with_breaks, text)


def _with_breaks(word: re.Match[str]) -> str:
    letters = word.group()
    return _BREAK.join(letters[at : at + _LONGEST_WORD] for at in range(0, len(letters), _LONGEST_WORD))


def money(amount: Decimal) -> str:
    """`3,050.30`."""
    return f"{amount:,.2f}"


def quantity(amount: Decimal) -> str:
    """`2`, `1,000.5`: no zeros after the last digit that counts."""
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_value(amount: Decimal) -> str:
    """Two decimals or, where there are more, up to six: `2,500.00`, `17.123457`. The XML has all of them."""
    whole, _, decimals = f"{amount.quantize(_UNIT_DECIMALS, ROUND_HALF_UP):,f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"
