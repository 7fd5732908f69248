"""What may go into an RC or RA, and into which."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.sunat.resumenes import LineaInput
from sunat_emitter.clock import LIMA, start_of_day
from sunat_emitter.documents.model import Totales
from sunat_emitter.eleccion import ADICIONAR, ANULAR, MODIFICAR, Elegido, Marco, refusal, split
from sunat_emitter.nocturno.ronda import due_day
from sunat_emitter.plazos import Plazos
from sunat_emitter.resumenes import differences
from sunat_emitter.store.informables import Informable

DAY = date(2025, 10, 13)
NOON = datetime(2025, 10, 13, 12, tzinfo=LIMA)


def totales(total: str = "250.50", igv: str = "38.21") -> Totales:
    values = dict.fromkeys(
        ("subtotal", "descuento_items", "descuento_global", "valor_venta", "precio_venta"), Decimal(0)
    )
    return Totales(**values, total_tributos=Decimal(igv), igv=Decimal(igv), total=Decimal(total))


def comprobante(serie: str = "B001", numero: int = 150, fecha: date = DAY, **fields: Any) -> Informable:
    tipo = fields.pop("tipo", "03" if serie.startswith("B") else "01")
    documento = {
        "tipo": tipo,
        "serie": serie,
        "numero": numero,
        "fecha_emision": fecha,
        "moneda": "PEN",
        "cliente": {"tipo_documento": "1", "numero_documento": "12345678"},
        "totales": totales(),
    }
    name = f"20123456786-{tipo}-{serie}-{numero}"
    values = {"nombre_archivo": name, "id": 315, "ambiente": "beta", "documento": documento, "estado": "PENDIENTE"}
    return Informable.model_validate({**values, **fields})


def marco(now: datetime = NOON, fecha: date | None = None) -> Marco:
    return Marco("beta", now, Plazos(), fecha)


def code(found: Informable, condicion: Any, where: Marco | None = None) -> str | None:
    rechazo = refusal(Elegido(found, condicion, "un motivo"), where or marco())
    if rechazo is None:
        return None
    assert rechazo.comprobante in rechazo.mensaje
    return rechazo.codigo


ELEGIDOS = st.lists(
    st.builds(
        lambda serie, numero, day, condicion: Elegido(
            comprobante(serie, numero, DAY - timedelta(days=day)), ANULAR if serie.startswith("F") else condicion
        ),
        st.sampled_from(["B001", "B002", "F001", "FC01", "BC01"]),
        st.integers(1, 99_999_999),
        st.integers(0, 4),
        st.sampled_from([ADICIONAR, MODIFICAR, ANULAR]),
    ),
    unique_by=lambda each: each.comprobante.nombre_archivo,
)


@given(ELEGIDOS, st.integers(1, 6))
def test_every_comprobante_lands_in_exactly_one_part_of_its_kind_and_day(elegidos: list[Elegido], most: int) -> None:
    partes = split(elegidos, most)
    landed = Counter(line.comprobante for parte in partes for line in parte.lineas)
    assert landed == Counter(each.comprobante.nombre_archivo for each in elegidos)
    by_name = {each.comprobante.nombre_archivo: each for each in elegidos}
    for parte in partes:
        assert 1 <= len(parte.lineas) <= most
        for line in parte.lineas:
            elegido = by_name[line.comprobante]
            assert elegido.comprobante.documento.fecha_emision == parte.fecha
            assert (parte.clase == "RC") == line.serie.startswith("B")
            assert line.condicion == (elegido.condicion if parte.clase == "RC" else None)
    keys = [(parte.clase != "RA", parte.fecha) for parte in partes]
    assert keys == sorted(keys)
    full = Counter((parte.clase, parte.fecha) for parte in partes if len(parte.lineas) < most)
    assert all(count == 1 for count in full.values())


def test_a_pending_boleta_may_be_added_and_an_accepted_one_may_not() -> None:
    assert code(comprobante(), ADICIONAR) is None
    assert code(comprobante("BC01", tipo="07"), ADICIONAR) is None
    assert code(comprobante(estado="ACEPTADO"), ADICIONAR) == "YA_INFORMADO"
    assert code(comprobante(estado="RECHAZADO"), ADICIONAR) == "RECHAZADO"
    assert code(comprobante(estado="ANULADO"), ADICIONAR) == "YA_ANULADO"
    assert code(comprobante("F001"), ADICIONAR) == "NO_ES_BOLETA"


def test_a_boleta_above_700_that_names_nobody_is_not_for_a_summary() -> None:
    cliente = {"tipo_documento": "-", "numero_documento": "-"}
    large, small = totales("700.01", "0.00"), totales("700.00", "0.00")
    documento = comprobante().documento
    for sums, expected in ((large, "SIN_RECEPTOR"), (small, None)):
        values = {**documento.model_dump(), "cliente": cliente, "totales": sums}
        assert code(comprobante(documento=values), ADICIONAR) == expected


def test_what_sunat_may_have_by_itself_is_not_added() -> None:
    soon = (NOON + timedelta(seconds=5)).astimezone(UTC)
    assert code(comprobante(envio={"en_duda": True}), ADICIONAR) == "EN_ENVIO"
    assert code(comprobante(envio={"lease_until": soon}), ADICIONAR) == "EN_ENVIO"
    assert code(comprobante(envio={"lease_until": soon - timedelta(seconds=10)}), ADICIONAR) is None


@pytest.mark.parametrize("condicion", [ADICIONAR, MODIFICAR, ANULAR])
def test_what_is_in_an_open_one_goes_into_no_other(condicion: Any) -> None:
    found = comprobante(estado="ACEPTADO", resumen="20123456786-RC-20251013-001")
    rechazo = refusal(Elegido(found, condicion), marco())
    assert rechazo is not None
    assert (rechazo.codigo, "RC-20251013-001" in rechazo.mensaje) == ("EN_PROCESO", True)


def test_another_day_and_another_environment_are_refused() -> None:
    assert code(comprobante(), ADICIONAR, marco(fecha=DAY - timedelta(days=1))) == "OTRA_FECHA"
    assert code(comprobante(ambiente="prod"), ADICIONAR) == "OTRO_AMBIENTE"


def test_only_what_sunat_accepted_is_modified_or_voided() -> None:
    assert code(comprobante(estado="ACEPTADO"), MODIFICAR) is None
    assert code(comprobante(), MODIFICAR) == "NO_ACEPTADO"
    assert code(comprobante("F001", estado="ACEPTADO"), MODIFICAR) == "NO_ES_BOLETA"
    assert code(comprobante("F001", estado="PENDIENTE"), ANULAR) == "NO_ACEPTADO"
    assert code(comprobante("F001", estado="ANULADO"), ANULAR) == "YA_ANULADO"


@pytest.mark.parametrize("serie", ["F001", "B001"])
def test_a_voiding_is_in_time_for_seven_days_of_lima(serie: str) -> None:
    found = comprobante(serie, fecha=DAY, estado="ACEPTADO")
    over = datetime(2025, 10, 21, 0, 0, tzinfo=LIMA)
    assert code(found, ANULAR, marco(over - timedelta(seconds=1))) is None
    assert code(found, ANULAR, marco(over)) == "FUERA_DE_PLAZO"


def test_what_the_client_sent_otherwise_than_it_was_issued_is_told() -> None:
    line = LineaInput.model_validate(
        {"id": 315, "serie": "b001", "numero": 150, "tipo": "03", "cliente_num_doc": "12345678", "total": 250.50}
    )
    assert differences(line, comprobante()) == []
    told = differences(line.model_copy(update={"igv": Decimal("38.20"), "moneda": "USD"}), comprobante())
    assert told == [
        "B001-150: igv enviado 38.20, emitido 38.21; se informa lo emitido",
        "B001-150: moneda enviado USD, emitido PEN; se informa lo emitido",
    ]


@pytest.mark.parametrize(
    ("estado", "condicion"),
    [("ACEPTADO", 1), ("PENDIENTE", 1), (None, 1), ("1", 1), (2, 2), ("modificado", 2), ("ANULADO", 3), ("3", 3)],
)
def test_the_state_of_a_line_says_what_is_to_be_done(estado: Any, condicion: int) -> None:
    assert LineaInput.model_validate({"serie": "B001", "numero": 1, "estado": estado}).estado == condicion


@given(
    st.datetimes(NOON.replace(tzinfo=None), NOON.replace(year=2027, tzinfo=None), timezones=st.just(LIMA)),
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_the_night_s_day_is_the_last_whose_hour_has_struck_in_lima(now: datetime, hour: int, minute: int) -> None:
    day = due_day(now.astimezone(UTC), f"{hour:02d}:{minute:02d}")
    struck = start_of_day(day) + timedelta(hours=hour, minutes=minute)
    assert struck <= now < struck + timedelta(days=1)
