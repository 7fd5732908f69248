"""Who is let in without a bearer token: holders of an API key and, where it is allowed, whoever comes, by address."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, IPv6Network, ip_address

from gateway.auth import Caller

_HOME_BITS = 64
"""Of an IPv6 address: what one customer of a provider has to himself."""


@dataclass(frozen=True)
class Access:
    """Who is let in without a bearer token."""

    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Names of API keys by the SHA-256 of the key, hexadecimal."""
    is_open: bool = False
    """Whether callers without a key are let in too, each address being one caller."""
    proxies: int = 0
    """Proxies in front of us: so many entries at the end of X-Forwarded-For are true."""
    secret: bytes = field(default=b"", repr=False)
    """Keeps the stand-ins for addresses from being looked up backwards; the same in every process."""

    def caller_of_key(self, key: str) -> Caller | None:
        """The caller whose key it is."""
        name = self.keys.get(hashlib.sha256(key.encode()).hexdigest())
        return Caller(f"key:{name}") if name else None

    def caller_at(self, address: str) -> Caller:
        """The caller at an address, by a stand-in for it: no address is stored."""
        digest = hashlib.blake2s(_home_of(address).encode(), key=self.secret[:32], digest_size=12).hexdigest()
        return Caller(f"open:{digest}")

    def address_of(self, peer: str, forwarded: str) -> str:
        """The client's address: the peer's, or what the trusted proxies say of it in X-Forwarded-For."""
        told = [entry.strip() for entry in forwarded.split(",")]
        return told[-self.proxies] if 0 < self.proxies <= len(told) and told[-self.proxies] else peer


def _home_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the network of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Network((parsed.packed, _HOME_BITS), strict=False))
    return str(parsed)
