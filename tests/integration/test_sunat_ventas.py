"""Sales on a real database: figures, days of Lima, searches, and each tenant alone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.sunat.ventas import (
    AnnulVenta,
    ListVentas,
    ReadVenta,
    VentaInput,
    VentaShown,
    VentasPage,
)
from shared.errors import Refused
from shared.money import to_cents
from shared.mongo import Database
from sunat_emitter.deps import Deps
from sunat_emitter.documents.figures import figures
from sunat_emitter.ventas import annul_venta, list_ventas, read_venta, sale
from tests.support.sunat import COMPANY, EMPRESA, LAPTOP, MOUSE, PERSONA, emitter, invoice, sell, set_up, venta_of


async def listed(deps: Deps, company: str = COMPANY, **filters: Any) -> list[int]:
    answer = (await list_ventas(ListVentas(company=company, **filters), deps)).answer
    assert isinstance(answer, VentasPage)
    return [each.id for each in answer.ventas]


async def read(deps: Deps, venta_id: int, company: str = COMPANY) -> VentaShown:
    answer = (await read_venta(ReadVenta(company=company, id=venta_id), deps)).answer
    assert isinstance(answer, VentaShown)
    return answer


async def test_a_discount_is_taken_once(database: Database) -> None:
    venta = await sell(await emitter(database))
    totals = venta.totales
    assert [str(each) for each in (totals.subtotal, totals.descuento_items, totals.subtotal_neto)] == [
        "2590.00",
        "5.00",
        "2585.00",
    ]
    assert (str(totals.igv), str(totals.total)) == ("465.30", "3050.30")


async def test_a_sale_reads_back_as_it_was_made(database: Database) -> None:
    deps = await emitter(database)
    given_in = venta_of(
        PERSONA, {**LAPTOP, "codigo_producto": "LAP-HP-001"}, {**MOUSE, "cantidad": "2.5"}, moneda="USD"
    )
    made = await sell(deps, given_in)
    shown = await read(deps, made.id)
    assert shown == made
    assert shown.cliente.direccion == "Av. Los Olivos 456"
    assert (shown.items[0].codigo_producto, shown.items[1].cantidad) == ("LAP-HP-001", Decimal("2.5"))
    assert shown.items[1].id == shown.items[0].id + 1
    assert shown.codigo_venta == f"VEN-{(shown.fecha - timedelta(hours=5)).year}-{shown.id:06d}"


async def test_days_are_those_of_lima(database: Database) -> None:
    moments = {
        1: datetime(2026, 3, 12, 4, 59, tzinfo=UTC),
        2: datetime(2026, 3, 12, 5, 0, tzinfo=UTC),
        3: datetime(2026, 3, 13, 4, 59, tzinfo=UTC),
        4: datetime(2026, 3, 13, 5, 0, tzinfo=UTC),
    }
    for moment in moments.values():
        deps = await emitter(database, now=lambda moment=moment: moment)
        await sell(deps)
    day = date(2026, 3, 12)
    assert await listed(deps, fecha_desde=day, fecha_hasta=day) == [3, 2]
    assert await listed(deps, fecha_desde=day) == [4, 3, 2]
    assert await listed(deps, fecha_hasta=day) == [3, 2, 1]


async def test_customers_are_found_without_accents_and_patterns_are_plain_text(database: Database) -> None:
    deps = await emitter(database)
    await sell(deps, venta_of({**EMPRESA, "nombre": "PEÑA & NÚÑEZ S.A.C. (Lima)"}, LAPTOP))
    for text in ("peña", "PENA & nunez", "s.a.c. (l", "20456"):
        assert await listed(deps, cliente=text) == [1], text
    for text in ("pe.a", ".*", "x"):
        assert await listed(deps, cliente=text) == [], text


async def test_a_tenant_sees_its_own_sales_alone(database: Database) -> None:
    deps = await emitter(database)
    mine, theirs = await sell(deps), await sell(deps, company="company:other")
    assert (mine.id, theirs.id) == (1, 1)
    await sell(deps)
    assert await listed(deps) == [2, 1]
    assert await listed(deps, company="company:other") == [1]
    with pytest.raises(Refused, match="VENTA_NO_ENCONTRADA"):
        await read(deps, 2, "company:other")


async def test_annulling_ends_a_draft_once(database: Database) -> None:
    deps = await emitter(database)
    await set_up(deps)
    venta = await sell(deps)
    for motivo in ("Cancelada por el cliente", "otra vez"):
        await annul_venta(AnnulVenta(company=COMPANY, id=venta.id, motivo=motivo), deps)
    shown = await read(deps, venta.id)
    assert (shown.estado, shown.motivo_anulacion) == ("ANULADO", "Cancelada por el cliente")
    with pytest.raises(Refused, match="VENTA_ANULADA"):
        await invoice(deps, venta.id)
    facturada = await sell(deps)
    await invoice(deps, facturada.id)
    with pytest.raises(Refused, match="VENTA_FACTURADA"):
        await annul_venta(AnnulVenta(company=COMPANY, id=facturada.id), deps)
    shown = await read(deps, facturada.id)
    assert shown.comprobante is not None
    assert (shown.estado, shown.comprobante.estado_sunat) == ("FACTURADO", "PENDIENTE")
    assert shown.comprobante.numero_completo == "F001-1"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"moneda": "XXX"}, "VENTA_INVALIDA"),
        ({"tasa_igv": 19}, "VENTA_INVALIDA"),
        ({"descuento_global": 10**6}, "DESCUENTO_INVALIDO"),
        ({"items": [{**LAPTOP, "tipo_afectacion_igv": "99"}]}, "VENTA_INVALIDA"),
        ({"moneda": "USD", "items": [{**LAPTOP, "bolsas": 1}]}, "VENTA_INVALIDA"),
        ({"moneda": "USD", "items": [{**LAPTOP, "isc": {"sistema": "02", "monto_fijo": 2}}]}, "VENTA_INVALIDA"),
        ({"cliente": {**EMPRESA, "numero_documento": "2045678912"}}, "CLIENTE_INVALIDO"),
        ({"cliente": {**PERSONA, "numero_documento": "1234567"}}, "CLIENTE_INVALIDO"),
        ({"cliente": {**PERSONA, "tipo_documento": "-"}}, "CLIENTE_INVALIDO"),
        ({"cliente": {**PERSONA, "tipo_documento": "9"}}, "CLIENTE_INVALIDO"),
    ],
)
async def test_a_sale_that_cannot_be_is_refused(database: Database, change: dict[str, Any], code: str) -> None:
    deps = await emitter(database)
    with pytest.raises(Refused) as refusal:
        await sell(deps, {**venta_of(), **change})
    assert refusal.value.code == code
    assert await listed(deps) == []


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({**MOUSE, "descripcion": "\x01\x02"}, "items.1.descripcion: el texto está vacío"),
        ({**MOUSE, "cantidad": 200_000, "bolsas": 200_000}, "items.1.bolsas: debe ser 99999 o menos"),
    ],
)
async def test_what_no_document_can_hold_is_named_in_spanish(
    database: Database, item: dict[str, Any], message: str
) -> None:
    deps = await emitter(database)
    with pytest.raises(Refused) as refusal:
        await sell(deps, venta_of(EMPRESA, LAPTOP, item))
    assert (refusal.value.code, str(refusal.value.message)) == ("VENTA_INVALIDA", message)


async def test_a_list_may_go_to_the_last_day_of_the_calendar(database: Database) -> None:
    deps = await emitter(database)
    venta = await sell(deps)
    assert await listed(deps, fecha_hasta=date.max) == [venta.id]
    assert await listed(deps, fecha_desde=date.min) == [venta.id]


async def test_exports_and_credit_and_deposits_are_issued(database: Database) -> None:
    deps = await emitter(database)
    await set_up(deps)
    abroad = {"tipo_documento": "0", "numero_documento": "US-99812", "nombre": "ANDES TRADING LLC"}
    export = await sell(deps, venta_of(abroad, {**LAPTOP, "tipo_afectacion_igv": "40"}, moneda="USD"))
    issued = await invoice(deps, export.id)
    due = (issued.fecha_emision + timedelta(days=30)).isoformat()
    cuotas = [{"monto": "1475.00", "fecha_vencimiento": due}] * 2
    await invoice(deps, (await sell(deps, venta_of(EMPRESA, LAPTOP))).id, cuotas=cuotas)
    await invoice(deps, (await sell(deps)).id, fecha_vencimiento=due)
    detraccion = {"codigo": "037", "porcentaje": 12, "cuenta": "00-741-123456"}
    await invoice(deps, (await sell(deps)).id, detraccion=detraccion)
    stored = [await deps.comprobantes.by_number(COMPANY, "01", "F001", number) for number in range(1, 5)]
    kinds = [each.documento.tipo_operacion for each in stored if each]
    assert kinds == ["0200", "0101", "0101", "1001"]
    payments = [each.documento.forma_pago for each in stored if each]
    assert [len(each.cuotas) if each else None for each in payments] == [0, 2, 1, 0]


_cents = st.decimals(min_value=0, max_value=10_000, places=2)


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(
        st.tuples(
            st.decimals(min_value=Decimal("0.001"), max_value=1000, places=3),
            _cents,
            st.floats(min_value=0, max_value=1),
            st.sampled_from(["10", "20", "30", "11", "21"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_totals_are_what_the_lines_come_to(lines: list[tuple[Decimal, Decimal, float, str]]) -> None:
    items = []
    for cantidad, precio, part, afectacion in lines:
        bruto = to_cents(cantidad * precio)
        descuento = min(to_cents(bruto * Decimal(str(round(part, 4)))), bruto)
        items.append(
            {**LAPTOP, "cantidad": cantidad, "precio_unitario": precio, "descuento": descuento}
            | {"tipo_afectacion_igv": afectacion}
        )
    found = figures(sale(VentaInput.model_validate(venta_of(EMPRESA, *items))))
    totals = found.totales
    assert totals.subtotal_neto + totals.igv == totals.total
    assert sum((line.total for line in found.lineas if not line.gratuita), Decimal(0)) == totals.total
    assert all(line.bruto - line.descuento + line.igv == line.total for line in found.lineas if not line.gratuita)
