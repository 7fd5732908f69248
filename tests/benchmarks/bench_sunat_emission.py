"""Whole emissions per second over HTTP against SUNAT's simulator: a sale, its factura, SUNAT's word in the answer.

`python -m tests.benchmarks.bench_sunat_emission [EMISSIONS]`, at 1, 8 and 32 clients of one issuer (so of one series,
whose numbers are taken one after the other), then of as many issuers as clients. Clients, servers, services and the
simulator, which checks XSD, signature and sums of each document, share the machine's processors.
"""

import asyncio
import io
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import uvloop

from tests.support.platform import Platform, running
from tests.support.sunat import EMISOR, PASSWORD, pfx, venta_of

CLIENTS = (1, 8, 32)
QUIET = {"LOG_LEVEL": "WARNING", "LOG_FORMAT": "json"}


async def ask(platform: Platform, user: str, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """A call that must succeed; its data."""
    async with platform.client.request(method, path, json=body, headers=platform.headers(user)) as response:
        answer = await response.json()
        if response.status not in {200, 201}:
            raise RuntimeError(f"{method} {path}: {response.status} {answer}")
        return dict(answer["data"])


async def seller(platform: Platform) -> str:
    """A user with an issuer that may issue."""
    user = f"tienda-{uuid4().hex[:10]}"
    emisor = {**EMISOR, "ruc": f"20{uuid4().int % 10**9:09d}", "sol_endpoint": "prod"}
    await ask(platform, user, "PUT", "/api/facturacion/emisor", emisor)
    form = aiohttp.FormData({"password": PASSWORD})
    form.add_field("certificado", io.BytesIO(pfx()), filename="certificado.pfx")
    path = "/api/facturacion/emisor/certificado"
    async with platform.client.post(path, data=form, headers=platform.headers(user)) as response:
        response.raise_for_status()
    return user


async def emit(platform: Platform, user: str) -> str:
    """One whole emission; SUNAT's word as the answer has it."""
    venta = await ask(platform, user, "POST", "/api/ventas", venta_of())
    body = {"tipo_comprobante": "01"}
    issued = await ask(platform, user, "POST", f"/api/ventas/{venta['id']}/facturar", body)
    return str(issued["comprobante"]["estado_sunat"])


async def measure(platform: Platform, users: list[str], emissions: int) -> None:
    """Print the speed with these clients, each making one emission after the other."""
    for user in set(users):
        await emit(platform, user)
    left = iter(range(emissions))
    times: list[float] = []
    words: list[str] = []

    async def client(user: str) -> None:
        for _ in left:
            started = time.perf_counter()
            words.append(await emit(platform, user))
            times.append(time.perf_counter() - started)

    before, started = platform.stack.cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(client(user) for user in users))
    seconds = time.perf_counter() - started
    after = platform.stack.cpu_seconds()
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(f"  {len(users):3} clients, {len(set(users)):2} issuers: {emissions / seconds:6.1f} emissions/s", end="")
    print(f"   p50 {p50 * 1000:5.0f} ms   p99 {p99 * 1000:5.0f} ms   {words.count('ACEPTADO')}/{emissions} ACEPTADO")
    spent = {name: (after[name] - before[name]) / emissions * 1000 for name in after}
    print("       CPU ms per emission: " + ", ".join(f"{name} {each:.1f}" for name, each in spent.items()))


async def main() -> None:
    emissions = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder), QUIET) as platform:
            one = await seller(platform)
            for clients in CLIENTS:
                await measure(platform, [one] * clients, emissions if clients > 1 else max(50, emissions // 4))
            await measure(platform, [await seller(platform) for _ in range(CLIENTS[-1])], emissions)


if __name__ == "__main__":
    uvloop.run(main())
