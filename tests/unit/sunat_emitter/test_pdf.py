"""What stands on the paper: read back out of the PDF, and looked at as a picture."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import Unavailable
from sunat_emitter.documents.model import Cliente, Comprobante
from sunat_emitter.documents.printed import printed, qr_text
from sunat_emitter.pdf.press import Press
from sunat_emitter.pdf.sheet import Formato, Standing, breakable, money, quantity, sheet, unit_value
from sunat_emitter.pdf.typeset import typeset
from tests.support import comprobantes as shapes
from tests.support.comprobantes import HOY, item, of, venta

DIGEST = "MMTlBuRlKS8lHmGbhZFAX5h9KxwP/MfoJcsztyzhaKs="
MOMENT = datetime(2026, 3, 12, 20, 35, 20, tzinfo=UTC)
FORMATS: tuple[Formato, ...] = ("a4", "ticket")
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="40" height="10" fill="#ff00ff"/></svg>'
)
A4_POINTS = (595, 842)
MILLIMETRE = 72 / 25.4


def pdf_of(document: Comprobante, formato: Formato = "a4", logo: bytes | None = None, **standing: Any) -> bytes:
    page = sheet(document, DIGEST, Standing(**standing))
    return typeset(page, formato, qr_text(document, DIGEST), moment=MOMENT, logo=logo)


@contextmanager
def opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(content)
    try:
        yield document
    finally:
        document.close()


def texts(content: bytes) -> list[str]:
    """Each page's text, white space as single blanks, without the marks at which long words may break."""
    with opened(content) as document:
        found = [page.get_textpage().get_text_bounded() for page in document]
    return [" ".join(text.replace("\u200b", "").replace("\ufffe", "").split()) for text in found]


def picture(content: bytes, page: int = 0, scale: float = 2) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    with opened(content) as document:
        return np.asarray(document[page].render(scale=scale).to_numpy()).copy()


@pytest.mark.parametrize("formato", FORMATS)
@pytest.mark.parametrize("shape", shapes.SALES)
def test_every_shape_is_printed_with_all_that_the_law_asks_for(shape: str, formato: Formato) -> None:
    document = shapes.comprobante(shape)
    shown, text = printed(document, DIGEST), " ".join(texts(pdf_of(document, formato)))
    wanted = [shown.titulo, shown.numero, shown.ruc, shown.emisor, shown.cliente, shown.fecha, shown.moneda]
    wanted += [shown.en_letras, shown.representacion, "e-consulta.sunat.gob.pe", shown.referencia, shown.motivo]
    wanted += [shown.forma_pago, shown.fecha_vencimiento, *shown.leyendas, *shown.detraccion]
    wanted += [text for each in shown.totales for text in (each.etiqueta, money(each.monto))]
    wanted += [text for each in shown.cuotas for text in (f"{each.vencimiento:%d/%m/%Y}", money(each.monto))]
    wanted += [line.descripcion for line in shown.lineas]
    assert [each for each in wanted if each not in text] == []
    assert DIGEST in text.replace(" ", "")


@pytest.mark.parametrize("formato", FORMATS)
def test_the_code_on_the_paper_reads_as_sunat_wants_it(formato: Formato) -> None:
    document = shapes.comprobante("factura")
    (code,) = zxingcpp.read_barcodes(picture(pdf_of(document, formato), scale=3))
    assert code.text == qr_text(document, DIGEST)
    assert code.ec_level == "Q"


def test_papers_are_a4_and_eighty_millimetres() -> None:
    document = shapes.comprobante("factura")
    with opened(pdf_of(document)) as page:
        assert tuple(round(each) for each in page[0].get_size()) == A4_POINTS
    with opened(pdf_of(document, "ticket")) as page:
        assert round(page[0].get_width() / MILLIMETRE) == 80
        assert len(page) == 1


@pytest.mark.parametrize("formato", FORMATS)
def test_five_hundred_lines_have_page_numbers_and_their_totals_together(formato: Formato) -> None:
    pages = texts(pdf_of(of(venta(*shapes.many(500))), formato))
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        assert f"Página {number} de {len(pages)}" in text
        if formato == "a4":
            assert "FACTURA ELECTRÓNICA F001-88" in text or number == 1
            assert "Descripción Unidad Cant." in text
    last = pages[-1]
    assert all(each in last for each in ("OP. GRAVADA", "IGV 18%", "IMPORTE TOTAL", "SON OCHOCIENTOS OCHO MIL"))
    whole = " ".join(pages)
    assert all(f"Producto {number} " in whole for number in range(1, 501))


@pytest.mark.parametrize("lines", range(18, 34))
def test_totals_are_never_torn_apart(lines: int) -> None:
    pages = texts(pdf_of(of(venta(*shapes.many(lines)))))
    (page,) = [text for text in pages if "OP. GRAVADA" in text]
    assert "IMPORTE TOTAL" in page
    assert "SON " in page


@pytest.mark.parametrize("formato", FORMATS)
def test_what_people_write_is_text_and_never_code(formato: Formato) -> None:
    evil = '#panic("x") *b* _i_ $x$ `raw` <label> @ref \\ // = {[()]} "q" #include "parts.typ" 50% & ~ñÑ€'
    cliente = Cliente(tipo_documento="6", numero_documento="20456789120", nombre=evil, direccion=evil)
    document = of(venta(item(descripcion=evil), cliente=cliente, observaciones=evil))
    text = texts(pdf_of(document, formato))[0]
    squeezed = evil.replace(" ", "")
    assert text.replace(" ", "").count(squeezed) == 4


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=500), st.sampled_from(FORMATS))
def test_any_text_can_be_printed(text: str, formato: Formato) -> None:
    try:
        document = of(venta(item(descripcion=text), observaciones=text))
    except ValueError:  # nothing is left of it in XML
        return
    assert pdf_of(document, formato).startswith(b"%PDF")


@pytest.mark.parametrize("formato", FORMATS)
def test_a_long_word_stays_inside_the_paper(formato: Formato) -> None:
    word = "W" * 500
    cliente = Cliente(tipo_documento="6", numero_documento="20456789120", nombre="Y" * 400, direccion="Z" * 200)
    document = of(venta(item(descripcion=word, codigo_producto="C" * 30), cliente=cliente, observaciones="X" * 900))
    content = pdf_of(document, formato)
    margin = 6 if formato == "ticket" else 20
    for number in range(len(texts(content))):
        drawn = picture(content, number, scale=1)
        assert (drawn[:, :margin] > 250).all()
        assert (drawn[:, -margin:] > 250).all()
    assert word in "".join(texts(content)).replace(" ", "")


@pytest.mark.parametrize("formato", FORMATS)
def test_a_logo_is_shown(formato: Formato) -> None:
    drawn = picture(pdf_of(shapes.comprobante("factura"), formato, LOGO)).astype(int)
    plain = picture(pdf_of(shapes.comprobante("factura"), formato)).astype(int)
    for image, wanted in ((drawn, True), (plain, False)):
        magenta = (image[:, :, 0] > 230) & (image[:, :, 1] < 60) & (image[:, :, 2] > 230)
        assert bool(magenta.sum() > 500) is wanted


@pytest.mark.parametrize("formato", FORMATS)
@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ({"ambiente": "beta"}, "SIN VALOR LEGAL"),
        ({"ambiente": "simulador"}, "SIN VALOR LEGAL"),
        ({"ambiente": "simulador"}, "SIMULADOR"),
        ({"estado": "RECHAZADO", "mensaje": "El RUC no existe"}, "RECHAZADO POR SUNAT, SIN VALIDEZ: El RUC no existe"),
        ({"estado": "ANULADO"}, "COMPROBANTE ANULADO"),
        ({"estado": "ACEPTADO", "mensaje": "ha sido aceptada"}, "ha sido aceptada"),
    ],
)
def test_the_paper_says_what_it_is_worth(standing: dict[str, Any], said: str, formato: Formato) -> None:
    document = shapes.comprobante("factura")
    assert said in texts(pdf_of(document, formato, **standing))[0]
    assert said not in texts(pdf_of(document, formato))[0]


def test_a_free_line_costs_nothing_and_names_its_value() -> None:
    document = of(venta(shapes.LAPTOP, item("2", "8.50", tipo_afectacion_igv="11", descripcion="Llavero")))
    for formato in FORMATS:
        assert "Transferencia gratuita, valor referencial 17.00" in texts(pdf_of(document, formato))[0]
    lines = sheet(document, DIGEST)["lineas"]
    assert [(line["subtotal"], line["total"]) for line in lines] == [("2,500.00", "2,950.00"), ("0.00", "0.00")]


def test_columns_that_nothing_fills_are_left_out() -> None:
    bare, full = (texts(pdf_of(of(sale)))[0] for sale in (venta(item(codigo_producto="")), venta(*shapes.ITEMS)))
    assert "Descripción Unidad Cant. V. unitario P. unitario Valor venta" in bare
    assert "Código Descripción" not in bare
    assert "Código Descripción Unidad Cant. V. unitario P. unitario Dscto. Valor venta" in full


def test_sixty_instalments_are_all_shown() -> None:
    cuota = shapes.CUOTAS[0].model_copy(update={"monto": Decimal("50.00"), "vencimiento": HOY.replace(year=2027)})
    last = cuota.model_copy(update={"monto": Decimal("100.30")})
    document = of(venta(*shapes.ITEMS, cuotas=(*[cuota] * 59, last)))
    for formato in FORMATS:
        text = " ".join(texts(pdf_of(document, formato)))
        assert text.count("12/03/2027") - int(document.fecha_vencimiento is not None) == 60
        assert "100.30" in text


def test_prices_have_two_decimals_unless_the_value_itself_has_more() -> None:
    document = of(venta(item("7", "113.82"), item("3000", "0.0012", unidad_medida="KGM")))
    shown = [(line["valor_unitario"], line["precio_unitario"]) for line in sheet(document, DIGEST)["lineas"]]
    assert shown[0] == ("113.82", "134.31")
    assert shown[1][0] == "0.0012"
    assert shown[1][1] != "0.00"


def test_the_same_document_gives_the_same_bytes() -> None:
    document = shapes.comprobante("factura in three instalments")
    assert pdf_of(document) == pdf_of(document)


def test_amounts_are_written_as_people_read_them() -> None:
    assert money(Decimal("1234567.5")) == "1,234,567.50"
    assert [quantity(Decimal(each)) for each in ("2.000", "1000.50", "10", "0.25")] == ["2", "1,000.5", "10", "0.25"]
    assert [unit_value(Decimal(each)) for each in ("2500", "17.1234567891", "0.1")] == ["2,500.00", "17.123457", "0.10"]
    assert breakable("corto " + "x" * 30).replace("\u200b", "") == "corto " + "x" * 30


async def test_one_page_asked_for_by_many_is_set_once() -> None:
    calls = []

    def job() -> bytes:
        calls.append(threading.current_thread().name)
        return b"page"

    press = Press(2)
    assert set(await asyncio.gather(*(press.run("one", job) for _ in range(20)))) == {b"page"}
    assert await press.run("one", job) == b"page"
    assert len(calls) == 1
    assert calls[0] != threading.main_thread().name
    press.close()


async def test_a_kept_page_goes_after_its_time_and_a_failed_one_is_not_kept() -> None:
    moment = [0.0]
    press = Press(1, keep=10, clock=lambda: moment[0])
    assert await press.run("page", lambda: b"old") == b"old"
    moment[0] = 9.9
    assert await press.run("page", lambda: b"new") == b"old"
    moment[0] = 10.1
    assert await press.run("page", lambda: b"new") == b"new"

    def fail() -> bytes:
        raise RuntimeError("no page")

    with pytest.raises(RuntimeError):
        await press.run("bad", fail)
    assert await press.run("bad", lambda: b"good") == b"good"
    press.close()


async def test_a_press_with_too_much_to_do_says_so() -> None:
    go_on = threading.Event()
    press = Press(1, most_waiting=2)

    def job() -> bytes:
        go_on.wait(10)
        return b"page"

    waiting = [asyncio.ensure_future(press.run(number, job)) for number in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await press.run("third", job)
    go_on.set()
    assert await asyncio.gather(*waiting) == [b"page", b"page"]
    press.close()


async def test_others_are_served_while_a_large_page_is_set() -> None:
    document = of(venta(*shapes.many(500)))
    page, code = sheet(document, DIGEST), qr_text(document, DIGEST)
    press, turns = Press(1), 0
    printing = asyncio.ensure_future(press.run("large", lambda: typeset(page, "a4", code, moment=MOMENT)))
    while not printing.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert (await printing).startswith(b"%PDF")
    assert turns > 20
    press.close()
