"""Which supplier a paper is of, as hashes: by its VAT number, else by its name. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ocr_engine.comparison import canonical, folded
from shared.contracts.extract import Correction
from shared.contracts.odoo import UserInfos
from shared.contracts.reading import Reading

_SHORTEST = 4
"""Letters and digits of a VAT number or a name; fewer tell nobody apart."""
_SURE = 0.5
"""Confidence from which a name that nobody confirmed stands for its supplier."""
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Supplier:
    """A supplier to one user under one schema: the keys that it may go by, the surest first."""

    keys: tuple[str, ...]

    @property
    def layout_id(self) -> int | None:
        """A number of 31 bits, the same for every paper of the supplier; None where it is not known."""
        return layout_id_of(self.keys[0]) if self.keys else None


def layout_id_of(key: str) -> int:
    """The layout's number by the key that it is kept under."""
    return int(key[:16], 16) % _LARGEST_ID + 1


def supplier_of(
    user_id: str, reading: Reading, infos: UserInfos | None, corrections: Iterable[Correction] = ()
) -> Supplier:
    """The supplier as read, or as the user says.

    A buyer's VAT number that was taken for the supplier's too is left out: it stands on every paper that they get.
    """
    said: Mapping[str, str | None] = {each.key: each.value for each in corrections}
    own = infos.company_vat if infos and infos.perspective == "client" else None
    vat = said["supplier_vat"] if "supplier_vat" in said else reading.value("supplier_vat")
    named = reading.fields.get("supplier")
    name = said.get("supplier") or (named.value if named and named.confidence >= _SURE else None)
    keys = []
    compact = canonical("supplier_vat", vat or "")
    buyers = {canonical("client_vat", number or "") for number in (own, reading.value("client_vat"))}
    if len(compact) >= _SHORTEST and compact not in buyers:
        keys.append(_hidden(user_id, reading.schema_name, "vat", compact))
    plain = folded(name or "")
    if len(plain) >= _SHORTEST:
        keys.append(_hidden(user_id, reading.schema_name, "name", plain))
    return Supplier(tuple(keys))


def user_key(user_id: str) -> str:
    """A user, as their layouts are found again for erasure."""
    return hashlib.sha256(f"layouts:{user_id}".encode()).hexdigest()


def _hidden(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
