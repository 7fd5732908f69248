"""The Dockerfile's own steps, run in a plain folder: what they make starts in files that it cannot change."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import Template

import httpx
import pytest

from deploy.local.ports import LOOPBACK, free_ports
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
UNPRIVILEGED = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
"""As a container without capabilities: even root may then write only where a file's mode lets it."""
UNREACHED = ("Failed to establish a new connection", "Temporary failure in name resolution", "No matching distribution")


def _instructions() -> list[tuple[str, str]]:
    """The first stage's instructions, each with what stands behind it."""
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    stage = re.split(r"^FROM .*$", text, flags=re.MULTILINE)[1]
    lines = [line for line in stage.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, rest in (line.split(maxsplit=1) for line in lines)]


def _build(folder: Path, **arguments: str) -> Path:
    """Follow the first stage with `/opt` and `/src` inside the folder; the environment that it makes."""
    work = folder / "src"
    work.mkdir()
    environment = os.environ | arguments | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for word, rest in _instructions():
        if word == "ENV":
            environment |= dict(each.split("=", 1) for each in rest.split())
        elif word == "ARG":
            name, _, default = rest.partition("=")
            environment.setdefault(name, Template(default).substitute(environment))
        elif word == "COPY":
            source, target = rest.split()
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(ROOT / source, work / target, ignore=ignored, dirs_exist_ok=True)
        elif word == "RUN":
            _run(rest.replace("/opt/", f"{folder}/opt/"), work, environment)
        else:
            assert (word, rest) == ("WORKDIR", "/src")
    return folder / "opt" / "lumis"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A service and the operator's command, made side by side to take little longer than one of them."""
    wanted = {"ledger": {}, "operator": {"FOLDER": "deploy/operator", "COMMAND": "lumis"}}
    with ThreadPoolExecutor() as pool:
        builds = {
            name: pool.submit(_build, tmp_path_factory.mktemp(name), SERVICE=name, **arguments)
            for name, arguments in wanted.items()
        }
    return {name: build.result() for name, build in builds.items()}


def _run(command: str, work: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(["sh", "-c", command], cwd=work, env=environment, capture_output=True, text=True, check=False)  # noqa: S603, S607 - the Dockerfile's own
    if done.returncode and any(words in done.stderr for words in UNREACHED):
        pytest.skip("no package index is reached from here")
    assert done.returncode == 0, done.stderr


async def test_what_the_dockerfile_makes_starts_without_privileges_in_files_that_it_cannot_change(
    made: dict[str, Path], mongodb_url: str, rabbitmq_url: str
) -> None:
    place = made["ledger"]
    assert not (place / "bin" / "pip").exists()
    _run("chmod -R a-w .", place, dict(os.environ))
    (port,) = free_ports(1)
    environment = {"RABBITMQ_URL": rabbitmq_url, "MONGODB_URL": mongodb_url, "OPS_PORT": str(port)}
    environment |= {"PATH": f"{place}/bin:/usr/bin:/bin"}
    command = [*(UNPRIVILEGED if os.geteuid() == 0 else ()), str(place / "bin" / "lumis-service")]
    with subprocess.Popen(command, env=environment, cwd=place) as service:  # noqa: S603, ASYNC220 - our own
        try:
            await until(lambda: service.poll() is not None or _is_ready(port), 60)
            assert _is_ready(port)
        finally:
            service.terminate()
    assert service.returncode == 0
    _run("chmod -R u+w .", place, dict(os.environ))


def test_the_operators_command_is_made_by_the_same_steps(made: dict[str, Path]) -> None:
    place = made["operator"]
    command = [str(place / "bin" / "lumis-service"), "--version"]
    environment = {"PATH": f"{place}/bin:/usr/bin:/bin"}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert re.fullmatch(r"lumis, version \S+\n", told.stdout), told.stderr


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://{LOOPBACK}:{port}/readyz", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
