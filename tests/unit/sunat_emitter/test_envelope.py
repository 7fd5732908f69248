"""SOAP as SUNAT speaks it: what is sent, and what each answer says."""

import base64
import io
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from shared.contracts.sunat.emisores import EmisorInput
from sunat_emitter.envelope import (
    PASSWORD_TEXT,
    SERVICE,
    SOAP,
    WSSE,
    Delivered,
    Fault,
    Reply,
    Sol,
    Status,
    Ticketed,
    Unusable,
    parse_xml,
    read_reply,
    request,
    zip_of,
)

SOL = Sol("20123456786", "MODDATOS", 'a&b<c>"ñ')


def soap(body: str, prefix: str = "soap-env") -> bytes:
    return (
        f'<{prefix}:Envelope xmlns:{prefix}="{SOAP}"><{prefix}:Body>{body}</{prefix}:Body></{prefix}:Envelope>'.encode()
    )


def fault(code: str, text: str, detail: str = "") -> bytes:
    return soap(
        f"<soap-env:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring>{detail}</soap-env:Fault>"
    )


def answer(operation: str, inner: str) -> bytes:
    return soap(f'<br:{operation}Response xmlns:br="{SERVICE}">{inner}</br:{operation}Response>')


def test_the_user_is_ruc_and_sol_user_and_every_character_of_the_password_arrives() -> None:
    root = etree.fromstring(request("getStatus", {"ticket": "1"}, SOL))
    token = root.find(f"{{{SOAP}}}Header/{{{WSSE}}}Security/{{{WSSE}}}UsernameToken")
    assert token is not None
    assert token.findtext(f"{{{WSSE}}}Username") == "20123456786MODDATOS"
    password = token.find(f"{{{WSSE}}}Password")
    assert password is not None
    assert (password.text, password.get("Type")) == ('a&b<c>"ñ', PASSWORD_TEXT)


@given(st.text(st.characters(codec="utf-8"), max_size=20))
@example("s3cr3t\x00")
@example("\ufffe")
@example("\x85")
def test_every_account_that_is_taken_can_be_written(clave: str) -> None:
    try:
        taken = EmisorInput(ruc=SOL.ruc, razon_social="MI EMPRESA", ubigeo="150101", sol_usuario="U", sol_clave=clave)
    except ValidationError:
        assert not clave.isprintable() or not clave
        return
    sent = etree.fromstring(request("sendBill", {}, Sol(taken.ruc, "U", taken.sol_clave or "")))
    assert sent.findtext(f".//{{{WSSE}}}Password") == clave


def test_the_operation_is_in_sunats_namespace_and_its_children_in_none() -> None:
    root = etree.fromstring(request("sendBill", {"fileName": "x.zip", "contentFile": b"\x00\xff"}, SOL))
    call = root.find(f"{{{SOAP}}}Body/{{{SERVICE}}}sendBill")
    assert call is not None
    assert [(each.tag, each.text) for each in call] == [("fileName", "x.zip"), ("contentFile", "AP8=")]


def test_a_masked_request_holds_neither_user_nor_password() -> None:
    content = request("getStatus", {"ticket": "1"}, SOL.masked)
    assert b"MODDATOS" not in content
    assert b"a&amp;b" not in content
    assert b"20123456786" in content
    assert "a&b" not in repr(SOL)


@given(st.binary(max_size=4000))
def test_the_zip_holds_exactly_the_document_and_is_the_same_each_time(xml: bytes) -> None:
    packed = zip_of("20123456786-01-F001-88", xml)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["20123456786-01-F001-88.xml"]
        assert archive.read("20123456786-01-F001-88.xml") == xml
    assert zip_of("20123456786-01-F001-88", xml) == packed


PACKED = base64.b64encode(b"a zip").decode()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, answer("sendBill", f"<applicationResponse>{PACKED}</applicationResponse>"), Delivered(b"a zip")),
        (200, answer("sendBill", f"<applicationResponse>\n {PACKED}\n</applicationResponse>"), Delivered(b"a zip")),
        (200, answer("sendBill", "<applicationResponse/>"), Unusable("empty")),
        (200, answer("sendBill", "<applicationResponse>%%</applicationResponse>"), Unusable("empty")),
        (200, answer("sendBill", "<applicationResponse>abc</applicationResponse>"), Unusable("malformed")),
        (200, answer("sendSummary", "<ticket>1699999999999</ticket>"), Ticketed("1699999999999")),
        (200, answer("sendSummary", "<ticket/>"), Unusable("empty")),
        (200, answer("getStatus", "<status><statusCode>98</statusCode></status>"), Status(98)),
        (200, answer("getStatus", "<status><statusCode>0098</statusCode></status>"), Status(98)),
        (
            200,
            answer("getStatus", f"<status><content>{PACKED}</content><statusCode>99</statusCode></status>"),
            Status(99, "", b"a zip"),
        ),
        (
            200,
            answer(
                "getStatusCdr",
                f"<statusCdr><content>{PACKED}</content><statusCode>0004</statusCode>"
                "<statusMessage>La constancia existe</statusMessage></statusCdr>",
            ),
            Status(4, "La constancia existe", b"a zip"),
        ),
        (200, answer("getStatus", "<status><statusCode>done</statusCode></status>"), Unusable("malformed")),
        (200, answer("somethingElse", "<a/>"), Unusable("malformed")),
        (200, b"", Unusable("empty")),
        (200, b"  \n", Unusable("empty")),
        (200, b"<html><body>Bienvenido</body></html>", Unusable("malformed")),
        (200, soap(""), Unusable("malformed")),
        (502, b"<html><h1>502 Bad Gateway</h1>", Unusable("http_502")),
        (503, b"<html><body>Service Unavailable</body></html>", Unusable("http_503")),
        (401, b"", Unusable("http_401")),
        (500, answer("sendBill", f"<applicationResponse>{PACKED}</applicationResponse>"), Unusable("http_500")),
    ],
)
def test_an_answer_is_read(status: int, body: bytes, expected: Reply) -> None:
    assert read_reply(status, body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            fault("soap-env:Client.0111", "No tiene el perfil - Detalle: x"),
            Fault(111, "No tiene el perfil - Detalle: x"),
        ),
        (fault("soap-env:Client.2335", "El documento ha sido alterado"), Fault(2335, "El documento ha sido alterado")),
        (fault("soap-env:Server", "0100"), Fault(100, "0100")),
        (
            fault("soap-env:Client", "1033", "<detail><message>El comprobante fue registrado</message></detail>"),
            Fault(1033, "El comprobante fue registrado"),
        ),
        (
            fault("soap-env:Server", "0100 - El sistema no puede responder"),
            Fault(100, "0100 - El sistema no puede responder"),
        ),
        (fault("soap-env:Server", "Client.0102"), Fault(102, "Client.0102")),
        (fault("env:Client", "Internal Error (from client)"), Fault(None, "Internal Error (from client)")),
        (fault("ns0:Server", "El RUC 20123456786 no responde"), Fault(None, "El RUC 20123456786 no responde")),
        (fault("soap-env:Server", "Try again in 2026"), Fault(None, "Try again in 2026")),
        (fault("soap-env:Server", ""), Fault(None, "soap-env:Server")),
    ],
)
@pytest.mark.parametrize("status", [200, 500])
def test_a_faults_code_is_in_its_faultcode_or_at_the_beginning_of_its_text(
    status: int, body: bytes, expected: Fault
) -> None:
    assert read_reply(status, body) == expected


def test_any_prefix_and_a_fault_in_another_encoding_are_understood() -> None:
    text = fault("soap-env:Client.0104", "La clave del año es incorrecta").decode().replace("soap-env", "S")
    latin = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + text.encode("iso-8859-1")
    assert read_reply(500, latin) == Fault(104, "La clave del año es incorrecta")


def test_a_document_type_is_refused_so_that_no_entity_is_expanded() -> None:
    with pytest.raises(ValueError, match="document type"):
        parse_xml(b'<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>')


@given(st.binary(max_size=300), st.sampled_from([200, 404, 500, 503]))
def test_no_bytes_whatever_raise(body: bytes, status: int) -> None:
    assert isinstance(read_reply(status, body), Unusable)
