"""Whether somebody else's document is as it was signed: its digest, its signature, and who the certificate is of.

Wider than what we issue: both canonical forms, SHA-1 to SHA-512, the signature wherever the system put it.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree

from sunat_emitter.documents.ubl.tree import DS, Element
from sunat_emitter.importacion.nodes import Unreadable, content

_DS = f"{{{DS}}}"
_INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_ENC = "http://www.w3.org/2001/04/xmlenc#"
_ENVELOPED = f"{DS}enveloped-signature"
_DIGESTS: Mapping[str, type[hashes.HashAlgorithm]] = {
    f"{DS}sha1": hashes.SHA1,
    f"{_ENC}sha256": hashes.SHA256,
    f"{_MORE}sha384": hashes.SHA384,
    f"{_ENC}sha512": hashes.SHA512,
}
_SIGNATURES: Mapping[str, type[hashes.HashAlgorithm]] = {
    f"{DS}rsa-sha1": hashes.SHA1,
    f"{_MORE}rsa-sha256": hashes.SHA256,
    f"{_MORE}rsa-sha384": hashes.SHA384,
    f"{_MORE}rsa-sha512": hashes.SHA512,
}
_FORMS = {_INCLUSIVE: False, f"{_INCLUSIVE}#WithComments": False, _EXCLUSIVE: True, f"{_EXCLUSIVE}WithComments": True}
"""Whether a canonical form is the exclusive one."""
_NOT_SUPPORTED = "la firma usa un algoritmo que no se puede comprobar aquí ({uri})"


@dataclass(frozen=True)
class Verified:
    """A document that is as it was signed."""

    digest: str
    """`DigestValue`, which the API and the print call hash."""
    warnings: tuple[str, ...] = ()


class _Unknown(ValueError):
    """Something that the standard allows and that is not known here."""


def verify(document: Element, ruc: str) -> Verified:
    """Check a document's signature, and warn where its certificate does not name the issuer. The tree is not changed.

    Raises:
        Unreadable: it has no signature, was altered after it was signed, or was signed with another key.
    """
    signature = next(document.iter(f"{_DS}Signature"), None)
    if signature is None:
        raise Unreadable("no está firmado")
    info = signature.find(f"{_DS}SignedInfo")
    reference = None if info is None else info.find(f"{_DS}Reference")
    if info is None or reference is None:
        raise Unreadable("su firma está incompleta")
    digest = _text(reference, "DigestValue")
    try:
        _check_digest(document, signature, reference, digest)
        certificate = _certificate(signature)
        _check_value(signature, info, certificate)
    except _Unknown as unknown:
        return Verified(digest, (str(unknown),))
    return Verified(digest, _whose(certificate, ruc))


def _check_digest(document: Element, signature: Element, reference: Element, digest: str) -> None:
    if reference.get("URI", ""):
        raise _Unknown("la firma no cubre el documento entero: no se comprobó")
    method = _attribute(reference, "DigestMethod")
    if method not in _DIGESTS:
        raise _Unknown(_NOT_SUPPORTED.format(uri=method))
    forms = [each.get("Algorithm", "") for each in reference.iter(f"{_DS}Transform")]
    if unknown := [form for form in forms if form not in _FORMS and form != _ENVELOPED]:
        raise _Unknown(_NOT_SUPPORTED.format(uri=unknown[0]))
    exclusive = any(_FORMS.get(form, False) for form in forms)
    found = hashes.Hash(_DIGESTS[method]())
    found.update(_without(document, signature, exclusive=exclusive))
    if not hmac.compare_digest(b64encode(found.finalize()).decode("ascii").encode(), digest.encode()):
        raise Unreadable("fue alterado después de firmarse: su contenido no da el resumen (DigestValue) que se firmó")


def _without(document: Element, signature: Element, *, exclusive: bool) -> bytes:
    """The document's canonical form without its signature, which afterwards stands where it stood."""
    parent, tail = signature.getparent(), signature.tail
    if parent is None:
        raise Unreadable("su firma no está dentro del documento")
    place, before = parent.index(signature), signature.getprevious()
    old = parent.text if before is None else before.tail
    if before is None:
        parent.text = (old or "") + (tail or "")
    else:
        before.tail = (old or "") + (tail or "")
    signature.tail = None
    parent.remove(signature)
    try:
        return etree.tostring(document, method="c14n", exclusive=exclusive, with_comments=False)
    finally:
        if before is None:
            parent.text = old
        else:
            before.tail = old
        parent.insert(place, signature)
        signature.tail = tail


def _certificate(signature: Element) -> x509.Certificate:
    shown = next(signature.iter(f"{_DS}X509Certificate"), None)
    if shown is None:
        raise _Unknown("la firma no trae su certificado: no se comprobó quién firmó")
    try:
        return x509.load_der_x509_certificate(b64decode("".join(content(shown).split())))
    except ValueError:
        raise _Unknown("el certificado de la firma no se puede leer: no se comprobó quién firmó") from None


def _check_value(signature: Element, info: Element, certificate: x509.Certificate) -> None:
    method, form = _attribute(info, "SignatureMethod"), _attribute(info, "CanonicalizationMethod")
    if method not in _SIGNATURES or form not in _FORMS:
        raise _Unknown(_NOT_SUPPORTED.format(uri=form if method in _SIGNATURES else method))
    try:
        key = certificate.public_key()
        value = b64decode(_text(signature, "SignatureValue"))
    except (ValueError, UnsupportedAlgorithm):
        raise _Unknown("la clave del certificado no se puede leer: no se comprobó quién firmó") from None
    if not isinstance(key, RSAPublicKey):
        raise _Unknown("la clave del certificado no es RSA: no se comprobó quién firmó")
    # Serializing carries the namespaces of the ancestors along, which C14N of a part of a tree would leave out.
    alone = etree.fromstring(etree.tostring(info, with_tail=False))
    signed = etree.tostring(alone, method="c14n", exclusive=_FORMS[form], with_comments=False)
    try:
        key.verify(value, signed, PKCS1v15(), _SIGNATURES[method]())
    except InvalidSignature:
        raise Unreadable("su firma no corresponde a su certificado") from None


def _whose(certificate: x509.Certificate, ruc: str) -> tuple[str, ...]:
    """A certificate for taxpayers names its RUC somewhere; one of a provider (PSE) names the provider's."""
    if any(ruc in str(each.value) for each in certificate.subject):
        return ()
    return (f"el certificado de la firma no nombra al RUC {ruc}: lo firmó un tercero (PSE) o es de prueba",)


def _text(parent: Element, name: str) -> str:
    return "".join((parent.findtext(f"{_DS}{name}") or "").split())


def _attribute(parent: Element, name: str) -> str:
    found = parent.find(f"{_DS}{name}")
    return "" if found is None else found.get("Algorithm", "")
