"""Every shape against SUNAT's own schemas, where they are at hand."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from sunat_emitter.documents.schema import schema_errors
from sunat_emitter.documents.sign import sign
from sunat_emitter.documents.ubl import build
from tests.support import comprobantes as shapes
from tests.support.comprobantes import item, venta

XSD = Path(__file__).resolve().parents[5] / "shared" / "data" / "sunat-xsd"
pytestmark = pytest.mark.skipif(not XSD.is_dir(), reason=f"SUNAT's schemas are not at {XSD}")
TEXT = st.text(min_size=1, max_size=60).filter(lambda text: text.strip() and text.isprintable())


@pytest.mark.parametrize("shape", shapes.SALES)
def test_every_shape_is_valid(shape: str) -> None:
    signed = sign(build(shapes.comprobante(shape)), shapes.signing_key())
    assert schema_errors(etree.fromstring(signed.xml), XSD) == ()


@given(TEXT, TEXT)
@settings(max_examples=25, deadline=None)
def test_whatever_names_and_descriptions_say_the_document_is_valid(name: str, description: str) -> None:
    cliente = shapes.EMPRESA.model_copy(update={"nombre": name})
    document = shapes.of(venta(item(descripcion=description), cliente=cliente))
    signed = sign(build(document), shapes.signing_key())
    assert schema_errors(etree.fromstring(signed.xml), XSD) == ()


def test_a_broken_document_says_where_and_why() -> None:
    xml = sign(build(shapes.comprobante()), shapes.signing_key()).xml
    (error,) = schema_errors(etree.fromstring(xml.replace(b"<cbc:IssueDate>2026", b"\n<cbc:IssueDate>", 1)), XSD)
    assert error.linea == 3
    assert "IssueDate" in error.mensaje


def test_a_document_of_no_known_kind_has_no_schema() -> None:
    with pytest.raises(ValueError, match="no schema for Factura"):
        schema_errors(etree.fromstring("<Factura/>"), XSD)
