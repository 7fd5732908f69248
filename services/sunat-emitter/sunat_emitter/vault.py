"""Secrets at rest: AES-256-GCM under a key of the environment; older keys still open, and are replaced by a command."""

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import LumisError

_KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = "v1"
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_BROKEN = (
    "a sealed secret does not open: changed in the database, or moved from another issuer;"
    " upload the certificate or SOL password again"
)
_PLAIN = str.maketrans("-_", "+/")
"""Both alphabets of base64 are taken."""


class Unsealable(LumisError):
    """What is stored opens with no key that the settings give, or not at this place."""


def parse_key(text: str) -> bytes:
    """A key as the environment gives it: 32 bytes in base64, or 64 hexadecimal digits.

    Raises:
        ValueError: it is neither.
    """
    text = text.strip()
    try:
        key = (
            bytes.fromhex(text)
            if len(text) == 2 * _KEY_BYTES
            else base64.b64decode(text.translate(_PLAIN), validate=True)
        )
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != _KEY_BYTES:
        raise ValueError("a seal key is 32 bytes, in base64 or hexadecimal")
    return key


class Vault:
    """Seals with the first key, opens with any. `place` binds a secret to where it is stored."""

    def __init__(self, key: bytes, older: Sequence[bytes] = ()) -> None:
        self._ciphers = {_key_id(each): AESGCM(each) for each in (*older, key)}
        self._current = _key_id(key)

    def seal(self, secret: bytes, place: str) -> str:
        """The secret as it may be stored: version, key's id, nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._ciphers[self._current].encrypt(nonce, secret, place.encode())
        return f"{_VERSION}:{self._current}:{base64.b64encode(sealed).decode('ascii')}"

    def open(self, sealed: str, place: str) -> bytes:
        """The secret.

        Raises:
            Unsealable: no key opens it, it was changed, or it belongs to another place.
        """
        version, _, rest = sealed.partition(":")
        key_id, _, text = rest.partition(":")
        cipher = self._ciphers.get(key_id)
        if version != _VERSION or _KEY_ID.fullmatch(key_id) is None:
            raise Unsealable(_BROKEN)
        if cipher is None:
            raise Unsealable(
                f"a secret was sealed with key `{key_id}`, which is neither SUNAT_SEAL_KEY"
                " nor among SUNAT_OLD_SEAL_KEYS"
            )
        try:
            content = base64.b64decode(text, validate=True)
            return cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError):
            raise Unsealable(_BROKEN) from None

    def is_current(self, sealed: str) -> bool:
        """Whether it is sealed with the first key."""
        return sealed.startswith(f"{_VERSION}:{self._current}:")


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"seal-key-id" + key).hexdigest()[:8]
