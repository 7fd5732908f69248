"""A month's comprobantes as CSV, for spreadsheets in Peru: one line each, credit notes negative. Pure.

UTF-8 with a byte order mark, without which Excel takes the accents for another encoding; commas between columns and
points in amounts, as Windows has them for Peru. No cell can be taken for a formula.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sunat_emitter.clock import LIMA

BOM = "\ufeff"
_AMOUNTS = (
    *("gravado", "exonerado", "inafecto", "exportacion", "gratuito", "ivap_base", "igv", "ivap", "isc", "icbper"),
    *("otros_tributos", "otros_cargos", "descuentos", "total"),
)
COLUMNS = (
    *("fecha_emision", "tipo", "serie", "numero", "cliente_tipo_documento", "cliente_numero_documento"),
    *("cliente_nombre", "moneda", *_AMOUNTS, "estado", "codigo_sunat", "mensaje_sunat", "observaciones"),
    *("fuera_de_plazo", "informado_por", "anulado_por", "referencia_tipo", "referencia_serie", "referencia_numero"),
    *("fecha_envio", "nombre_archivo"),
)
"""Their order and names stay; new ones come at the end."""
_CREDITO = "07"
_FORMULA = re.compile(r"^(\s*[=+\-@＝＋－＠])")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


def head() -> str:
    """The first line, with what tells Excel the encoding."""
    return BOM + _lines([COLUMNS])


def lines(rows: Iterable[Mapping[str, Any]]) -> str:
    """A line for each stored comprobante."""
    return _lines(_row(each) for each in rows)


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    documento = row["documento"]
    totals, cliente, note = documento["totales"], documento["cliente"], documento.get("referencia") or {}
    sign = -1 if row["tipo"] == _CREDITO else 1
    discounts = Decimal(totals["descuento_items"]) + Decimal(totals["descuento_global"])
    amounts = {name: Decimal(totals.get(name) or 0) for name in _AMOUNTS if name != "descuentos"}
    amounts["descuentos"] = discounts
    late = (row.get("fuera_de_plazo") or {}).get("que_hacer", "") if row["estado"] == "PENDIENTE" else ""
    return (
        row["fecha_emision"],
        row["tipo"],
        row["serie"],
        str(row["numero"]),
        cliente["tipo_documento"],
        safe(cliente["numero_documento"]),
        safe(cliente["nombre"]),
        row["moneda"],
        *(f"{sign * amounts[name] + 0:.2f}" for name in _AMOUNTS),
        row["estado"],
        row.get("codigo_sunat") or "",
        safe(row.get("mensaje_sunat") or row.get("motivo_pendiente") or ""),
        safe("; ".join(row.get("observaciones") or ())),
        late,
        row.get("informado_por") or "",
        row.get("anulado_por") or "",
        note.get("tipo", ""),
        note.get("serie", ""),
        str(note.get("numero", "")),
        _moment(row.get("fecha_envio")),
        row["_id"],
    )


def _moment(moment: datetime | None) -> str:
    """By the clock of Lima."""
    return moment.astimezone(LIMA).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def safe(text: str) -> str:
    """Text in one line that no spreadsheet takes for a formula (OWASP, CSV injection); a lone `-` is no formula."""
    flat = _CONTROLS.sub(" ", text)
    return flat if flat == "-" else _FORMULA.sub(r"'\1", flat)


def _lines(rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
