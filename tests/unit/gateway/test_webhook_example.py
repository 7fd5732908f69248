"""The receiver in docs/how-to/receive-webhooks.md, run as it stands there."""

import re
import threading
import time
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest

from gateway.courier import Courier, Message, signature
from shared.safe_http import SafeFetcher

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "receive-webhooks.md"
SECRET = "whsec_example"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the page's Python block defines."""
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    monkeypatch.setenv("LUMIS_WEBHOOK_SECRET", SECRET)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(found[1], str(PAGE), "exec"), names)  # noqa: S102 - our own page is what is tested
    return names


@pytest.fixture
def url(example: dict[str, Any]) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), example["Receiver"])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_the_example_takes_what_we_sign_once_and_refuses_another_secret(
    url: str, example: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    courier = Courier(SafeFetcher("webhook", allow_private=True), seconds=5, insecure=True, allow_private=True)
    message = Message("d1", "ping", '{"type":"ping","name":"ñ"}'.encode(), "user-1")
    for _ in range(2):
        assert (await courier.bring(url, SECRET, message)).delivered
    assert (await courier.bring(url, "whsec_other", message)).status == 400
    await courier.close()
    assert example["SEEN"] == {"d1"}
    assert capsys.readouterr().out.splitlines().count("ping") == 1


def test_the_example_refuses_what_is_old_or_changed_or_no_signature_at_all(example: dict[str, Any]) -> None:
    now = int(time.time())
    good = signature(SECRET, b"{}", now)
    assert example["is_genuine"](good, b"{}", now)
    assert not example["is_genuine"](good, b"{} ", now)
    assert not example["is_genuine"](good, b"{}", now + 301)
    for header in ("", "t=,v1=", "t=x,v1=y", "v1=ñ", good.replace("t=", "t=9"), good[:-1]):
        assert not example["is_genuine"](header, b"{}", now)
