"""SOAP as SUNAT's services take and give it."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = "http://service.sunat.gob.pe"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_TOKEN = f"{{{SOAP}}}Header/{{{WSSE}}}Security/{{{WSSE}}}UsernameToken"
_RUC = 11


class Exception_(Exception):  # noqa: N801 - SUNAT's own word for an answer that registers nothing
    """An answer by a fault: its code, its text, perhaps a detail."""

    def __init__(self, codigo: int, mensaje: str, detalle: str = "") -> None:
        super().__init__(codigo)
        self.codigo, self.mensaje, self.detalle = codigo, mensaje, detalle


@dataclass(frozen=True)
class Request:
    """A call as it came."""

    operation: str
    fields: Mapping[str, str]
    ruc: str
    usuario: str
    clave: str

    def content(self) -> bytes:
        """The file, out of its base64."""
        try:
            return base64.b64decode(self.fields.get("contentFile", ""), validate=True)
        except binascii.Error:
            raise Exception_(156, "El archivo ZIP esta corrupto") from None


def parse(body: bytes) -> Request:
    """Read a call.

    Raises:
        Exception_: 0101 without a right WS-Security header.
        ValueError: it is no SOAP, or asks for nothing.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("not XML") from error
    call = root.find(f"{{{SOAP}}}Body/*")
    if root.tag != f"{{{SOAP}}}Envelope" or call is None or etree.QName(call).namespace != SERVICE:
        raise ValueError("no call in the envelope")
    user, password = (root.findtext(f"{_TOKEN}/{{{WSSE}}}{name}") for name in ("Username", "Password"))
    if not user or password is None or len(user) <= _RUC:
        raise Exception_(101, "El encabezado de seguridad es incorrecto")
    # SUNAT's schema has the children unqualified: one with a namespace is not seen.
    fields = {each.tag: each.text or "" for each in call if isinstance(each.tag, str) and "{" not in each.tag}
    return Request(etree.QName(call).localname, fields, user[:_RUC], user[_RUC:], password)


def envelope(body: str) -> bytes:
    """A SOAP answer."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soap-env:Envelope xmlns:soap-env="{SOAP}"><soap-env:Header/>'
        f"<soap-env:Body>{body}</soap-env:Body></soap-env:Envelope>"
    ).encode()


def answer(operation: str, inner: str) -> bytes:
    """The response of an operation."""
    return envelope(f'<br:{operation}Response xmlns:br="{SERVICE}">{inner}</br:{operation}Response>')


def delivered(receipt: bytes) -> bytes:
    """sendBill's answer."""
    return answer("sendBill", f"<applicationResponse>{base64.b64encode(receipt).decode()}</applicationResponse>")


def ticketed(ticket: str) -> bytes:
    """sendSummary's answer."""
    return answer("sendSummary", f"<ticket>{ticket}</ticket>")


def status(operation: str, codigo: str, mensaje: str = "", receipt: bytes | None = None) -> bytes:
    """The answer of getStatus and getStatusCdr, which differ by their inner element."""
    inner = "statusCdr" if operation == "getStatusCdr" else "status"
    content = "" if receipt is None else f"<content>{base64.b64encode(receipt).decode()}</content>"
    said = f"<statusMessage>{escape(mensaje)}</statusMessage>" if mensaje else ""
    return answer(operation, f"<{inner}>{content}<statusCode>{codigo}</statusCode>{said}</{inner}>")


def fault(said: Exception_) -> bytes:
    """A fault: exceptions name their code after `Client`, a platform's trouble after `Server`."""
    side = "Server" if said.codigo in {100, 109, *range(130, 139), 200} else "Client"
    text = f"SIMULADOR - {said.mensaje}" + (f" - Detalle: {said.detalle}" if said.detalle else "")
    return envelope(
        f"<soap-env:Fault><faultcode>soap-env:{side}.{said.codigo:04d}</faultcode>"
        f"<faultstring>{escape(text)}</faultstring></soap-env:Fault>"
    )


def internal_error() -> bytes:
    """What the gateway before SUNAT answers to what it does not understand."""
    return (
        f'<?xml version="1.0"?><env:Envelope xmlns:env="{SOAP}"><env:Body><env:Fault><faultcode>env:Client</faultcode>'
        "<faultstring>Internal Error (from client)</faultstring></env:Fault></env:Body></env:Envelope>"
    ).encode()
