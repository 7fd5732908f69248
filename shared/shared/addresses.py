"""Which addresses and URLs of others may be fetched from inside: the rules against requests forged through us (SSRF).

Sources: IANA special-purpose address registries (RFC 6890), and the cloud providers' metadata addresses. Pure.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal
from urllib.parse import urlsplit

LONGEST_URL = 2048

_FORBIDDEN_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "100.64.0.0/10",  # carriers' shared space; Alibaba's metadata are in it
        "168.63.129.16/32",  # Azure's virtual host, an address that looks public
        "169.254.0.0/16",  # link-local; the metadata of most clouds
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/3",  # multicast and reserved
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
_FORBIDDEN_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, an IPv4 address inside
        "3fff::/20",  # documentation
    )
)
_LOCAL_NAMES = re.compile(r"(?:^|\.)(?:localhost|local|internal|lan|home\.arpa)$")
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_NAME = 253
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_VISIBLE = re.compile(r"[\x21-\x7e]+")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet's. False for every IPv6 form that wraps an IPv4 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if not parsed.is_global or parsed.is_multicast or parsed.is_reserved or parsed.is_private:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _FORBIDDEN_V4)
    return parsed.scope_id is None and parsed in _UNICAST_V6 and not any(parsed in network for network in _FORBIDDEN_V6)


class ForbiddenUrl(ValueError):
    """A URL that is not fetched; `reason` is a short code, never the URL itself."""

    def __init__(
        self, reason: Literal["too_long", "malformed", "scheme", "credentials", "fragment", "host", "port", "private"]
    ) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class SafeUrl:
    """A URL taken apart once, so that what was checked is what is connected to."""

    scheme: Literal["https", "http"]
    host: str
    """In lower case; an IPv6 address without brackets."""
    port: int
    target: str
    """Path and query."""

    @property
    def authority(self) -> str:
        """For the Host header: the port is left out where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def place(self) -> str:
        """Scheme, host and port: what may be logged of a URL."""
        return f"{self.scheme}://{self.authority}"


_PORTS = {"https": 443, "http": 80}


def safe_url(url: str, *, insecure: bool = False, allow_private: bool = False) -> SafeUrl:
    """A URL that may be fetched, as far as it can be told before its name is resolved.

    Args:
        url: absolute, in ASCII (international names as `xn--…`), at most 2,048 characters.
        insecure: allow http besides https.
        allow_private: allow hosts that are not public.

    Raises:
        ForbiddenUrl: it may not be.
    """
    if len(url) > LONGEST_URL:
        raise ForbiddenUrl("too_long")
    # Parsers disagree on blanks and backslashes, so neither gets through.
    if not _VISIBLE.fullmatch(url) or "\\" in url:
        raise ForbiddenUrl("malformed")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ForbiddenUrl("port" if _has_port(url) else "malformed") from None
    scheme = _scheme(parts.scheme, insecure=insecure)
    if "@" in parts.netloc:
        raise ForbiddenUrl("credentials")
    if "#" in url:
        raise ForbiddenUrl("fragment")
    if port == 0:
        raise ForbiddenUrl("port")
    host = _host(parts.hostname or "", allow_private=allow_private)
    path = parts.path or "/"
    return SafeUrl(scheme, host, port or _PORTS[scheme], f"{path}?{parts.query}" if parts.query else path)


def _has_port(url: str) -> bool:
    return bool(re.match(r"[a-z]+://(?:\[[^\]]*\]|[^/?#:\[]*):[^/?#]*(?:[/?#]|$)", url, re.IGNORECASE))


def _scheme(text: str, *, insecure: bool) -> Literal["https", "http"]:
    if text == "https":
        return "https"
    if text == "http" and insecure:
        return "http"
    raise ForbiddenUrl("scheme")


def _host(host: str, *, allow_private: bool) -> str:
    address = _address(host)
    if address is not None:
        if not (allow_private or is_public(str(address))):
            raise ForbiddenUrl("private")
        return str(address)
    name = host.removesuffix(".")
    # A last part that is a number makes the whole an address in the eyes of resolvers: 2130706433, 0x7f.1, 0177.0.0.1.
    is_number = _NUMBER.fullmatch(name.rpartition(".")[2])
    if len(name) > _LONGEST_NAME or is_number or not _NAME.fullmatch(name):
        raise ForbiddenUrl("host")
    if not allow_private and _LOCAL_NAMES.search(name):
        raise ForbiddenUrl("private")
    return name


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise ForbiddenUrl("host")
    return address
