"""Comprobantes by e-mail, over real SMTP: what arrives, once, and what becomes of what does not."""

import asyncio
import ssl
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from shared.bus import Bus, Subscription
from shared.contracts.sunat.impresos import (
    CorreoInput,
    CorreoRequested,
    CorreoShown,
    CorreosShown,
    Impreso,
    ListCorreos,
    ReadCorreo,
    ReadPdf,
    SendCorreo,
)
from shared.errors import Refused, Unavailable
from shared.mongo import Database
from sunat_emitter.correos import deliver_correo, list_correos, read_correo, send_correo, tell_correos_once
from sunat_emitter.deps import Deps
from sunat_emitter.impresos import read_pdf
from tests.support.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.support.printing import CDR, SENDER, issued, with_mail
from tests.support.sunat import COMPANY, SilentBus, emitter, invoice, sell, set_up, settle
from tests.support.waiting import until

TO = "cliente@example.com"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


async def ask(deps: Deps, request_id: str = "request-1", clave: str | None = None, **said: Any) -> CorreoShown:
    call = SendCorreo(
        request_id=request_id,
        origin="gateway-test",
        company=COMPANY,
        impreso=Impreso(clase="venta", id=1),
        correo=CorreoInput.model_validate({"to": TO, **said}),
        clave=clave,
    )
    answer = (await send_correo(call, deps)).answer
    assert isinstance(answer, CorreoShown)
    return answer


async def deliver(deps: Deps, correo: CorreoShown) -> CorreoShown:
    """What the event's handler makes of it."""
    event = CorreoRequested(request_id="request-1", origin="gateway-test", correo_id=correo.id)
    assert await deliver_correo(event, deps) == []
    return await stands(deps, correo)


async def stands(deps: Deps, correo: CorreoShown) -> CorreoShown:
    answer = (await read_correo(ReadCorreo(company=COMPANY, id=correo.id), deps)).answer
    assert isinstance(answer, CorreoShown)
    return answer


async def test_a_customer_gets_the_pdf_the_xml_and_the_receipt(database: Database, server: MailServer) -> None:
    deps, shown = await issued(database)
    deps = with_mail(deps, database, server.port)
    asked = await ask(deps, asunto="Comprobante Electrónico F001-1", mensaje="Adjuntamos su comprobante: ñandú.")
    names = ("F001-1.pdf", f"{shown.nombre_archivo}.xml", f"R-{shown.nombre_archivo}.zip")
    assert (asked.estado, asked.destinatario, asked.archivos_adjuntos) == ("PENDIENTE", TO, names)
    sent = await deliver(deps, asked)
    assert (sent.estado, sent.motivo, sent.archivos_adjuntos) == ("ENVIADO", None, names)
    assert sent.fecha_envio is not None
    (message,) = server.messages
    assert server.recipients == [TO]
    assert message["Subject"] == "Comprobante Electrónico F001-1"
    assert (message["From"], message["To"]) == (f"MI EMPRESA SAC <{SENDER}>", TO)
    assert message["Reply-To"] == "MI EMPRESA SAC <facturacion@miempresa.com>"
    body = message.get_body()
    assert body is not None
    assert body.get_content().strip() == "Adjuntamos su comprobante: ñandú."
    files = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert tuple(files) == names
    text = pypdfium2.PdfDocument(files[names[0]])[0].get_textpage().get_text_bounded()
    assert "3,050.30" in text
    assert files[names[1]] == await deps.archivos.read(names[1])
    assert files[names[2]] == CDR


async def test_words_may_be_left_out_and_a_pending_one_goes_without_receipt(
    database: Database, server: MailServer
) -> None:
    deps = await emitter(database)
    await set_up(deps)
    await invoice(deps, (await sell(deps)).id)
    deps = with_mail(deps, database, server.port)
    sent = await deliver(deps, await ask(deps))
    assert [Path(name).suffix for name in sent.archivos_adjuntos] == [".pdf", ".xml"]
    assert server.messages[0]["Subject"] == "Comprobante Electrónico F001-1"


async def test_an_event_that_comes_again_sends_nothing_again(database: Database, server: MailServer) -> None:
    deps, _ = await issued(database)
    deps = with_mail(deps, database, server.port)
    asked = await ask(deps)
    for _ in range(3):
        assert (await deliver(deps, asked)).estado == "ENVIADO"
    assert len(server.messages) == 1


async def test_a_request_that_is_repeated_with_its_key_sends_once(database: Database, server: MailServer) -> None:
    bus = SilentBus()
    deps, _ = await issued(database, bus)
    deps = with_mail(deps, database, server.port)
    asked = [await ask(deps, f"request-{number}", clave="key") for number in range(3)]
    assert len({each.id for each in asked}) == 1
    for each in asked:
        await deliver(deps, each)
    assert len(server.messages) == 1
    again = await ask(deps, "request-9", clave="key")
    assert again.estado == "ENVIADO"
    with pytest.raises(Refused, match="CLAVE_REUTILIZADA"):
        await ask(deps, "request-10", clave="key", to="otra@example.com")
    assert (await ask(deps, "request-11")).id != again.id


async def test_a_refusal_for_good_ends_it_with_the_reason(database: Database, server: MailServer) -> None:
    deps, shown = await issued(database)
    deps = with_mail(deps, database, server.port)
    server.answers = ["550 5.1.1 No existe ese buzón".encode().decode("ascii", "ignore")]
    failed = await deliver(deps, await ask(deps))
    assert failed.estado == "FALLIDO"
    assert failed.motivo is not None
    assert failed.motivo.startswith("550 5.1.1")
    assert failed.fecha_envio is None
    server.data_answers = ["554 5.7.1 Spam"]
    assert (await deliver(deps, await ask(deps, "request-2"))).motivo == "554 5.7.1 Spam"
    assert server.messages == []
    call = ListCorreos(company=COMPANY, impreso=Impreso(clase="venta", id=1))
    answer = (await list_correos(call, deps)).answer
    assert isinstance(answer, CorreosShown)
    assert [(each.estado, each.motivo) for each in answer.correos] == [
        ("FALLIDO", "554 5.7.1 Spam"),
        ("FALLIDO", failed.motivo),
    ]
    assert shown.estado_sunat == "PENDIENTE"


async def test_what_is_put_off_stays_and_goes_out_later(database: Database, server: MailServer) -> None:
    deps, _ = await issued(database)
    deps = with_mail(deps, database, server.port)
    asked = await ask(deps)
    server.answers = ["451 4.7.1 Greylisted for cliente@example.com"]
    with capture_logs() as logs, pytest.raises(Unavailable) as put_off:
        await deliver(deps, asked)
    waiting = await stands(deps, asked)
    assert (waiting.estado, waiting.motivo) == ("PENDIENTE", "El servidor de correo pidió esperar (451)")
    said = "".join(traceback.format_exception(put_off.value)) + str(logs)
    assert TO not in said
    assert (await deliver(deps, asked)).estado == "ENVIADO"
    assert len(server.messages) == 1


async def test_no_mail_server_at_the_other_end_is_tried_again(database: Database) -> None:
    deps, _ = await issued(database)
    with mail_server() as gone:
        port = gone.port
    deps = with_mail(deps, database, port)
    with pytest.raises(Unavailable):
        await deliver(deps, await ask(deps))


async def test_two_workers_never_send_the_same(database: Database, server: MailServer) -> None:
    deps, _ = await issued(database)
    deps = with_mail(deps, database, server.port)
    asked = await ask(deps)
    results = await asyncio.gather(*(deliver(deps, asked) for _ in range(6)), return_exceptions=True)
    assert len(server.messages) == 1
    assert all(isinstance(each, CorreoShown | Unavailable) for each in results)


async def test_a_crash_in_the_middle_leaves_it_to_the_next_try(database: Database, server: MailServer) -> None:
    moment = [datetime.now(UTC)]
    deps, _ = await issued(database, now=lambda: moment[0])
    deps = with_mail(deps, database, server.port)
    asked = await ask(deps)
    assert deps.correspondencia is not None
    await deps.correspondencia.correos.claim(asked.id, moment[0], moment[0] + deps.correspondencia.lease)
    with pytest.raises(Unavailable):
        await deliver(deps, asked)
    moment[0] += deps.correspondencia.lease + timedelta(seconds=1)
    assert (await deliver(deps, asked)).estado == "ENVIADO"


async def test_what_a_broken_broker_left_untold_is_told(database: Database, server: MailServer) -> None:
    bus = SilentBus()
    moment = [datetime.now(UTC)]
    deps, _ = await issued(database, bus, now=lambda: moment[0])
    deps = with_mail(deps, database, server.port)
    bus.down = True
    asked = await ask(deps)
    bus.down, bus.published = False, []
    assert await tell_correos_once(deps) == 0
    moment[0] += timedelta(minutes=1)
    assert await tell_correos_once(deps) == 1
    assert [event.correo_id for event in bus.published if isinstance(event, CorreoRequested)] == [asked.id]
    assert await tell_correos_once(deps) == 0


async def test_without_a_mail_server_or_a_valid_comprobante_it_is_refused(
    database: Database, server: MailServer
) -> None:
    deps, shown = await issued(database)
    with pytest.raises(Refused, match="CORREO_NO_CONFIGURADO"):
        await ask(with_mail(deps, database, None))
    deps = with_mail(deps, database, server.port)
    await settle(deps, shown.nombre_archivo, "RECHAZADO", "2017")
    with pytest.raises(Refused, match="COMPROBANTE_RECHAZADO"):
        await ask(deps)
    await sell(deps)
    call = ReadPdf(company=COMPANY, impreso=Impreso(clase="venta", id=2))
    with pytest.raises(Refused, match="COMPROBANTE_NO_ENCONTRADO"):
        await read_pdf(call, deps)


@pytest.mark.parametrize(
    "to", ["", "x", "a@b", "a b@example.com", "a@example.com\r\nBcc: b@example.com", "Ana <a@example.com>", "a@b..com"]
)
def test_what_is_no_address_is_refused(to: str) -> None:
    with pytest.raises(ValueError, match="to"):
        CorreoInput(to=to)


async def test_a_subject_cannot_bring_headers_along(database: Database, server: MailServer) -> None:
    deps, _ = await issued(database)
    deps = with_mail(deps, database, server.port)
    await deliver(deps, await ask(deps, asunto="Hola\r\nBcc: otro@example.com\x00", mensaje="línea\r\n.\r\nfin"))
    (message,) = server.messages
    assert message["Subject"] == "Hola Bcc: otro@example.com"
    assert message["Bcc"] is None
    assert server.recipients == [TO]


def _self_signed(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context, and a client's that trusts it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    file.write_bytes(
        certificate.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(file)
    return serving, ssl.create_default_context(cafile=str(file))


async def test_tls_and_the_login_are_used_and_strangers_get_nothing(database: Database, tmp_path: Path) -> None:
    serving, trusting = _self_signed(tmp_path)
    deps, _ = await issued(database)
    login = {"security": "starttls", "user": USER, "password": PASSWORD}
    with mail_server(serving, login=True) as server:
        trusted = with_mail(deps, database, server.port, **login, tls=trusting)
        assert (await deliver(trusted, await ask(trusted))).estado == "ENVIADO"
        stranger = with_mail(deps, database, server.port, **login)
        with pytest.raises(Unavailable, match="cannot be used"):
            await deliver(stranger, await ask(stranger, "request-2"))
        wrong = with_mail(deps, database, server.port, **{**login, "password": "otra"}, tls=trusting)
        with pytest.raises(Unavailable, match="does not know our user"):
            await deliver(wrong, await ask(wrong, "request-3"))
        assert len(server.messages) == 1


async def test_over_the_bus_an_e_mail_climbs_the_ladder(
    database: Database, rabbitmq_url: str, server: MailServer
) -> None:
    bus = Bus(rabbitmq_url, service="sunat-emitter", origin="sunat-emitter-mail")
    deps, _ = await issued(database)
    deps = replace(with_mail(deps, database, server.port), bus=bus)
    bus.add(Subscription(CorreoRequested, deliver_correo), deps)
    await bus.start()
    try:
        await bus.wait_until_connected(30)
        server.answers = ["421 4.3.2 Not now"]
        asked = await ask(deps)

        async def sent() -> bool:
            return (await stands(deps, asked)).estado == "ENVIADO"

        await until(sent, seconds=40)
        assert len(server.messages) == 1
    finally:
        await bus.close(drain_seconds=1)
