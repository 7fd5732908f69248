"""Which supplier a paper is of, as hashes: by its VAT number, else by its name. Pure."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from ocr_engine.comparison import canonical, folded
from shared.contracts.extract import Correction
from shared.contracts.odoo import UserInfos
from shared.contracts.reading import Reading

_SHORTEST = 4
"""Letters and digits of a VAT number or a name; fewer tell nobody apart."""
_SURE = 0.5
"""Confidence from which a name that nobody confirmed stands for its supplier."""
_ALIKE = 80
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Supplier:
    """A supplier to one user under one schema: the keys that it may go by, the surest first."""

    keys: tuple[str, ...]

    @property
    def layout_id(self) -> int | None:
        """A number of 31 bits, the same for every paper of the supplier; None where it is not known."""
        return int(self.keys[0][:16], 16) % _LARGEST_ID + 1 if self.keys else None


def supplier_of(
    user_id: str, reading: Reading, infos: UserInfos | None, corrections: Iterable[Correction] = ()
) -> Supplier:
    """The supplier as read, or as the user says.

    A buyer's VAT number that was taken for the supplier's too is left out: it stands on every paper that they get.
    """
    said: Mapping[str, str | None] = {each.key: each.value for each in corrections}
    own = infos.company_vat if infos and infos.perspective == "client" else None
    vat = said["supplier_vat"] if "supplier_vat" in said else reading.value("supplier_vat")
    keys = []
    compact = canonical("supplier_vat", vat or "")
    buyers = {canonical("client_vat", number or "") for number in (own, reading.value("client_vat"))}
    if len(compact) >= _SHORTEST and compact not in buyers:
        keys.append(_hidden(user_id, reading.schema_name, "vat", compact))
    keys += [_hidden(user_id, reading.schema_name, "name", name) for name in _names(reading, said.get("supplier"))]
    return Supplier(tuple(keys))


def _names(reading: Reading, said: str | None) -> Iterator[str]:
    """The name that the user says, and the printed one unless it is another's: books name a supplier in their way."""
    field = reading.fields.get("supplier")
    read = folded(field.value or "") if field and field.confidence >= _SURE else ""
    plain = folded(said or "")
    if len(plain) >= _SHORTEST:
        yield plain
    if len(read) >= _SHORTEST and read != plain and (not plain or fuzz.token_set_ratio(read, plain) >= _ALIKE):
        yield read


def user_key(user_id: str) -> str:
    """A user, as their layouts are found again for erasure."""
    return hashlib.sha256(f"layouts:{user_id}".encode()).hexdigest()


def _hidden(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
