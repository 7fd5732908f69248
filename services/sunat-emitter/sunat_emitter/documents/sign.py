"""XML-DSig as SUNAT wants it: one enveloped RSA signature in the first `ExtensionContent`, inclusive C14N 1.0."""

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Literal, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from sunat_emitter.documents.ubl.party import SIGNATURE_ID
from sunat_emitter.documents.ubl.tree import DS, EXT, Element

Algorithm = Literal["sha256", "sha1"]
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_SIGNATURES: dict[Algorithm, str] = {
    "sha256": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "sha1": f"{DS}rsa-sha1",
}
_DIGESTS: dict[Algorithm, str] = {"sha256": "http://www.w3.org/2001/04/xmlenc#sha256", "sha1": f"{DS}sha1"}
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_DS = f"{{{DS}}}"


class SignatureBroken(ValueError):
    """A document's signature does not hold; says what is wrong with it."""


@dataclass(frozen=True)
class SigningKey:
    """An issuer's key and certificate, parsed once: parsing costs more than a hundred signatures."""

    key: RSAPrivateKey
    certificate: str
    """The X.509 certificate, DER in base64."""
    algorithm: Algorithm = "sha256"

    @classmethod
    def of(cls, key: RSAPrivateKey, certificate: x509.Certificate, algorithm: Algorithm = "sha256") -> Self:
        """The key with its certificate.

        Raises:
            ValueError: The certificate is of another key.
        """
        if certificate.public_key() != key.public_key():
            raise ValueError("the certificate is not of this key")
        return cls(key, b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii"), algorithm)


@dataclass(frozen=True)
class Signed:
    """A signed document, serialized once: not a byte of it may change (2335)."""

    xml: bytes
    digest: str
    """`DigestValue`, which the API and the print call hash."""


def sign(tree: Element, key: SigningKey) -> Signed:
    """Sign a tree made by `ubl.build`, in place.

    Raises:
        ValueError: The tree has no empty `ExtensionContent`.
    """
    content = tree.find(f".//{{{EXT}}}ExtensionContent")
    if content is None or len(content):
        raise ValueError("the document has no empty place for a signature")
    # The enveloped transform takes the signature out again, so what is digested is the tree as it is now.
    digest = b64encode(_hash(etree.tostring(tree, method="c14n", with_comments=False), key.algorithm)).decode("ascii")
    info = _signed_info(digest, key.algorithm)
    in_scope = "".join(
        f' xmlns{f":{prefix}" if prefix else ""}="{uri}"'
        for prefix, uri in sorted({**content.nsmap, "ds": DS}.items(), key=lambda each: each[0] or "")
    )
    canonical = info.replace("<ds:SignedInfo>", f"<ds:SignedInfo{in_scope}>", 1).encode()
    value = b64encode(key.key.sign(canonical, PKCS1v15(), _algorithm(key.algorithm))).decode("ascii")
    content.append(
        etree.fromstring(
            f'<ds:Signature xmlns:ds="{DS}" Id="{SIGNATURE_ID}">{info}<ds:SignatureValue>{value}</ds:SignatureValue>'
            f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{key.certificate}</ds:X509Certificate></ds:X509Data>"
            "</ds:KeyInfo></ds:Signature>"
        )
    )
    return Signed(_DECLARATION + etree.tostring(tree, encoding="utf-8", xml_declaration=False), digest)


def _signed_info(digest: str, algorithm: Algorithm) -> str:
    """`SignedInfo` in canonical form but for the namespaces in scope."""
    return (
        f'<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{_C14N}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{_SIGNATURES[algorithm]}"></ds:SignatureMethod><ds:Reference URI="">'
        f'<ds:Transforms><ds:Transform Algorithm="{DS}enveloped-signature"></ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{_DIGESTS[algorithm]}"></ds:DigestMethod>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )


def _algorithm(name: Algorithm) -> hashes.HashAlgorithm:
    # SHA-1 stays because SUNAT's acceptance of it is proven, that of SHA-256 only stated.
    return hashes.SHA256() if name == "sha256" else hashes.SHA1()  # noqa: S303


def _hash(data: bytes, algorithm: Algorithm) -> bytes:
    digest = hashes.Hash(_algorithm(algorithm))
    digest.update(data)
    return digest.finalize()


def verify(xml: bytes) -> Signed:
    """Check a document's own signature against the certificate inside it; who the certificate belongs to is not judged.

    Raises:
        SignatureBroken: It is no XML, has no signature of this form, was altered, or was signed by another key.
    """
    try:
        tree = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
        signature = _only(
            tree, f"{{{EXT}}}UBLExtensions/{{{EXT}}}UBLExtension/{{{EXT}}}ExtensionContent/{_DS}Signature"
        )
        info = _only(signature, f"{_DS}SignedInfo")
        algorithm, digest = _claims(info)
        value = b64decode(_text(_only(signature, f"{_DS}SignatureValue")))
        public = _public_key(signature)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SignatureBroken(str(error)) from error
    # Serializing carries the namespaces of the ancestors along, which C14N of a part of a tree would leave out.
    alone = etree.fromstring(etree.tostring(info, with_tail=False))
    canonical = etree.tostring(alone, method="c14n", with_comments=False)
    try:
        public.verify(value, canonical, PKCS1v15(), _algorithm(algorithm))
    except InvalidSignature as error:
        raise SignatureBroken("the signature is not of this certificate's key") from error
    _take_out(signature)
    found = _hash(etree.tostring(tree, method="c14n", with_comments=False), algorithm)
    if not hmac.compare_digest(b64encode(found).decode("ascii"), digest):
        raise SignatureBroken("the document was altered after it was signed")
    return Signed(xml, digest)


def _claims(info: Element) -> tuple[Algorithm, str]:
    """The algorithm and the digest that are signed, of a signature of the one form that SUNAT wants."""
    algorithm = _which(_only(info, f"{_DS}SignatureMethod").get("Algorithm", ""))
    reference = _only(info, f"{_DS}Reference")
    _expect(reference, "URI", "")
    _expect(_only(reference, f"{_DS}Transforms/{_DS}Transform"), "Algorithm", f"{DS}enveloped-signature")
    _expect(_only(info, f"{_DS}CanonicalizationMethod"), "Algorithm", _C14N)
    _expect(_only(reference, f"{_DS}DigestMethod"), "Algorithm", _DIGESTS[algorithm])
    return algorithm, _text(_only(reference, f"{_DS}DigestValue"))


def _public_key(signature: Element) -> RSAPublicKey:
    shown = _text(_only(signature, f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate"))
    key = x509.load_der_x509_certificate(b64decode(shown)).public_key()
    if not isinstance(key, RSAPublicKey):
        raise SignatureBroken("the certificate's key is not RSA")
    return key


def _only(parent: Element, path: str) -> Element:
    found = parent.findall(path)
    if len(found) != 1:
        raise SignatureBroken(f"{len(found)} elements where one was expected: {path.rpartition('}')[2]}")
    return found[0]


def _expect(element: Element, attribute: str, value: str) -> None:
    if element.get(attribute) != value:
        raise SignatureBroken(f"{attribute} of {etree.QName(element).localname} is not «{value}»")


def _text(element: Element) -> str:
    return "".join((element.text or "").split())


def _which(uri: str) -> Algorithm:
    for name, known in _SIGNATURES.items():
        if uri == known:
            return name
    raise SignatureBroken("the signature's algorithm is not RSA with SHA-256 or SHA-1")


def _take_out(signature: Element) -> None:
    """Remove the signature as the enveloped transform does: what follows it stays."""
    parent, tail = signature.getparent(), signature.tail or ""
    if parent is None:
        return
    before = signature.getprevious()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    signature.tail = None
    parent.remove(signature)
