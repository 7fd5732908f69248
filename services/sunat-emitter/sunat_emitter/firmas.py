"""The key that each issuer signs with, opened and parsed once."""

from base64 import b64encode
from collections import OrderedDict
from datetime import datetime

from shared.errors import Refused
from sunat_emitter.certificates import unpack
from sunat_emitter.documents.sign import Algorithm, SigningKey
from sunat_emitter.store.emisores import StoredEmisor
from sunat_emitter.vault import Vault

_MOST = 500
"""Keys in memory; parsing one takes as long as fifty signatures."""


class Firmas:
    """Signing keys by their sealed form, so that a new certificate is used at once."""

    def __init__(self, vault: Vault, algorithm: Algorithm) -> None:
        self._vault, self._algorithm = vault, algorithm
        self._keys: OrderedDict[str, SigningKey] = OrderedDict()

    def key_of(self, emisor: StoredEmisor, now: datetime) -> SigningKey:
        """The issuer's key.

        Raises:
            Refused: `EMISOR_INCOMPLETO` without a certificate, `CERTIFICADO_VENCIDO`.
            Unsealable: it was sealed with a key that is not there.
        """
        certificado = emisor.certificado
        if certificado is None:
            raise Refused("EMISOR_INCOMPLETO", "Falta el certificado digital del emisor", {"faltan": ["certificado"]})
        if certificado.valid_until <= now:
            day = certificado.vencimiento.isoformat()
            raise Refused("CERTIFICADO_VENCIDO", f"El certificado digital del emisor venció el {day}")
        key = self._keys.get(certificado.sellado)
        if key is None:
            opened = unpack(self._vault.open(certificado.sellado, emisor.certificado_place))
            key = SigningKey(opened.key, b64encode(opened.der).decode("ascii"), self._algorithm)
            self._keys[certificado.sellado] = key
            if len(self._keys) > _MOST:
                self._keys.popitem(last=False)
        self._keys.move_to_end(certificado.sellado)
        return key
