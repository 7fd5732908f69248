"""Which addresses and URLs may be fetched from inside."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.addresses import ForbiddenUrl, is_public, safe_url


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"]
)
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        str(IPv4Address(0)),
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "::8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%eth0",
        "fec0::1",
        "ff02::1",
        "no address",
        "2130706433",
        "",
    ],
)
def test_no_other_address_is_public(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4).filter(lambda address: not is_public(str(address))))
def test_no_ipv6_form_makes_a_private_ipv4_address_public(address: object) -> None:
    for prefix in ("::ffff:", "::", "64:ff9b::"):
        assert not is_public(f"{prefix}{address}")


def reason(url: str, **options: bool) -> str:
    with pytest.raises(ForbiddenUrl) as refused:
        safe_url(url, **options)
    assert url not in str(refused.value)
    return refused.value.reason


def test_a_good_url_is_taken_apart() -> None:
    url = safe_url("https://Hooks.Example.com:8443/in/v1?key=a%20b")
    assert (url.scheme, url.host, url.port, url.target) == ("https", "hooks.example.com", 8443, "/in/v1?key=a%20b")
    assert (url.authority, url.place) == ("hooks.example.com:8443", "https://hooks.example.com:8443")
    assert safe_url("https://example.com").target == "/"
    assert safe_url("https://example.com.:443/").authority == "example.com"
    assert safe_url("https://[2606:4700:4700::1111]/").authority == "[2606:4700:4700::1111]"
    assert safe_url("http://example.com/?q", insecure=True).port == 80


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("example.com/hook", "scheme"),
        ("", "malformed"),
        ("https://example.com/a b", "malformed"),
        ("https://example.com/\r\nHost: x", "malformed"),
        ("https://exämple.com/", "malformed"),
        ("https://example.com\\@10.0.0.1/", "malformed"),
        ("https://[::1/", "malformed"),
        ("https://user@example.com/", "credentials"),
        ("https://user:pass@example.com/", "credentials"),
        ("https://example.com@10.0.0.1/", "credentials"),
        ("https://example.com/#part", "fragment"),
        ("https://example.com#@10.0.0.1/", "fragment"),
        ("https://example.com:0/", "port"),
        ("https://example.com:65536/", "port"),
        ("https://example.com:abc/", "port"),
        ("https:///path", "host"),
        ("https://-a.example.com/", "host"),
        ("https://a..example.com/", "host"),
        ("https://example.com%00.evil/", "host"),
        (f"https://{'a' * 64}.com/", "host"),
        (f"https://{'a.' * 127}com/", "host"),
        ("https://2130706433/", "host"),
        ("https://0x7f000001/", "host"),
        ("https://0x7f.1/", "host"),
        ("https://127.1/", "host"),
        ("https://0177.0.0.1/", "host"),
        ("https://127.0.0.0x1/", "host"),
        ("https://1.2.3.4.5/", "host"),
        ("https://[fe80::1%25eth0]/", "host"),
        ("https://127.0.0.1/", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://[::1]/", "private"),
        ("https://[::ffff:10.0.0.1]/", "private"),
        ("https://[64:ff9b::a00:1]/", "private"),
        ("https://localhost/", "private"),
        ("https://LOCALHOST./", "private"),
        ("https://x.localhost/", "private"),
        ("https://metadata.google.internal/", "private"),
        ("https://printer.local/", "private"),
    ],
)
def test_a_bad_url_is_refused_with_its_reason_and_never_shown(url: str, why: str) -> None:
    with pytest.raises(ForbiddenUrl) as refused:
        safe_url(url)
    assert refused.value.reason == why


def test_a_url_has_at_most_2048_characters() -> None:
    start = "https://example.com/"
    assert safe_url(start + "a" * (2048 - len(start))).host == "example.com"
    assert reason(start + "a" * (2049 - len(start))) == "too_long"


def test_private_hosts_and_http_are_allowed_where_that_is_asked_for() -> None:
    assert safe_url("http://127.0.0.1:9000/", insecure=True, allow_private=True).port == 9000
    assert safe_url("http://localhost:9000/", insecure=True, allow_private=True).host == "localhost"
    assert reason("http://2130706433/", insecure=True, allow_private=True) == "host"


@given(st.text(max_size=80))
def test_any_text_is_taken_or_refused_but_never_breaks_anything(text: str) -> None:
    for url in (text, f"https://{text}", f"https://example.com:{text}", f"https://{text}@example.com/"):
        try:
            assert safe_url(url).scheme == "https"
        except ForbiddenUrl:
            continue
