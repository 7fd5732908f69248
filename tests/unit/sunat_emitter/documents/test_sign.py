"""The signature: what others verify, and that nothing altered passes our own check."""

from base64 import b64decode
from typing import Any, Literal

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from sunat_emitter.documents.model import Cliente
from sunat_emitter.documents.sign import SignatureBroken, SigningKey, sign, verify
from sunat_emitter.documents.ubl import build
from tests.support import comprobantes as shapes
from tests.support.comprobantes import venta

SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def verified_by_xmlsec(xml: bytes) -> bool:
    """Whether another implementation, given the issuer's certificate, takes the signature as good."""
    context = xmlsec.SignatureContext()
    der = shapes.certificate().public_bytes(Encoding.DER)
    context.key = xmlsec.Key.from_memory(der, xmlsec.constants.KeyDataFormatCertDer, None)
    signature: Any = next(etree.fromstring(xml).iter(SIGNATURE))
    try:
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


@pytest.mark.parametrize("shape", shapes.SALES)
def test_every_shape_is_signed_so_that_others_can_verify_it(shape: str) -> None:
    signed = sign(build(shapes.comprobante(shape)), shapes.signing_key())
    assert verified_by_xmlsec(signed.xml)
    assert verify(signed.xml) == signed


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=50, deadline=None)
def test_whatever_is_written_in_it_others_can_verify_it(name: str, remarks: str) -> None:
    cliente = Cliente(tipo_documento="6", numero_documento="20456789120", nombre=f"A {name}")
    signed = sign(build(shapes.of(venta(cliente=cliente, observaciones=remarks))), shapes.signing_key())
    assert verified_by_xmlsec(signed.xml)
    assert verify(signed.xml) == signed


@pytest.mark.parametrize(("algorithm", "length"), [("sha256", 44), ("sha1", 28)])
def test_the_hash_is_the_digest_of_the_chosen_algorithm(algorithm: Literal["sha256", "sha1"], length: int) -> None:
    key = SigningKey.of(shapes.private_key(), shapes.certificate(), algorithm)
    signed = sign(build(shapes.comprobante()), key)
    assert len(signed.digest) == length
    assert f"<ds:DigestValue>{signed.digest}</ds:DigestValue>".encode() in signed.xml
    assert f"rsa-{algorithm}".encode() in signed.xml
    assert verify(signed.xml).digest == signed.digest


def test_the_file_is_utf_8_without_a_mark_and_names_its_encoding() -> None:
    signed = sign(build(shapes.comprobante("factura to a name that XML must escape")), shapes.signing_key())
    assert signed.xml.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Invoice ')
    assert "PEÑA &amp; HIJOS &lt;S.R.L.&gt;".encode() in signed.xml


def test_the_signature_is_in_the_first_extension_and_the_document_points_at_it() -> None:
    tree = etree.fromstring(sign(build(shapes.comprobante()), shapes.signing_key()).xml)
    first = tree[0][0][0]
    assert [child.tag for child in first] == [SIGNATURE]
    uri = tree.findtext(".//{*}DigitalSignatureAttachment/{*}ExternalReference/{*}URI")
    assert uri == f"#{first[0].get('Id')}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b">2500.00<", b">2500.01<"),
        (b">F001-88<", b">F001-89<"),
        (b"<cbc:IssueTime>", b"<cbc:IssueTime> "),
        (b"</ds:SignedInfo>", b" </ds:SignedInfo>"),
        (b'URI=""', b'URI="#SignatureSP"'),
        (b"xmldsig#enveloped-signature", b"xmldsig#base64"),
    ],
)
def test_a_byte_changed_after_signing_is_noticed(old: bytes, new: bytes) -> None:
    xml = sign(build(shapes.comprobante()), shapes.signing_key()).xml
    assert old in xml
    altered = xml.replace(old, new, 1)
    with pytest.raises(SignatureBroken):
        verify(altered)
    assert not verified_by_xmlsec(altered)


@given(st.data())
@settings(deadline=None)
def test_no_change_to_what_the_document_says_passes(data: st.DataObject) -> None:
    xml = sign(build(shapes.comprobante()), shapes.signing_key()).xml
    tree = etree.fromstring(xml)
    texts = [each for each in tree.iter("{*}*") if each.text and "xmldsig" not in str(each.tag)]
    chosen = data.draw(st.sampled_from(texts))
    chosen.text = f"{chosen.text}{data.draw(st.sampled_from(['0', ' ', 'x']))}"
    with pytest.raises(SignatureBroken, match="altered"):
        verify(etree.tostring(tree))


def test_a_certificate_of_another_key_is_noticed() -> None:
    xml = sign(build(shapes.comprobante()), shapes.signing_key()).xml
    other = SigningKey.of(OTHER, shapes.certificate(OTHER)).certificate.encode()
    with pytest.raises(SignatureBroken, match="not of this certificate"):
        verify(xml.replace(shapes.signing_key().certificate.encode(), other))
    with pytest.raises(ValueError, match="not of this key"):
        SigningKey.of(OTHER, shapes.certificate())


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not xml",
        b"<Invoice/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        etree.tostring(build(shapes.comprobante())),
    ],
)
def test_what_carries_no_signature_is_broken(xml: bytes) -> None:
    with pytest.raises(SignatureBroken):
        verify(xml)


def test_a_tree_is_signed_once() -> None:
    tree = build(shapes.comprobante())
    sign(tree, shapes.signing_key())
    with pytest.raises(ValueError, match="no empty place"):
        sign(tree, shapes.signing_key())


def test_the_certificate_in_the_file_is_the_issuers() -> None:
    tree = etree.fromstring(sign(build(shapes.comprobante()), shapes.signing_key()).xml)
    shown = tree.findtext(".//{*}X509Certificate")
    assert shown is not None
    assert b64decode(shown) == b64decode(shapes.signing_key().certificate)
