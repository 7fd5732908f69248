"""SOAP 1.1 as SUNAT speaks it: requests with WS-Security, the zip of one document, and what an answer's bytes say."""

import base64
import binascii
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = "http://service.sunat.gob.pe"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PASSWORD_TEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105 - a type's name

_MASK = "***"
_CODE_IN_FAULTCODE = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_CODE_IN_FAULTSTRING = re.compile(r"\s*(?:[A-Za-z:._-]+[.:\s]\s*)?(\d{4})(?!\d)")
"""At its beginning, perhaps after one word: a number further on is part of the text."""


@dataclass(frozen=True)
class Sol:
    """The issuer's SOL account, which SUNAT knows senders by."""

    ruc: str
    usuario: str
    clave: str = field(repr=False)

    @property
    def masked(self) -> "Sol":
        """The same without what opens the account."""
        return replace(self, usuario=_MASK, clave=_MASK)


@dataclass(frozen=True)
class Delivered:
    """sendBill was answered: a zip with the CDR."""

    content: bytes


@dataclass(frozen=True)
class Ticketed:
    """sendSummary was answered: ask again with this ticket."""

    ticket: str


@dataclass(frozen=True)
class Status:
    """getStatus, getStatusCdr or a consult was answered."""

    codigo: int
    mensaje: str = ""
    content: bytes | None = None


@dataclass(frozen=True)
class Fault:
    """SUNAT, or what stands before it, says no. `codigo` is None where it gives no number."""

    codigo: int | None
    mensaje: str


@dataclass(frozen=True)
class Unusable:
    """No answer that means anything. `sent` is False where the request surely never reached SUNAT."""

    reason: str
    """`unreachable`, `timeout`, `broken`, `too_large`, `http_503`, `empty`, `malformed`…"""
    sent: bool = True


Reply = Delivered | Ticketed | Status | Fault | Unusable


class _NotSoap(Exception):
    """The bytes are no SOAP envelope."""


def zip_of(name: str, xml: bytes) -> bytes:
    """A zip with exactly one entry, `<name>.xml`; the same bytes for the same document each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(f"{name}.xml")
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, xml)
    return packed.getvalue()


def request(operation: str, fields: Mapping[str, str | bytes], sol: Sol) -> bytes:
    """The envelope of a call; bytes among `fields` go in base64. The operation's children have no namespace.

    Raises:
        ValueError: a value holds characters that XML cannot.
    """
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP, "ser": SERVICE})
    header = etree.SubElement(envelope, f"{{{SOAP}}}Header")
    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE})
    token = etree.SubElement(security, f"{{{WSSE}}}UsernameToken")
    etree.SubElement(token, f"{{{WSSE}}}Username").text = sol.ruc + sol.usuario
    etree.SubElement(token, f"{{{WSSE}}}Password", Type=PASSWORD_TEXT).text = sol.clave
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    call = etree.SubElement(body, f"{{{SERVICE}}}{operation}")
    for name, value in fields.items():
        text = base64.b64encode(value).decode() if isinstance(value, bytes) else value
        etree.SubElement(call, name).text = text
    return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)


def parse_xml(content: bytes) -> etree._Element:
    """XML from outside: no entities, no document type, no network.

    Raises:
        ValueError: it is not such XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("not XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("a document type is not accepted")
    return root


def read_reply(status: int, body: bytes) -> Reply:
    """What an HTTP answer says. A fault counts as one whatever its HTTP status is."""
    try:
        answer = _answer_in(body)
    except _NotSoap:
        if status != HTTPStatus.OK:
            return Unusable(f"http_{status}")
        return Unusable("malformed" if body.strip() else "empty")
    if answer.tag == f"{{{SOAP}}}Fault":
        return _fault(answer)
    if status != HTTPStatus.OK:
        return Unusable(f"http_{status}")
    try:
        return _read(answer)
    except (ValueError, binascii.Error):
        return Unusable("malformed")


def _answer_in(body: bytes) -> etree._Element:
    try:
        root = parse_xml(body.strip())
    except ValueError:
        raise _NotSoap from None
    answer = root.find(f"{{{SOAP}}}Body/*")
    if root.tag != f"{{{SOAP}}}Envelope" or answer is None:
        raise _NotSoap
    return answer


def _read(answer: etree._Element) -> Reply:
    texts = {etree.QName(each).localname: (each.text or "").strip() for each in answer.iter("*")}
    content = base64.b64decode(texts.get("applicationResponse") or texts.get("content") or "", validate=False)
    match etree.QName(answer).localname:
        case "sendBillResponse":
            return Delivered(content) if content else Unusable("empty")
        case "sendSummaryResponse":
            return Ticketed(texts["ticket"]) if texts.get("ticket") else Unusable("empty")
        case "getStatusResponse" | "getStatusCdrResponse":
            return Status(int(texts.get("statusCode", "")), texts.get("statusMessage", ""), content or None)
        case _:
            return Unusable("malformed")


def _fault(fault: etree._Element) -> Fault:
    code, text = ((fault.findtext(name) or "").strip() for name in ("faultcode", "faultstring"))
    detail = " ".join(" ".join(each.text or "" for part in fault.findall("detail") for each in part.iter("*")).split())
    found = _CODE_IN_FAULTCODE.search(code) or _CODE_IN_FAULTSTRING.match(text)
    told = detail if detail and (not text or text.isdecimal()) else text
    return Fault(int(found[1]) if found else None, told or code)
