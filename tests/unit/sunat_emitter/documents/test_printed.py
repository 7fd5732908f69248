"""What the page shows."""

from decimal import Decimal

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from sunat_emitter.documents.model import Cliente
from sunat_emitter.documents.printed import Printed, printed, qr_text
from tests.support import comprobantes as shapes
from tests.support.comprobantes import nota, of, venta

DESIGNATORS = {f"{version}-Q" for version in range(1, 11)}
"""Up to ten: larger codes are hard to read off a ticket."""
DIGEST = "MMTlBuRlKS8lHmGbhZFAX5h9KxwP/MfoJcsztyzhaKs="


def page(shape: str) -> Printed:
    return printed(shapes.comprobante(shape), DIGEST)


def sums(shape: str) -> dict[str, Decimal]:
    return {each.etiqueta: each.monto for each in page(shape).totales}


def test_the_qr_code_says_who_what_when_and_how_much() -> None:
    document = shapes.comprobante("boleta to a person")
    assert qr_text(document) == "20123456786|03|B001|88|465.30|3050.30|2026-03-12|1|12345678|"
    assert qr_text(document, DIGEST) == qr_text(document) + f"{DIGEST}|"


@pytest.mark.parametrize("shape", shapes.SALES)
def test_every_shapes_text_fits_a_code_with_error_correction_q(shape: str) -> None:
    text = page(shape).qr
    assert text.count("|") == 10
    assert segno.make_qr(text, error="q", boost_error=False, encoding="utf-8").designator in DESIGNATORS


def test_a_factura_shows_its_sums_and_no_empty_ones() -> None:
    assert sums("factura") == {
        "OP. GRAVADA": Decimal("2585.00"),
        "DESCUENTOS": Decimal("5.00"),
        "IGV 18%": Decimal("465.30"),
        "IMPORTE TOTAL": Decimal("3050.30"),
    }
    assert list(sums("factura of free lines alone")) == ["OP. GRATUITA", "IMPORTE TOTAL"]
    assert {"ISC", "IGV 18%"} <= set(sums("factura with ISC on the value"))
    assert sums("factura of milled rice")["IVAP 4%"] == Decimal("5.12")
    assert "IGV 10.5%" in sums("factura at 10.5 percent")
    assert sums("factura with bags")["ICBPER"] == Decimal("1.50")


@pytest.mark.parametrize("shape", shapes.SALES)
def test_the_shown_sums_come_to_the_shown_total(shape: str) -> None:
    shown = sums(shape)
    total = shown.pop("IMPORTE TOTAL")
    outside = {"OP. GRATUITA", "DESCUENTOS"}
    assert sum(amount for label, amount in shown.items() if label not in outside) == total


def test_the_page_names_the_document_its_customer_and_its_words() -> None:
    shown = page("factura")
    assert (shown.titulo, shown.numero, shown.ruc) == ("FACTURA ELECTRÓNICA", "F001-88", "20123456786")
    assert (shown.cliente_tipo_documento, shown.cliente_documento) == ("RUC", "20456789120")
    assert shown.domicilio == "Av. Principal 123 LIMA - LIMA - LIMA"
    assert (shown.fecha, shown.hora, shown.simbolo, shown.moneda) == ("12/03/2026", "15:35:20", "S/", "SOL")
    assert shown.en_letras == "SON TRES MIL CINCUENTA CON 30/100 SOLES"
    assert shown.representacion == "Representación impresa de la FACTURA ELECTRÓNICA"
    assert (shown.forma_pago, shown.hash) == ("CONTADO", DIGEST)


def test_instalments_deposit_and_legends_are_shown() -> None:
    shown = page("factura in three instalments")
    assert shown.forma_pago == "CRÉDITO"
    assert [(each.numero, each.monto) for each in shown.cuotas] == [
        (1, Decimal("1000.00")),
        (2, Decimal("1000.00")),
        (3, Decimal("1050.30")),
    ]
    assert "Monto: S/ 366.04" in page("factura with a deposit").detraccion
    assert page("factura with a deposit").leyendas == ("OPERACIÓN SUJETA A DETRACCIÓN",)


def test_a_note_shows_what_it_changes_and_why() -> None:
    shown = page("credit note on a factura")
    assert shown.referencia == "FACTURA ELECTRÓNICA F001-88"
    assert shown.motivo == "01 - ANULACION DE LA OPERACION: Por acuerdo con el cliente"
    same = nota().referencia.model_copy(update={"motivo": "Anulacion de la operacion"})
    document = of(nota().model_copy(update={"referencia": same}), "07")
    assert printed(document, DIGEST).motivo == "01 - ANULACION DE LA OPERACION"


def test_a_line_shows_its_discount_and_its_share_of_the_global_one() -> None:
    lines = page("factura of mixed affectations with a global discount").lineas
    assert sum(line.descuento for line in lines) == Decimal("22.00")
    assert all(line.subtotal <= line.total for line in lines)


@pytest.mark.parametrize("shape", ["factura", "credit note on a factura", "credit note with a discount on all"])
def test_a_lines_unit_value_less_its_discount_is_its_value(shape: str) -> None:
    for line in page(shape).lineas:
        assert abs(line.valor_unitario * line.cantidad - line.descuento - line.subtotal) < Decimal("0.01")


@given(st.text(min_size=1, max_size=80))
def test_whatever_the_customer_is_called_the_code_can_be_drawn(name: str) -> None:
    cliente = Cliente(tipo_documento="6", numero_documento="20456789120", nombre=name)
    shown = printed(of(venta(cliente=cliente)), DIGEST)
    assert segno.make_qr(shown.qr, error="q", encoding="utf-8").error == "Q"
