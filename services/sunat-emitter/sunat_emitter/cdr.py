"""SUNAT's receipt (CDR, `ApplicationResponse`): taken out of its zip and read, whatever its prefixes and encoding."""

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from lxml import etree

from sunat_emitter.envelope import parse_xml

_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
_ROOT = "{urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2}ApplicationResponse"
_RESPONSE = f"{{{_CAC}}}DocumentResponse/{{{_CAC}}}Response"
_RECIPIENT = f"{{{_CAC}}}DocumentResponse/{{{_CAC}}}RecipientParty/{{{_CAC}}}PartyIdentification/{{{_CBC}}}ID"

LARGEST_XML = 2 * 1024 * 1024
"""Bytes; a real one has about ten thousand."""
_MOST_ENTRIES = 16
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    LookupError,
    RuntimeError,
    ValueError,
)
"""All that `zipfile` raises over bytes that are damaged in the right places."""
_OBSERVATION = re.compile(r"\s*4\d{3}(?!\d)")


class CdrUnreadable(ValueError):
    """The bytes are no zip with a CDR in it."""


@dataclass(frozen=True)
class Cdr:
    """What a CDR says."""

    codigo: int
    """`ResponseCode`: 0 accepted."""
    mensaje: str
    observaciones: tuple[str, ...] = ()
    """`4031 - text`; empty where there is nothing to remark."""
    referencia: str = ""
    """`F001-88`, or a summary's id."""
    receptor: str = ""
    """The customer as SUNAT understood it, `6-20456789120`; often absent."""


def read(content: bytes) -> Cdr:
    """The CDR in a zip.

    Raises:
        CdrUnreadable: no zip, no XML in it, too large, or not an `ApplicationResponse`.
    """
    return read_xml(_unpack(content))


def read_xml(xml: bytes) -> Cdr:
    """A CDR out of its XML, whose encoding is what its own declaration says.

    Raises:
        CdrUnreadable: it is not an `ApplicationResponse` with a response code.
    """
    try:
        root = parse_xml(xml)
    except ValueError as error:
        raise CdrUnreadable(str(error)) from error
    response = root.find(_RESPONSE)
    if root.tag != _ROOT or response is None:
        raise CdrUnreadable("not an ApplicationResponse")
    code = _text(response, "ResponseCode")
    if not code.isdecimal():
        raise CdrUnreadable("no response code")
    notes = ((note.text or "").strip() for note in root.findall(f"{{{_CBC}}}Note"))
    return Cdr(
        codigo=int(code),
        mensaje=_text(response, "Description"),
        observaciones=tuple(note for note in notes if _OBSERVATION.match(note)),
        referencia=_text(response, "ReferenceID"),
        receptor=(root.findtext(_RECIPIENT) or "").strip(),
    )


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(f"{{{_CBC}}}{name}") or "").strip()


def _unpack(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(_entry(archive)) as packed:
            xml = packed.read(LARGEST_XML + 1)  # the size that the zip itself states may be a lie
    except CdrUnreadable:
        raise
    except ZIP_ERRORS as error:
        raise CdrUnreadable("not a readable zip") from error
    if len(xml) > LARGEST_XML:
        raise CdrUnreadable("the XML is too large")
    return xml


def _entry(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The zip's XML; picked by its extension, because SUNAT puts a folder before it."""
    entries = archive.infolist()
    wanted = [each for each in entries if each.filename.lower().endswith(".xml")]
    if not wanted or len(entries) > _MOST_ENTRIES:
        raise CdrUnreadable("no XML in the zip, or too much beside it")
    if wanted[0].compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:  # others take memory as they like
        raise CdrUnreadable("packed in another way than SUNAT's")
    return wanted[0]
