"""Secrets: sealed to their place, opened by older keys, replaced by the command; certificates out of .pfx files."""

import base64
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.contracts.sunat.emisores import UploadCertificado, WriteEmisor
from shared.errors import Refused
from shared.mongo import Database
from sunat_emitter.certificates import pack, read_pfx, unpack
from sunat_emitter.command import OK, SOME_LEFT, reseal
from sunat_emitter.emisores import issuer_of
from sunat_emitter.settings import SealSettings
from sunat_emitter.vault import Unsealable, Vault, parse_key
from tests.support.sunat import COMPANY, PASSWORD, SEAL_KEY, emitter, pfx, set_up

NOW = datetime.now(UTC)
OTHER_KEY = bytes(reversed(SEAL_KEY))


@given(secret=st.binary(max_size=2000), place=st.text(max_size=50))
def test_a_secret_opens_at_its_place_alone(secret: bytes, place: str) -> None:
    vault = Vault(SEAL_KEY)
    sealed = vault.seal(secret, place)
    assert vault.open(sealed, place) == secret
    assert vault.seal(secret, place) != sealed
    with pytest.raises(Unsealable):
        vault.open(sealed, f"{place}x")


def test_a_changed_secret_does_not_open() -> None:
    vault = Vault(SEAL_KEY)
    sealed = vault.seal(b"moddatos", "here")
    head, _, text = sealed.rpartition(":")
    content = bytearray(base64.b64decode(text))
    content[-1] ^= 1
    for broken in (f"{head}:{base64.b64encode(content).decode()}", f"{head}:", head, "", "v2:x:y"):
        with pytest.raises(Unsealable, match=r"changed in the database.* upload the certificate or SOL password again"):
            vault.open(broken, "here")


def test_what_a_missing_key_sealed_names_that_key_and_the_settings_where_it_belongs() -> None:
    sealed = Vault(OTHER_KEY).seal(b"moddatos", "here")
    with pytest.raises(Unsealable) as error:
        Vault(SEAL_KEY).open(sealed, "here")
    key_id = sealed.split(":")[1]
    named = f"sealed with key `{key_id}`, which is neither SUNAT_SEAL_KEY nor among SUNAT_OLD_SEAL_KEYS"
    assert named in str(error.value)
    assert OTHER_KEY.hex() not in str(error.value)


def test_an_older_key_opens_and_only_the_first_seals() -> None:
    sealed = Vault(OTHER_KEY).seal(b"moddatos", "here")
    both = Vault(SEAL_KEY, [OTHER_KEY])
    assert both.open(sealed, "here") == b"moddatos"
    assert not both.is_current(sealed)
    assert both.is_current(both.seal(b"moddatos", "here"))
    with pytest.raises(Unsealable):
        Vault(SEAL_KEY).open(sealed, "here")


@pytest.mark.parametrize(
    "text", [SEAL_KEY.hex(), base64.b64encode(SEAL_KEY).decode(), base64.urlsafe_b64encode(SEAL_KEY).decode()]
)
def test_a_key_is_written_in_base64_or_hexadecimal(text: str) -> None:
    assert parse_key(f" {text}\n") == SEAL_KEY


@pytest.mark.parametrize("text", ["", "short", "zz" * 32, SEAL_KEY.hex()[:-2], base64.b64encode(b"x" * 31).decode()])
def test_a_wrong_key_stops_the_start_without_being_shown(text: str) -> None:
    with pytest.raises(ValidationError) as error:
        SealSettings.model_validate({"sunat_seal_key": text})
    assert "32 bytes" in str(error.value)
    assert not text or text not in str(error.value)


async def test_reseal_replaces_what_an_older_key_sealed(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    deps = await emitter(database)
    await set_up(deps)
    await set_up(deps, "company:other", ruc="20456789120")
    assert await reseal(database, Vault(OTHER_KEY)) == SOME_LEFT
    rotated = Vault(OTHER_KEY, [SEAL_KEY])
    assert await reseal(database, rotated) == OK
    assert await reseal(database, rotated) == OK
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "reseal: 2 issuers resealed, 0 left",
        "reseal: 0 issuers resealed, 0 left",
    ]
    emisor = await issuer_of(COMPANY, deps)
    assert emisor.sol_clave is not None
    assert emisor.certificado is not None
    assert Vault(OTHER_KEY).open(emisor.sol_clave, emisor.clave_place) == b"moddatos"
    assert unpack(Vault(OTHER_KEY).open(emisor.certificado.sellado, emisor.certificado_place)).propietario


def test_a_pfx_gives_its_owner_and_its_last_day() -> None:
    certificate = read_pfx(pfx(), PASSWORD, NOW)
    assert certificate.propietario == "MI EMPRESA SAC"
    assert (certificate.valid_until - NOW).days in {364, 365}
    again = unpack(pack(certificate))
    assert (again.der, again.key.private_numbers()) == (certificate.der, certificate.key.private_numbers())


def test_a_pfx_with_the_old_ciphers_is_read(tmp_path: Path) -> None:
    """Peru's certification bodies hand out files of RC2 and 3DES."""
    make = "req -x509 -newkey rsa:2048 -keyout key.pem -out cert.pem -days 30 -nodes -subj /O=ANTIGUA/CN=20123456786"
    ciphers = "-legacy -certpbe PBE-SHA1-RC2-40 -keypbe PBE-SHA1-3DES"
    export = f"pkcs12 -export {ciphers} -inkey key.pem -in cert.pem -out old.pfx -passout pass:secreto"
    for step in (make, export):
        done = subprocess.run(["openssl", *step.split()], cwd=tmp_path, capture_output=True, check=False)  # noqa: S603, S607 - a fixed command
        if done.returncode:
            pytest.skip("no OpenSSL program that writes the old ciphers")
    assert read_pfx((tmp_path / "old.pfx").read_bytes(), "secreto", datetime.now(UTC)).propietario == "ANTIGUA"


@pytest.mark.parametrize(
    ("content", "password", "code"),
    [
        (pfx(), "otra", "CERTIFICADO_ILEGIBLE"),
        (pfx(), "", "CERTIFICADO_ILEGIBLE"),
        (b"not a pfx", PASSWORD, "CERTIFICADO_ILEGIBLE"),
        (pfx()[:500], PASSWORD, "CERTIFICADO_ILEGIBLE"),
        (pfx(days=-1), PASSWORD, "CERTIFICADO_INVALIDO"),
        (pfx(days=30, starts=5), PASSWORD, "CERTIFICADO_INVALIDO"),
        (pfx(curve=True), PASSWORD, "CERTIFICADO_INVALIDO"),
    ],
    ids=["another password", "no password", "no pfx", "cut", "expired", "not valid yet", "no RSA key"],
)
def test_a_certificate_that_cannot_sign_is_refused(content: bytes, password: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_pfx(content, password, NOW)
    assert refusal.value.code == code


async def test_no_secret_stands_in_the_database_or_in_a_calls_text(database: Database) -> None:
    deps = await emitter(database)
    await set_up(deps)
    stored = str(await database["emisores"].find_one({}))
    assert "moddatos" not in stored
    assert PASSWORD not in stored
    call = UploadCertificado(company=COMPANY, contenido=pfx(), password=PASSWORD)
    assert PASSWORD not in repr(call)
    assert "clave" not in repr(WriteEmisor.model_fields["emisor"].annotation)
