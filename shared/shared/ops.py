"""The operators' port of a service: /healthz (alive), /readyz (may take work), /metrics (Prometheus)."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.telemetry import READY

Checks = Callable[[], Awaitable[Mapping[str, bool]]]


async def start_ops_server(host: str, port: int, checks: Checks, about: Mapping[str, str]) -> web.AppRunner:
    """Serve the three paths on `host:port`; `checks` names each part that readiness needs and whether it is there.

    `about` says who answers (`service`, `instance`, `version`).

    Raises:
        OSError: the port is taken.
    """

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", **about})

    async def readyz(_request: web.Request) -> web.Response:
        parts = dict(await checks())
        ready = all(parts.values())
        return web.json_response({"ready": ready, "parts": parts}, status=200 if ready else 503)

    async def metrics(_request: web.Request) -> web.Response:
        for part, there in (await checks()).items():
            READY.labels(part=part).set(there)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner
