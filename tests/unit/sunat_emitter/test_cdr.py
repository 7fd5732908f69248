"""SUNAT's receipts in every shape that was seen."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunat_emitter import cdr
from sunat_emitter.cdr import Cdr, CdrUnreadable

_AR = "urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2"
_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"

PREFIXED = f"""<ar:ApplicationResponse xmlns:ar="{_AR}" xmlns:cac="{_CAC}" xmlns:cbc="{_CBC}">
<cbc:ID>1</cbc:ID><cbc:IssueDate></cbc:IssueDate><cbc:Note>4031 - Debe indicar el año</cbc:Note>
<cbc:Note>hola</cbc:Note>
<cac:DocumentResponse><cac:Response><cbc:ReferenceID>F001-88</cbc:ReferenceID><cbc:ResponseCode>0</cbc:ResponseCode>
<cbc:Description>La Factura numero F001-88, ha sido aceptada</cbc:Description></cac:Response>
<cac:RecipientParty><cac:PartyIdentification><cbc:ID>6-20456789120</cbc:ID></cac:PartyIdentification></cac:RecipientParty>
</cac:DocumentResponse></ar:ApplicationResponse>"""
DEFAULT = PREFIXED.replace("ar:", "").replace("xmlns:ar=", "xmlns=").replace("xmlns:ApplicationResponse", "xmlns")
DEFAULT_IS_CBC = PREFIXED.replace("cbc:", "").replace("xmlns:cbc", "xmlns")
READ = Cdr(
    0,
    "La Factura numero F001-88, ha sido aceptada",
    ("4031 - Debe indicar el año",),
    "F001-88",
    "6-20456789120",
)


def packed(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("text", [PREFIXED, DEFAULT, DEFAULT_IS_CBC], ids=["ar", "default", "default-is-cbc"])
@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
def test_prefixes_and_encoding_do_not_matter(text: str, encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}" standalone="no"?>\n{text}'.encode(encoding)
    assert cdr.read(packed(("dummy/", b""), ("R-20123456786-01-F001-88.xml", xml))) == READ


def test_the_receipt_is_found_by_its_extension_wherever_it_stands() -> None:
    xml = PREFIXED.encode()
    assert cdr.read(packed(("R-x.XML", xml), ("dummy/", b""))).codigo == 0


def test_a_code_of_rejection_and_no_remark() -> None:
    xml = (
        PREFIXED.replace("ResponseCode>0<", "ResponseCode>2017<").replace("4031 - Debe indicar el año", "nota").encode()
    )
    assert (cdr.read_xml(xml).codigo, cdr.read_xml(xml).observaciones) == (2017, ())


def packed_by_lzma() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("R-x.xml", PREFIXED.encode())
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        packed_by_lzma(),
        b"",
        b"PK\x03\x04 no zip",
        packed(("dummy/", b"")),
        packed(("R-x.xml", b"<a/>")),
        packed(("R-x.xml", b"not xml")),
        packed(("R-x.xml", PREFIXED.replace("<cbc:ResponseCode>0</cbc:ResponseCode>", "").encode())),
        packed(("R-x.xml", b'<!DOCTYPE a [<!ENTITY b "c">]>' + PREFIXED.encode())),
        packed(*((f"{number}.xml", b"") for number in range(17))),
        packed(("R-x.xml", b" " * (cdr.LARGEST_XML + 1))),
        packed(("R-x.xml", PREFIXED.encode()))[:-30],
    ],
    ids=["lzma", "empty", "no-zip", "no-xml", "other-xml", "garbage", "no-code", "doctype", "entries", "bomb", "cut"],
)
def test_what_is_no_receipt_is_said_to_be_unreadable(content: bytes) -> None:
    with pytest.raises(CdrUnreadable):
        cdr.read(content)


WHOLE = packed(("dummy/", b""), ("R-x.xml", PREFIXED.encode()))
HEADERS = sorted({at + place for at in range(len(WHOLE)) if WHOLE[at : at + 2] == b"PK" for place in range(20)})


@given(st.data())
def test_a_receipt_with_any_bytes_changed_is_read_or_unreadable(data: st.DataObject) -> None:
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        position = data.draw(st.integers(0, len(content) - 1) | st.sampled_from(HEADERS))
        content[position] = data.draw(st.integers(0, 255))
    with contextlib.suppress(CdrUnreadable):
        assert isinstance(cdr.read(bytes(content)), Cdr)
