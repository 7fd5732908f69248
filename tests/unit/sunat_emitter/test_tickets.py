"""What a receipt says of a summary, what is sent of a row, and which lines confirm a lost one."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.sunat.resumenes import Condicion
from sunat_emitter.cdr import Cdr
from sunat_emitter.documents.model import Comprobante
from sunat_emitter.documents.summary import Baja, Resumen
from sunat_emitter.entrega import document_of, objection
from sunat_emitter.extravio import _confirming
from sunat_emitter.store import LineaResumen, StoredEmisor, StoredResumen
from sunat_emitter.tickets import is_about
from tests.support.comprobantes import EMISOR, HOY
from tests.support.resumenes import AYER, boleta

NOW = datetime(2026, 3, 12, 17, tzinfo=UTC)


def line(document: Comprobante, condicion: Condicion | None = 1, motivo: str | None = None) -> LineaResumen:
    changed = document.referencia
    return LineaResumen(
        comprobante=document.nombre_archivo,
        tipo=document.tipo,
        serie=document.serie,
        numero=document.numero,
        condicion=condicion,
        motivo=motivo,
        moneda=document.moneda,
        cliente_tipo=document.cliente.tipo_documento,
        cliente_numero=document.cliente.numero_documento,
        referencia_tipo=changed.tipo if changed else None,
        referencia_serie=changed.serie if changed else None,
        referencia_numero=changed.numero if changed else None,
        totales=document.totales,
    )


def stored(*lineas: LineaResumen, **fields: Any) -> StoredResumen:
    given: dict[str, Any] = {
        "nombre_archivo": f"{EMISOR.ruc}-RC-20260312-007",
        "id": 7,
        "company": "company:acme",
        "emisor_id": 1,
        "ruc": EMISOR.ruc,
        "ambiente": "prod",
        "clase": "RC",
        "identificador": "RC-20260312-007",
        "correlativo": 7,
        "fecha_referencia": AYER,
        "fecha_generacion": HOY,
        "lineas": lineas,
        "cantidad": len(lineas),
        "total": Decimal(0),
        "pedido": "request/1",
        "request_id": "1",
        "origin": "test",
        "created_at": NOW,
    }
    return StoredResumen(**{**given, **fields})


def emisor() -> StoredEmisor:
    return StoredEmisor(
        id=1,
        company="company:acme",
        ruc=EMISOR.ruc,
        razon_social=EMISOR.razon_social,
        nombre_comercial="",
        domicilio_fiscal="Av. Principal 123",
        ubigeo="150101",
        email="",
        telefono="",
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize(
    ("reference", "mine"),
    [
        ("RC-20260312-007", True),
        ("RC-20260312-7", True),
        ("rc-20260312-00007", True),
        ("", True),
        ("RC-20260312-008", False),
        ("RC-20260313-007", False),
        ("RA-20260312-007", False),
        ("RC-20260312-", False),
    ],
)
def test_a_receipt_is_a_summarys_by_its_number_however_it_is_written(reference: str, mine: bool) -> None:
    assert is_about(Cdr(0, "aceptado", referencia=reference), stored()) is mine


def test_a_row_becomes_the_document_that_it_stands_for() -> None:
    note = boleta("credit note on a boleta", 9)
    row = stored(line(boleta("taxed", 1)), line(note, 3))
    document = document_of(row, emisor())
    assert isinstance(document, Resumen)
    assert document.identificador == row.identificador
    assert [(each.numero_completo, each.condicion) for each in document.lineas] == [("B001-1", "1"), ("BC01-9", "3")]
    assert document.lineas[1].referencia is not None
    assert objection(document, HOY) is None


def test_a_voiding_says_its_reasons_and_one_that_sunat_would_refuse_is_told() -> None:
    factura = boleta("taxed", 1).model_copy(update={"tipo": "01", "serie": "F001"})
    row = stored(line(factura, None, "ERROR"), clase="RA", identificador="RA-20260312-007")
    document = document_of(row, emisor())
    assert isinstance(document, Baja)
    assert [each.motivo for each in document.lineas] == ["ERROR"]
    assert objection(document, HOY) is None
    said = objection(document, date(2026, 3, 20))
    assert said is not None
    assert said.startswith("2957")


def test_what_was_added_and_modified_confirms_a_lost_summary_and_nothing_that_it_voided() -> None:
    added, modified, voided, both = (boleta("taxed", number) for number in (1, 2, 3, 4))
    lines = (line(added), line(modified, 2), line(voided, 3), line(both), line(both, 3))
    assert [(each.numero, each.condicion) for each in _confirming(lines)] == [(1, 2), (2, 2)]
