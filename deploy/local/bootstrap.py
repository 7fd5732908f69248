"""Makes what Lumis runs on, with the standard library only: `.venv`, then (`--servers`) what MongoDB and RabbitMQ need.

Does nothing when all is there; may be interrupted and run again at any point.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PROMETHEUS = VENV / "opt" / "prometheus" / "usr" / "bin"
"""Where Prometheus and promtool are unpacked to."""
DATA = ROOT / ".lumis"
_STAMP = VENV / ".lumis-stamp"
_INSTALLING = VENV / ".lumis-installing"
_DISTRIBUTIONS = ("shared", *(f"services/{n}" for n in ("gateway", "ledger", "ocr-engine", "reconciler")))
_DISTRIBUTIONS += ("services/sunat-emitter", "services/tagger", "deploy/operator")
_PIP = ("-m", "pip", "--disable-pip-version-check", "install", "-q", "--progress-bar", "off", "--no-deps")

# Keeps the package from starting a system-wide server: invoke-rc.d and deb-systemd-invoke ask this script first.
_APT = r"""
set -e
export DEBIAN_FRONTEND=noninteractive
guard=/usr/sbin/policy-rc.d
restore() { rm -f "$guard"; if [ -e "$guard.before-lumis" ]; then mv "$guard.before-lumis" "$guard"; fi; }
if grep -qs 'lumis' "$guard"; then restore; fi
if [ -e "$guard" ]; then mv "$guard" "$guard.before-lumis"; fi
trap restore EXIT
trap 'exit 130' INT TERM HUP
printf '#!/bin/sh\n# lumis, for as long as a package is installed\nexit 101\n' > "$guard"
chmod 755 "$guard"
apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 && exit 0
apt-get update -qq >/dev/null
apt-get install -y -qq --no-install-recommends "$@" >/dev/null
"""


class Impossible(Exception):
    """Something cannot be installed from here; the message says what to do by hand."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Install what is missing; the exit code."""
    parser = argparse.ArgumentParser(prog="bootstrap", description="Install what Lumis needs into .venv.")
    parser.add_argument("--servers", action="store_true", help="what MongoDB and RabbitMQ need, too")
    parser.add_argument("--tools", action="store_true", help="Prometheus and promtool, too, where they can be had")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # pip and apt-get end with us
    try:
        with _alone():
            make_environment()
            if given.servers:
                ensure_mongod()
                ensure_rabbitmq()
            if given.tools:
                ensure_unpacked("prometheus", PROMETHEUS, ("prometheus", "promtool"))
    except Impossible as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two installations at once would spoil each other: the second waits."""
    DATA.mkdir(exist_ok=True)
    with (DATA / "bootstrap.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.set_inheritable(lock.fileno(), True)  # noqa: FBT003 - a pip that outlives us goes on holding it
        yield


@contextlib.contextmanager
def _step(text: str) -> Iterator[None]:
    started = time.monotonic()
    print(f"{text} … ", end="", flush=True)
    yield
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def wanted_stamp() -> str:
    """What the environment is made of: the lock, the eight distributions, the interpreter, the place."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for path in [ROOT / "requirements.lock", *(ROOT / each / "pyproject.toml" for each in _DISTRIBUTIONS)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether `.venv` works and was made of what lies here now."""
    with contextlib.suppress(OSError):
        return _STAMP.read_text() == wanted_stamp() and os.access(PYTHON, os.X_OK)
    return False


def make_environment() -> None:
    """Make `.venv` and install everything into it, by hash; the stamp comes last, so that a half-made one shows."""
    if is_current():
        return
    _check_version()
    _STAMP.unlink(missing_ok=True)
    # pip cannot mend a package whose installation was cut off half way: such an environment is made anew.
    if _INSTALLING.exists() or not _works():
        with _step("making .venv"):
            _make_venv()
    _INSTALLING.touch()
    with _step("installing requirements.lock (a minute or two the first time)"):
        _call([str(PYTHON), *_PIP, "--require-hashes", "-r", "requirements.lock"])
    with _step(f"installing {len(_DISTRIBUTIONS)} distributions of Lumis"):
        editable = [part for each in _DISTRIBUTIONS for part in ("-e", each)]
        _call([str(PYTHON), *_PIP, "--no-build-isolation", *editable])
    _STAMP.write_text(wanted_stamp())
    _INSTALLING.unlink()


def _check_version() -> None:
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        found = ".".join(map(str, sys.version_info[:2]))
        raise Impossible(f"Lumis needs Python 3.11, 3.12 or 3.13; this is {found}. Name one: make PYTHON=python3.12 …")


def _works() -> bool:
    if not os.access(PYTHON, os.X_OK):
        return False
    check = f"import pip, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    return subprocess.run([str(PYTHON), "-c", check], capture_output=True, check=False).returncode == 0


def _make_venv() -> None:
    # Debian leaves ensurepip out of its python3.
    if subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False).returncode:
        install_packages(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    _call([sys.executable, "-m", "venv", "--clear", str(VENV)])


def ensure_mongod() -> None:
    """The libraries of the mongod inside its Python package; not where MONGODB_URL is set."""
    found = next(VENV.glob("lib/python*/site-packages/fiftyone/db/bin/mongod"), None)
    if os.environ.get("MONGODB_URL") or found is None or not shutil.which("ldd"):
        return
    listing = subprocess.run(["ldd", str(found)], capture_output=True, text=True, check=False).stdout
    if "not found" in listing:
        with _step("installing libcurl4 and libssl3 for MongoDB"):
            install_packages("libcurl4", "libssl3")


def ensure_rabbitmq() -> None:
    """RabbitMQ; not where RABBITMQ_URL is set."""
    there = shutil.which("rabbitmq-server") or Path("/usr/lib/rabbitmq/bin/rabbitmq-server").exists()
    if there or os.environ.get("RABBITMQ_URL"):
        return
    if _docker_is_up() and not _may_install():
        return
    with _step("installing rabbitmq-server (no system-wide server is started)"):
        install_packages("rabbitmq-server")


def ensure_unpacked(package: str, folder: Path, programs: Sequence[str]) -> None:
    """Unpack a Debian package into `.venv`, where its programs are not on PATH; the system stays as it is.

    Nobody needs them to run Lumis, so where the package cannot be had that is said, and is no failure.
    """
    if all(os.access(folder / name, os.X_OK) or shutil.which(name) for name in programs):
        return
    try:
        with _step(f"unpacking {package} into .venv (nothing is started)"):
            _unpack(package, folder.parents[1])
    except Impossible as problem:
        print(f"\nwithout {programs[0]} its tests are skipped: {problem}", file=sys.stderr)


def _unpack(package: str, target: Path) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise Impossible(f"this is no Debian or Ubuntu; put {package} on PATH by hand")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        fetch = ["sh", "-c", 'cd "$1" && apt-get download -qq "$2"', "sh", folder, package]
        try:
            _call(fetch, what=f"apt-get download {package}")
        except Impossible:
            if not _may_install():
                raise
            sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
            _call([*sudo, "apt-get", "update", "-qq"])
            _call(fetch, what=f"apt-get download {package}")
        (found,) = Path(folder).glob("*.deb")
        _call(["dpkg-deb", "-x", str(found), f"{folder}/tree"])
        shutil.rmtree(target, ignore_errors=True)
        (Path(folder) / "tree").rename(target)  # whole or not at all


def install_packages(*names: str) -> None:
    """Install Debian packages as root, or by sudo where that asks for no password.

    Raises:
        Impossible: no apt-get, no right to use it, or it failed.
    """
    by_hand = f"install by hand: {' '.join(names)} (Debian, Ubuntu: apt-get install {' '.join(names)})"
    if not shutil.which("apt-get"):
        raise Impossible(f"{by_hand}; or set MONGODB_URL and RABBITMQ_URL to servers that you have")
    if not _may_install():
        raise Impossible(f"this needs root: {by_hand}")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    try:
        _call([*sudo, "sh", "-c", _APT, "sh", *names], what=f"apt-get install {' '.join(names)}")
    except Impossible as problem:
        raise Impossible(f"{problem}\n{by_hand}") from None


def _may_install() -> bool:
    """Whether Debian packages can be installed without asking anybody."""
    if not shutil.which("apt-get") or os.geteuid() == 0:
        return bool(shutil.which("apt-get"))
    sudo = shutil.which("sudo")
    return bool(sudo) and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0


def _docker_is_up() -> bool:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=10).returncode == 0
    return False


def _call(command: list[str], what: str = "") -> None:
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        close_fds=False,
    )
    if done.returncode:
        output = done.stdout.decode(errors="replace").splitlines()[-20:]
        raise Impossible("\n".join([f"{what or ' '.join(command)} failed with code {done.returncode}:", *output]))


if __name__ == "__main__":
    sys.exit(main())
