"""The simulator on HTTP: SUNAT's paths, and a control desk of its own under `/_simulador`."""

import asyncio
import ssl
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.support.sunat_simulator import messages
from tests.support.sunat_simulator.books import Books
from tests.support.sunat_simulator.desk import Desk, Rules
from tests.support.sunat_simulator.faults import AFTER_WORK, IN_WORK, Fault, Faults
from tests.support.sunat_simulator.messages import Exception_, Request

BETA = "/ol-ti-itcpfegem-beta/billService"
PROD = "/ol-ti-itcpfegem/billService"
CONSULT = "/ol-it-wsconscpegem/billConsultService"
_CONTROL = "/_simulador"
_HTML = "<html><head><title>{0}</title></head><body><h1>{0} SIMULADOR</h1></body></html>"


class Simulator:
    """A server in this process; what it holds is in `books`, what is to fail in `faults`."""

    def __init__(self, *, books: Books | None = None, rules: Rules | None = None, port: int = 0) -> None:
        self.books = books or Books()
        self.faults = Faults()
        self.desk = Desk(self.books, rules or Rules())
        self.calls: list[tuple[str, str]] = []
        """Every call: its operation and the file or comprobante that it is about."""
        self.most_at_once = 0
        self._at_once = 0
        self._port = port
        self._runner: web.AppRunner | None = None
        self.url = ""

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application(client_max_size=32 * 1024 * 1024)
        for path in (BETA, PROD, CONSULT):
            app.router.add_post(path, self._call)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get(f"{_CONTROL}/libros", self._show_books)
        app.router.add_get(f"{_CONTROL}/fallas", self._show_faults)
        app.router.add_post(f"{_CONTROL}/fallas", self._plan_fault)
        app.router.add_delete(f"{_CONTROL}/fallas", self._clear_faults)
        return app

    async def __aenter__(self, tls: ssl.SSLContext | None = None) -> Self:
        self._runner = web.AppRunner(self.app(), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=tls)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _call(self, http: web.Request) -> web.StreamResponse:
        try:
            request = messages.parse(await http.read())
        except ValueError:
            return _xml(messages.internal_error(), 500)
        except Exception_ as said:
            return _xml(messages.fault(said), 500)
        operation = "consult" if http.path == CONSULT and request.operation == "getStatus" else request.operation
        about = _about(request)
        self.calls.append((operation, about))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            fault = self.faults.strike(operation, about)
            if fault is not None and fault.kind not in AFTER_WORK:
                return await self._fail_before(http, fault)
            answer = self._work(request, operation, http.path, fault)
            return answer if fault is None else await self._fail_after(http, fault, answer)
        finally:
            self._at_once -= 1

    def _work(self, request: Request, operation: str, path: str, fault: Fault | None) -> web.Response:
        beta, desk = path == BETA, self.desk
        remark = fault.codigo if fault is not None and fault.kind == "observed" else None
        fate = fault.kind if fault is not None and fault.kind in IN_WORK else None
        try:
            desk.check_user(request)
            match operation, path == CONSULT:
                case "sendBill", False:
                    body = desk.send_bill(request, beta=beta, remark=remark)
                case "sendSummary", False:
                    body = desk.send_summary(request, beta=beta, fate=fate)
                case "getStatus", False:
                    body = desk.get_status(request, fate)
                case "getStatusCdr", True:
                    body = desk.get_status_cdr(request)
                case "consult", True:
                    body = desk.consult(request)
                case _:
                    return _xml(messages.internal_error(), 500)
        except Exception_ as said:
            return _xml(messages.fault(said), 500)
        return _xml(body)

    async def _fail_before(self, http: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.kind:
            case "timeout":
                await asyncio.sleep(fault.seconds)
                return _break_off(http)
            case "lost_before":
                return _break_off(http)
            case "html_503" | "html_502":
                status = int(fault.kind.removeprefix("html_"))
                return web.Response(status=status, text=_HTML.format(status), content_type="text/html")
            case "credentials":
                return _xml(messages.fault(Exception_(102, "Usuario o contraseña incorrectos")), 500)
            case "internal_error":
                return _xml(messages.internal_error(), 500)
            case _:
                return _xml(messages.fault(Exception_(fault.codigo, "Falla pedida")), 500)

    async def _fail_after(self, http: web.Request, fault: Fault, answer: web.Response) -> web.StreamResponse:
        match fault.kind:
            case "lost_after":
                return _break_off(http)
            case "empty_200":
                return web.Response(status=200)
            case "malformed_zip" if answer.status == 200:
                return _xml(messages.delivered(b"PK\x03\x04 esto no es un zip"))
            case "slow":
                await asyncio.sleep(fault.seconds)
        return answer

    async def _ready(self, _http: web.Request) -> web.Response:
        return web.json_response({"ready": True})

    async def _show_books(self, _http: web.Request) -> web.Response:
        return web.json_response(self.books.shown())

    async def _show_faults(self, _http: web.Request) -> web.Response:
        return web.json_response(self.faults.shown())

    async def _plan_fault(self, http: web.Request) -> web.Response:
        self.faults.plan(Fault.model_validate_json(await http.read()))
        return web.json_response(self.faults.shown(), status=201)

    async def _clear_faults(self, _http: web.Request) -> web.Response:
        self.faults.clear()
        return web.json_response(self.faults.shown())


def _about(request: Request) -> str:
    fields = request.fields
    if name := fields.get("fileName"):
        return name.removesuffix(".zip")
    keys = ("rucComprobante", "tipoComprobante", "serieComprobante", "numeroComprobante")
    return fields.get("ticket") or "-".join(fields.get(key, "") for key in keys)


def _xml(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="text/xml", charset="utf-8")


def _break_off(http: web.Request) -> web.StreamResponse:
    """Close the connection without a word."""
    if http.transport is not None:
        http.transport.abort()
    return web.Response()
