"""Callers without a token: whose address counts, and what is kept of it."""

from gateway.access import Access


def test_an_address_is_told_by_trusted_proxies_alone() -> None:
    assert Access(proxies=0).address_of("10.0.0.1", "1.2.3.4") == "10.0.0.1"
    assert Access(proxies=1).address_of("10.0.0.1", "6.6.6.6, 1.2.3.4") == "1.2.3.4"
    assert Access(proxies=2).address_of("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2") == "1.2.3.4"
    assert Access(proxies=1).address_of("10.0.0.1", "") == "10.0.0.1"


def test_an_ipv6_network_is_one_caller_and_another_secret_gives_other_stand_ins() -> None:
    access = Access(secret=b"one")
    same = {access.caller_at(f"2001:db8:1:2::{last}").user_id for last in ("1", "ffff", "b:c:d")}
    assert len(same) == 1
    assert access.caller_at("2001:db8:1:3::1").user_id not in same
    assert access.caller_at("::ffff:1.2.3.4") == access.caller_at("1.2.3.4")
    assert access.caller_at("1.2.3.4") != Access(secret=b"two").caller_at("1.2.3.4")
