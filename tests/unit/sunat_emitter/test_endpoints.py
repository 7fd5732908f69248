"""Where SUNAT is, and how it is left alone while it does not answer."""

import pytest
from pydantic import ValidationError

from sunat_emitter.endpoints import Breaker, Breakers, servicios
from sunat_emitter.sending_settings import SendingSettings


class Clock:
    """Seconds that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_beta_and_production_are_sunats_own_and_only_production_can_be_consulted() -> None:
    beta, prod = servicios("beta"), servicios("prod")
    assert beta.bill == "https://e-beta.sunat.gob.pe/ol-ti-itcpfegem-beta/billService"
    assert beta.consult is None
    assert prod.bill == "https://e-factura.sunat.gob.pe/ol-ti-itcpfegem/billService"
    assert prod.consult == "https://e-factura.sunat.gob.pe/ol-it-wsconscpegem/billConsultService"


def test_another_base_url_keeps_sunats_paths() -> None:
    assert servicios("prod", "http://127.0.0.1:9400").bill == "http://127.0.0.1:9400/ol-ti-itcpfegem/billService"
    assert servicios("beta", "http://127.0.0.1:9400").bill == "http://127.0.0.1:9400/ol-ti-itcpfegem-beta/billService"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9400", "http://localhost", "http://simulator:80", "https://ose.pe"])
def test_a_base_url_that_keeps_passwords_safe_is_taken(url: str) -> None:
    assert SendingSettings(sunat_base_url=url).sunat_base_url == url


@pytest.mark.parametrize("url", ["http://ose.pe", "http://10.0.0.1", "ftp://x", "https://ose.pe/path", "ose.pe"])
def test_a_base_url_that_would_show_passwords_or_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        SendingSettings(sunat_base_url=url)


def test_a_breaker_opens_after_failures_in_a_row_alone(clock: Clock) -> None:
    breaker = Breaker(3, 30, clock)
    for works in (False, False, True, False, False):
        assert breaker.wait() == 0
        breaker.told(works=works)
    assert not breaker.open
    breaker.told(works=False)
    assert (breaker.open, breaker.wait()) == (True, 30)


def test_after_its_rest_one_request_is_the_probe_for_all(clock: Clock) -> None:
    breaker = Breaker(1, 30, clock)
    breaker.told(works=False)
    clock.now += 31
    assert breaker.wait() == 0
    assert breaker.wait() > 0, "the others wait for what the probe shows"
    breaker.told(works=True)
    assert breaker.wait() == 0


def test_a_probe_that_fails_or_never_tells_keeps_it_shut_for_another_rest(clock: Clock) -> None:
    breaker = Breaker(1, 30, clock)
    breaker.told(works=False)
    for fails in (True, False):
        clock.now += 31
        assert breaker.wait() == 0
        if fails:
            breaker.told(works=False)
        assert breaker.wait() == 30


def test_each_address_has_its_own() -> None:
    breakers = Breakers(failures=1)
    breakers.of("https://a").told(works=False)
    assert breakers.of("https://a").open
    assert not breakers.of("https://b").open
