"""An issuer's certificate out of a .pfx (PKCS #12), and the form in which it is sealed."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from shared.errors import Refused
from sunat_emitter.clock import LIMA

_LEAST_BITS = 2048
_LENGTH_BYTES = 4


@dataclass(frozen=True)
class Certificate:
    """A certificate with its private key."""

    key: RSAPrivateKey = field(repr=False)
    der: bytes = field(repr=False)
    """The certificate alone, DER."""
    propietario: str
    valid_from: datetime
    valid_until: datetime

    @property
    def vencimiento(self) -> date:
        """The last day, by the clock of Lima."""
        return self.valid_until.astimezone(LIMA).date()


def read_pfx(content: bytes, password: str, now: datetime) -> Certificate:
    """The certificate in a .pfx or .p12, also one with the old ciphers (RC2, 3DES).

    Raises:
        Refused: `CERTIFICADO_ILEGIBLE` (no .pfx, or another password), `CERTIFICADO_INVALIDO` (no RSA key of 2048 bits
            or more, expired, not valid yet).
    """
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, password.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # the library's own text tells the two apart only sometimes
        raise Refused(
            "CERTIFICADO_ILEGIBLE", "El archivo no es un certificado .pfx o la contraseña es incorrecta"
        ) from None
    if certificate is None or key is None:
        raise Refused("CERTIFICADO_INVALIDO", "El archivo no contiene un certificado con su clave privada")
    if not isinstance(key, RSAPrivateKey) or key.key_size < _LEAST_BITS:
        raise Refused("CERTIFICADO_INVALIDO", f"La clave del certificado debe ser RSA de {_LEAST_BITS} bits o más")
    if key.public_key() != certificate.public_key():
        raise Refused("CERTIFICADO_INVALIDO", "La clave privada no corresponde al certificado")
    found = _described(key, certificate)
    if found.valid_until <= now:
        raise Refused("CERTIFICADO_INVALIDO", f"El certificado venció el {found.vencimiento.isoformat()}")
    if found.valid_from > now:
        raise Refused("CERTIFICADO_INVALIDO", "El certificado aún no está vigente")
    return found


def pack(certificate: Certificate) -> bytes:
    """Key and certificate as one secret: the key's length, the key (PKCS #8), the certificate."""
    key = certificate.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return len(key).to_bytes(_LENGTH_BYTES, "big") + key + certificate.der


def unpack(secret: bytes) -> Certificate:
    """What `pack` made. Raises ValueError, TypeError: it is something else."""
    length = int.from_bytes(secret[:_LENGTH_BYTES], "big")
    key = load_der_private_key(secret[_LENGTH_BYTES : _LENGTH_BYTES + length], password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("not an RSA key")
    return _described(key, x509.load_der_x509_certificate(secret[_LENGTH_BYTES + length :]))


def _described(key: RSAPrivateKey, certificate: x509.Certificate) -> Certificate:
    return Certificate(
        key=key,
        der=certificate.public_bytes(Encoding.DER),
        propietario=_owner(certificate.subject),
        valid_from=certificate.not_valid_before_utc.astimezone(UTC),
        valid_until=certificate.not_valid_after_utc.astimezone(UTC),
    )


def _owner(subject: x509.Name) -> str:
    """The organization, else the common name, else the whole name."""
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in subject.get_attributes_for_oid(oid):
            if value := str(attribute.value).strip():
                return value
    return subject.rfc4514_string()
