"""Is it valid by SUNAT's XSD, and is its signature whole: checked with other libraries than the emitter's."""

from functools import cache
from pathlib import Path

import xmlsec
from lxml import etree

from tests.support.sunat_simulator.messages import Exception_
from tests.support.sunat_simulator.paper import NS, Node, reject

XSD = Path(__file__).parents[4] / "shared" / "data" / "sunat-xsd"
"""Beside the project; where it is not, the schema is not checked."""
_MAIN = {
    "Invoice": "2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "DebitNote": "2.1/maindoc/UBL-DebitNote-2.1.xsd",
    "SummaryDocuments": "2.0/maindoc/UBL-SummaryDocuments-2.0.xsd",
    "VoidedDocuments": "2.0/maindoc/UBL-VoidedDocuments-2.0.xsd",
}


@cache
def _schema(name: str) -> etree.XMLSchema | None:
    path = XSD / _MAIN[name]
    return etree.XMLSchema(etree.parse(path)) if path.exists() else None


def check_schema(paper: Node) -> None:
    """Valid by the XSD of its kind.

    Raises:
        Exception_: 0306, with the schema's first complaint.
    """
    schema = _schema(paper.name) if paper.name in _MAIN else None
    if schema is None:
        return
    try:
        schema.assertValid(paper.element.getroottree())
    except etree.DocumentInvalid as error:
        raise Exception_(306, "No se puede leer (parsear) el archivo XML", str(error)) from None


def check_signature(xml: bytes) -> None:
    """Signed by the key of the certificate that it shows, and not changed since.

    Raises:
        Rejection: 2335.
    """
    root = etree.fromstring(xml)
    place = "ext:UBLExtensions/ext:UBLExtension[1]/ext:ExtensionContent/ds:Signature"
    signature = root.find(place, NS)
    certificate = root.findtext(f"{place}/ds:KeyInfo/ds:X509Data/ds:X509Certificate", None, NS)
    if signature is None or not certificate:
        reject(2335, "El documento electronico ingresado ha sido alterado: no tiene firma")
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate.strip()}\n-----END CERTIFICATE-----\n".encode()
    try:
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
        context.verify(signature)
    except xmlsec.Error:
        reject(2335, "El documento electronico ingresado ha sido alterado")
