"""What a sale comes to: the API's figures, SUNAT's totals, and that they always agree."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from shared.errors import Refused
from sunat_emitter.documents.figures import Figures, figures, issue
from sunat_emitter.documents.model import Cuota, Totales
from sunat_emitter.documents.rules import violations
from sunat_emitter.documents.sale import Isc, Item, Nota, Venta
from tests.support import comprobantes as shapes
from tests.support.comprobantes import HOY, emision, item, nota, venta

PAID = ("10", "20", "30")
FREE = ("11", "13", "21", "31", "37")


@st.composite
def items(draw: st.DrawFn, affectations: tuple[str, ...] = PAID + FREE) -> Item:
    quantity = draw(st.decimals("0.001", 500, places=3))
    price = draw(st.decimals(0, 5000, places=draw(st.sampled_from([2, 4]))))
    gross = (quantity * price).quantize(Decimal("0.01"))
    discount = draw(st.sampled_from([Decimal(0), gross / 3, gross / 2])).quantize(Decimal("0.01"))
    code = draw(st.sampled_from(affectations))
    isc = Isc(sistema="01", tasa=draw(st.sampled_from([Decimal(10), Decimal("17.5")])))
    with_isc = code in PAID and draw(st.booleans()) and draw(st.booleans())
    return item(
        str(quantity),
        str(price),
        tipo_afectacion_igv=code,
        descuento=min(discount, gross),
        isc=isc if with_isc else None,
    )


@st.composite
def sales(draw: st.DrawFn, affectations: tuple[str, ...] = PAID + FREE) -> Venta:
    lines = tuple(draw(st.lists(items(affectations), min_size=1, max_size=12)))
    plain = figures(venta(*lines))
    net = plain.totales.subtotal - plain.totales.descuento_items
    share = draw(st.sampled_from([0, 0, 7, 50, 100]))
    whole = (net * share / 100).quantize(Decimal("0.01"))
    rate = draw(st.sampled_from([Decimal(18), Decimal("10.5")]))
    kind = draw(st.sampled_from(["venta", "nota"]))
    fields: dict[str, Any] = {"descuento_global": min(whole, net), "tasa_igv": rate}
    return venta(*lines, **fields) if kind == "venta" else nota(*lines, motivo="04", **fields)


def amounts_of(model: BaseModel) -> list[object]:
    return [getattr(model, name) for name in type(model).model_fields]


def due(found: Figures) -> Decimal:
    totales = found.totales
    return totales.subtotal_neto + totales.igv + totales.ivap + totales.isc + totales.icbper


def test_the_apis_example_comes_to_the_right_figures() -> None:
    found = figures(venta(*shapes.ITEMS))
    totales = found.totales
    assert (totales.subtotal, totales.descuento_items, totales.subtotal_neto) == (
        Decimal("2590.00"),
        Decimal("5.00"),
        Decimal("2585.00"),
    )
    assert (totales.igv, totales.total) == (Decimal("465.30"), Decimal("3050.30"))
    assert [(line.valor_venta, line.igv, line.total) for line in found.lineas] == [
        (Decimal("2500.00"), Decimal("450.00"), Decimal("2950.00")),
        (Decimal("85.00"), Decimal("15.30"), Decimal("100.30")),
    ]


@given(sales())
def test_the_parts_of_a_total_add_up(sale: Venta) -> None:
    found = figures(sale)
    totales = found.totales
    assert totales.total == due(found) == totales.valor_venta + totales.total_tributos
    if not found.ajustes:
        assert totales.total == sum(line.total for line in found.lineas)
    assert totales.valor_venta == totales.gravado + totales.exonerado + totales.inafecto
    assert totales.total >= 0


@given(sales())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_sold_sunat_would_find_no_fault_with_the_figures(sale: Venta) -> None:
    document = issue(sale, emision("07" if isinstance(sale, Nota) else "01"))
    worthless = any(not line.valor_venta for line in document.lineas)
    assert {each.codigo for each in violations(document)} == ({"3105"} if worthless else set())


@given(sales())
def test_every_amount_is_a_decimal_with_two_places(sale: Venta) -> None:
    found = figures(sale)
    for value in amounts_of(found.totales):
        assert isinstance(value, Decimal)
        assert value == value.quantize(Decimal("0.01"))
    for line in found.lineas:
        assert not any(isinstance(value, float) for value in amounts_of(line))


@given(sales(PAID), st.lists(items(FREE), min_size=1, max_size=5))
def test_free_lines_change_no_total_but_their_own(sale: Venta, free: list[Item]) -> None:
    alone = figures(sale).totales
    together = figures(sale.model_copy(update={"items": (*sale.items, *free)})).totales
    own = {"gratuito": alone.gratuito, "igv_gratuito": alone.igv_gratuito}
    assert Totales(**{**together.model_dump(), **own}) == alone


@given(st.lists(items(("10",)), min_size=1, max_size=30))
def test_without_a_global_discount_each_line_is_taxed_by_itself(lines: list[Item]) -> None:
    lines = [line.model_copy(update={"isc": None}) for line in lines]
    found = figures(venta(*lines))
    for line in found.lineas:
        exact = line.valor_venta * Decimal("0.18")
        assert abs(line.igv - exact) <= Decimal("0.01")
    assert found.totales.igv == sum(line.igv for line in found.lineas)


def test_lines_whose_roundings_pile_up_are_settled_to_base_times_rate() -> None:
    lines = [item("1", "0.53", descripcion=f"Tornillo {number}") for number in range(200)]  # 0.0954 each
    found = figures(venta(*lines))
    assert found.totales.gravado == Decimal("106.00")
    assert found.totales.igv == Decimal("19.08")
    assert sum(line.igv for line in found.lineas) == Decimal("19.08")
    assert {line.igv for line in found.lineas} == {Decimal("0.09"), Decimal("0.10")}


def test_a_global_discount_on_taxed_lines_is_one_discount_of_the_document() -> None:
    found = figures(venta(*shapes.ITEMS, descuento_global=Decimal("85.33")))
    (ajuste,) = found.ajustes
    assert (ajuste.codigo, ajuste.monto, ajuste.base) == ("02", Decimal("85.33"), Decimal("2585.00"))
    assert found.totales.gravado == Decimal("2499.67")
    assert found.totales.igv == Decimal("449.94")
    assert [line.valor_venta for line in found.lineas] == [Decimal("2500.00"), Decimal("85.00")]


def test_a_global_discount_on_mixed_lines_is_spread_over_them() -> None:
    found = figures(venta(*shapes.MIXED, descuento_global=Decimal("20.01")))
    assert found.ajustes == ()
    assert sum(line.bruto - line.valor_venta - line.descuento for line in found.lineas) == Decimal("20.01")
    assert all(line.ajustes[0].codigo == "00" for line in found.lineas)
    assert found.totales.descuento_global == Decimal("20.01")


def test_a_note_has_its_discounts_in_the_unit_value() -> None:
    document = issue(nota(*shapes.ITEMS, descuento_global=Decimal("7.77"), motivo="04"), emision("07"))
    assert document.ajustes == ()
    assert all(line.ajustes == () for line in document.lineas)
    for line in document.lineas:
        assert abs(line.valor_unitario * line.cantidad - line.valor_venta) < Decimal("0.000001")
    assert document.totales.subtotal_neto == Decimal("2577.23")


@pytest.mark.parametrize(
    ("code", "tribute", "igv", "total"),
    [
        ("10", "1000", "18.00", "118.00"),
        ("17", "1016", "4.00", "104.00"),
        ("20", "9997", "0.00", "100.00"),
        ("30", "9998", "0.00", "100.00"),
        ("40", "9995", "0.00", "100.00"),
        ("11", "9996", "0.00", "0.00"),
        ("21", "9996", "0.00", "0.00"),
        ("37", "9996", "0.00", "0.00"),
    ],
)
def test_each_affectation_takes_its_own_tax(code: str, tribute: str, igv: str, total: str) -> None:
    (line,) = figures(venta(item(tipo_afectacion_igv=code))).lineas
    assert (line.tributos[0].codigo, line.igv, line.total) == (tribute, Decimal(igv), Decimal(total))


def test_a_free_line_shows_its_reference_value_and_the_tax_on_it() -> None:
    found = figures(venta(item(tipo_afectacion_igv="13", descuento=Decimal(10))))
    (line,) = found.lineas
    assert (line.valor_unitario, line.precio_unitario, line.valor_venta) == (Decimal(0), Decimal(90), Decimal(90))
    assert (found.totales.gratuito, found.totales.igv_gratuito) == (Decimal(90), Decimal("16.20"))
    assert found.totales.total == 0


def test_ten_and_a_half_percent_is_a_rate_of_the_whole_document() -> None:
    assert figures(venta(item(), tasa_igv=Decimal("10.5"))).totales.igv == Decimal("10.50")
    with pytest.raises(ValueError, match="tasa_igv"):
        venta(item(), tasa_igv=Decimal(17))


def test_bags_are_charged_each_and_carry_no_igv_of_their_own() -> None:
    found = figures(venta(item("3", "0.10", bolsas=3)))
    assert (found.totales.icbper, found.totales.igv) == (Decimal("1.50"), Decimal("0.05"))
    assert found.totales.total == Decimal("1.85")
    assert figures(venta(item("3", "0.10", bolsas=3)), icbper=Decimal("0.30")).totales.icbper == Decimal("0.90")


@pytest.mark.parametrize(
    ("isc", "amount"),
    [
        (Isc(sistema="01", tasa=Decimal(20)), "20.00"),
        (Isc(sistema="02", monto_fijo=Decimal("2.25")), "22.50"),
        (Isc(sistema="03", tasa=Decimal("27.8"), precio_venta_publico=Decimal("11.80")), "27.80"),
    ],
)
def test_isc_is_part_of_what_the_igv_is_worked_out_on(isc: Isc, amount: str) -> None:
    found = figures(venta(item("10", "10.00", isc=isc)))
    totales = found.totales
    assert totales.isc == Decimal(amount)
    assert totales.igv == ((100 + totales.isc) * Decimal("0.18")).quantize(Decimal("0.01"))
    assert totales.gravado == Decimal("100.00")


def test_a_line_worth_almost_nothing_is_still_taxed_where_sunat_insists() -> None:
    (line,) = figures(venta(item("1", "0.10", tipo_afectacion_igv="17"))).lineas
    assert line.igv == Decimal("0.01")


@pytest.mark.parametrize(
    ("sale", "code"),
    [
        (venta(item(descuento=Decimal("100.01"))), "DESCUENTO_INVALIDO"),
        (venta(item(), descuento_global=Decimal("100.01")), "DESCUENTO_INVALIDO"),
        (venta(item(tipo_afectacion_igv="11"), descuento_global=Decimal("0.01")), "DESCUENTO_INVALIDO"),
        (venta(item(tipo_afectacion_igv="11", isc=Isc(sistema="01", tasa=Decimal(5)))), "ISC_INVALIDO"),
        (venta(item(isc=Isc(sistema="03", tasa=Decimal(5)))), "ISC_INVALIDO"),
        (venta(item("99999999", "99999999")), "MONTO_INVALIDO"),
        (venta(*[item("9", "111111111111", descripcion=str(number)) for number in range(2)]), "MONTO_INVALIDO"),
    ],
)
def test_what_cannot_be_sold_is_refused_with_a_reason(sale: Venta, code: str) -> None:
    with pytest.raises(Refused) as refused:
        figures(sale)
    assert refused.value.code == code


def test_one_due_date_makes_a_credit_of_one_instalment() -> None:
    day = HOY + timedelta(days=30)
    forma = shapes.of(venta(*shapes.ITEMS, fecha_vencimiento=day)).forma_pago
    assert forma is not None
    assert (forma.credito, forma.pendiente) == (True, Decimal("3050.30"))
    assert forma.cuotas == (Cuota(monto=Decimal("3050.30"), vencimiento=day),)


def test_without_a_due_date_or_with_todays_it_is_paid_at_once() -> None:
    for day in (None, HOY):
        forma = shapes.of(venta(fecha_vencimiento=day)).forma_pago
        assert forma is not None
        assert (forma.credito, forma.cuotas) == (False, ())


def test_a_boleta_shows_no_form_of_payment_but_keeps_its_due_date() -> None:
    day = HOY + timedelta(days=30)
    document = shapes.of(venta(cliente=shapes.PERSONA, fecha_vencimiento=day), "03")
    assert document.forma_pago is None
    assert document.fecha_vencimiento == day


def test_a_due_date_in_the_past_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        shapes.of(venta(fecha_vencimiento=HOY - timedelta(days=1)))
    assert refused.value.code == "FECHA_VENCIMIENTO_INVALIDA"


def test_a_deposit_is_in_soles_and_leaves_the_rest_pending() -> None:
    document = shapes.comprobante("factura with a deposit on credit")
    assert document.detraccion is not None
    assert document.detraccion.monto == Decimal("366.04")
    assert document.forma_pago is not None
    assert document.forma_pago.pendiente == Decimal("2684.26")
    assert document.tipo_operacion == "1001"
    dollars = shapes.comprobante("factura in dollars with a deposit").detraccion
    assert dollars is not None
    assert dollars.monto == Decimal("1370.80")


def test_a_deposit_in_dollars_needs_an_exchange_rate() -> None:
    with pytest.raises(Refused) as refused:
        shapes.of(venta(moneda="USD", detraccion=shapes.DETRACCION))
    assert refused.value.code == "DETRACCION_INVALIDA"


def test_only_a_credit_note_of_motive_thirteen_shows_instalments() -> None:
    forma = shapes.comprobante("credit note of new instalments").forma_pago
    assert forma is not None
    assert forma.pendiente == sum(cuota.monto for cuota in shapes.CUOTAS)
    assert shapes.of(nota(cuotas=shapes.CUOTAS), "07").forma_pago is None


def test_the_legends_follow_from_the_figures() -> None:
    def codes(shape: str) -> list[str]:
        return [each.codigo for each in shapes.comprobante(shape).leyendas]

    assert codes("factura") == ["1000"]
    assert codes("factura with free lines") == ["1000", "1002"]
    assert codes("factura with a deposit") == ["1000", "2006"]
    assert codes("factura of milled rice") == ["1000", "2007"]
    asked = shapes.of(venta(item(tipo_afectacion_igv="20"), leyendas=("2001", "2001")))
    assert [each.codigo for each in asked.leyendas] == ["1000", "2001"]
    assert asked.leyendas[0].texto == "SON CIEN CON 00/100 SOLES"


def test_a_legend_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        shapes.of(venta(leyendas=("1000",)))
    assert refused.value.code == "LEYENDA_INVALIDA"


@pytest.mark.parametrize(("sale", "tipo"), [(venta(), "07"), (nota(), "01")])
def test_a_note_and_a_sale_are_not_taken_for_each_other(sale: Venta, tipo: Any) -> None:
    with pytest.raises(Refused) as refused:
        issue(sale, emision(tipo))
    assert refused.value.code == "NOTA_INVALIDA"


@pytest.mark.parametrize("shape", shapes.SALES)
def test_a_stored_document_reads_back_the_same(shape: str) -> None:
    document = shapes.comprobante(shape)
    assert type(document).model_validate(document.model_dump(mode="json")) == document


@pytest.mark.parametrize("code", ["20", "30"])
def test_isc_is_in_the_base_of_an_exempt_line_and_not_in_what_is_sold_without_igv(code: str) -> None:
    isc = Isc(sistema="02", monto_fijo=Decimal("2.25"))
    found = figures(venta(item("100", "2.00", tipo_afectacion_igv=code, isc=isc)))
    (line,) = found.lineas
    assert [line.valor_venta, line.tributos[0].base, line.tributos[0].monto] == [200, 425, 0]
    assert found.totales.exonerado + found.totales.inafecto == 200
    assert found.totales.total == 425


@given(st.lists(items(("10",)), min_size=1, max_size=12), st.decimals(0, 100, places=2))
def test_a_note_gives_back_all_of_a_sale_with_a_discount_on_the_whole(lines: list[Item], share: Decimal) -> None:
    lines = [line.model_copy(update={"isc": None}) for line in lines]
    plain = figures(venta(*lines)).totales
    whole = ((plain.subtotal - plain.descuento_items) * share / 100).quantize(Decimal("0.01"))
    sold = figures(venta(*lines, descuento_global=whole)).totales
    back = figures(nota(*lines, descuento_global=whole)).totales
    if whole:
        assert back.total == sold.total
