"""Documents of other systems, and our own, read back: whatever their shape, the figures are those of the XML."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunat_emitter.documents.figures import issue
from sunat_emitter.documents.model import Comprobante
from sunat_emitter.documents.sign import sign
from sunat_emitter.documents.ubl import build
from sunat_emitter.envelope import parse_xml
from sunat_emitter.importacion.comprobante import read
from sunat_emitter.importacion.nodes import Unreadable
from sunat_emitter.importacion.signature import verify
from tests.support.comprobantes import EMISOR, SALES, comprobante, emision, item, signing_key, venta
from tests.support.foreign import STYLES, Sale, Style
from tests.support.foreign import comprobante as foreign

_STATED = {
    *("gravado", "exonerado", "inafecto", "exportacion", "gratuito", "ivap_base", "igv", "ivap", "igv_gratuito"),
    *("isc", "isc_base", "icbper", "valor_venta", "precio_venta", "total_tributos", "total"),
}
"""The sums that an XML states; what a note folds into its unit values cannot be told from it."""


def reread(issued: Comprobante) -> Comprobante:
    return read(parse_xml(sign(build(issued), signing_key()).xml))


def same_figures(found: Comprobante, issued: Comprobante) -> None:
    assert found.totales.model_dump(include=_STATED) == issued.totales.model_dump(include=_STATED)
    assert [(each.valor_venta, each.igv, each.total, each.cantidad) for each in found.lineas] == [
        (each.valor_venta, each.igv, each.total, each.cantidad) for each in issued.lineas
    ]


@pytest.mark.parametrize("shape", SALES)
def test_what_we_issue_reads_back_with_the_same_figures(shape: str) -> None:
    issued = comprobante(shape)
    found = reread(issued)
    same_figures(found, issued)
    assert found.nombre_archivo == issued.nombre_archivo
    assert (found.cliente.numero_documento, found.cliente.nombre) == (
        issued.cliente.numero_documento,
        issued.cliente.nombre,
    )
    unchanged = {"fecha_emision", "hora_emision", "moneda", "forma_pago", "detraccion", "leyendas", "guias", "ajustes"}
    assert found.model_dump(include=unchanged) == issued.model_dump(include=unchanged)
    if issued.referencia:
        assert found.referencia is not None
        assert found.referencia.model_dump(exclude={"fecha_emision"}) == issued.referencia.model_dump(
            exclude={"fecha_emision"}
        )


_PRICES = st.decimals(min_value="0.05", max_value="99999", places=2)
_ITEMS = st.builds(
    lambda price, quantity, kind: item(str(quantity), str(price), tipo_afectacion_igv=kind),
    _PRICES,
    st.decimals(min_value="0.5", max_value="500", places=3),
    st.sampled_from(("10", "10", "20", "30", "11", "31")),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_ITEMS, min_size=1, max_size=6), st.sampled_from(("0", "0.01")))
def test_any_sale_reads_back_with_the_same_figures(items: list[object], discount: str) -> None:
    sold = venta(*items, descuento_global=Decimal(discount))  # type: ignore[arg-type]
    if all(each.tipo_afectacion_igv in {"11", "31"} for each in sold.items):
        sold = venta(*items)  # type: ignore[arg-type]  # nothing to take a discount off
    issued = issue(sold, emision())
    found = reread(issued)
    same_figures(found, issued)
    assert found.totales.subtotal_neto == issued.totales.subtotal_neto


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("tipo", ["01", "03", "07", "08"])
def test_other_systems_shapes_are_read_and_their_signatures_hold(style: Style, tipo: str) -> None:
    changes = ("01", "F001-7") if tipo in {"07", "08"} else None
    tree = parse_xml(foreign(Sale(tipo=tipo, changes=changes), style))
    found = read(tree)
    assert (found.tipo, found.numero_completo, found.emisor.ruc) == (tipo, "F001-88", EMISOR.ruc)
    assert found.cliente.nombre == "PEÑA & HIJOS S.R.L."
    assert found.lineas[0].descripcion == 'Caño 1/2" & codo'
    totales = found.totales
    assert (totales.gravado, totales.igv, totales.total) == (Decimal(100), Decimal(18), Decimal(118))
    assert totales.subtotal == Decimal(100)
    assert bool(found.referencia) == bool(changes)
    assert verify(tree, EMISOR.ruc).warnings == ()


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_one_changed_digit_breaks_the_signature(style: Style) -> None:
    xml = foreign(Sale(), style)
    altered = xml.replace(b">118.00<", b">119.00<", 1)
    assert altered != xml
    with pytest.raises(Unreadable, match="alterado"):
        verify(parse_xml(altered), EMISOR.ruc)


def test_a_signature_made_by_another_key_does_not_hold() -> None:
    xml = foreign(Sale())
    start = xml.index(b"<ds:SignatureValue>") + len(b"<ds:SignatureValue>")
    other = b"A" if xml[start : start + 1] != b"A" else b"B"
    with pytest.raises(Unreadable, match="no corresponde"):
        verify(parse_xml(xml[:start] + other + xml[start + 1 :]), EMISOR.ruc)


def test_a_third_partys_certificate_is_warned_of_and_taken() -> None:
    ruc = "20999999991"
    assert "PSE" in verify(parse_xml(foreign(Sale(ruc=ruc))), ruc).warnings[0]


def test_an_algorithm_that_is_not_known_is_warned_of_and_taken() -> None:
    xml = foreign(Sale()).replace(b"xmldsig#sha1", b"xmldsig#sha9")
    assert "algoritmo" in verify(parse_xml(xml), EMISOR.ruc).warnings[0]


def test_what_is_not_signed_is_refused() -> None:
    tree = parse_xml(foreign(Sale()))
    for each in list(tree.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")):
        each.getparent().remove(each)  # type: ignore[union-attr]
    with pytest.raises(Unreadable, match="no está firmado"):
        verify(tree, EMISOR.ruc)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"F001-88", b"F1-88", "no es serie y número"),
        (b">2026-03-02<", b">02/03/2026<", "no es una fecha"),
        (b">118.00<", b">ciento<", "no es un número"),
        (b">118.00<", b">9999999999999.00<", "12 dígitos"),
        (b">1000<", b">1234<", "catálogo 05"),
        (b"UBLVersionID>2.1", b"UBLVersionID>2.0", "anterior a 2019"),
        (b"PayableAmount", b"OtherAmount", "importe total"),
    ],
)
def test_what_cannot_be_read_is_said_in_plain_words(old: bytes, new: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(parse_xml(foreign(Sale()).replace(old, new)))


def test_a_note_that_does_not_say_what_it_changes_is_refused() -> None:
    sale = Sale(tipo="07", serie="FC01", changes=("01", "F001-1"))
    with pytest.raises(Unreadable, match="qué comprobante modifica"):
        read(parse_xml(foreign(replace(sale, changes=None))))
