"""Where SUNAT's services are, and a breaker for each: one that does not answer is left alone for a while."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Ambiente = Literal["beta", "prod"]

_BETA = "https://e-beta.sunat.gob.pe"
_PROD = "https://e-factura.sunat.gob.pe"


@dataclass(frozen=True)
class Servicios:
    """The services that one issuer's comprobantes go to."""

    bill: str
    """sendBill, sendSummary, getStatus."""
    consult: str | None
    """getStatusCdr and getStatus of a comprobante; beta has none."""


def servicios(ambiente: Ambiente, base_url: str | None = None) -> Servicios:
    """SUNAT's own addresses; with a base URL the same paths there (a simulator, an operator's gateway)."""
    if ambiente == "beta":
        return Servicios(f"{base_url or _BETA}/ol-ti-itcpfegem-beta/billService", None)
    root = base_url or _PROD
    return Servicios(f"{root}/ol-ti-itcpfegem/billService", f"{root}/ol-it-wsconscpegem/billConsultService")


class Breaker:
    """Lets nothing through for `rest` seconds after `failures` in a row; then one request shows whether it is over."""

    def __init__(self, failures: int, rest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._rest, self._clock = failures, rest, clock
        self._failures = 0
        self._closed_until = float("-inf")

    def wait(self) -> float:
        """Seconds until a request is let through; 0 lets this one through, which must be followed by `told`."""
        left = self._closed_until - self._clock()
        if left > 0:
            return left
        if self._failures >= self._most:  # this one is the probe: the others wait for what it shows
            self._closed_until = self._clock() + self._rest
        return 0.0

    def told(self, *, works: bool) -> None:
        """How a request went."""
        if works:
            self._failures, self._closed_until = 0, float("-inf")
            return
        self._failures += 1
        if self._failures >= self._most:
            self._closed_until = self._clock() + self._rest

    @property
    def open(self) -> bool:
        """Whether requests are kept back now."""
        return self._closed_until > self._clock()


class Breakers:
    """A breaker for each address."""

    def __init__(self, failures: int = 5, rest: float = 30.0) -> None:
        self._failures, self._rest = failures, rest
        self._by_url: dict[str, Breaker] = {}

    def of(self, url: str) -> Breaker:
        """The breaker of an address."""
        if url not in self._by_url:
            self._by_url[url] = Breaker(self._failures, self._rest)
        return self._by_url[url]
