"""Sets a page with nothing but a logo, as a process of its own: `python -m sunat_emitter.pdf.trial < logo.png`.

A picture may be made to take all memory or time that there is; here that ends this process and nothing else.
"""

import asyncio
import os
import resource
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from sunat_emitter.pdf.logo import Logo, read_logo
from sunat_emitter.pdf.typeset import compile_sources

_SECONDS = 10.0
"""Of the whole process, on a machine that is busy."""
_CPU_SECONDS = 5
_MEMORY = 1024 * 1024 * 1024
_NEEDED = frozenset({"PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "TMPDIR"})
"""What a program needs to start. Our keys and passwords are not among it: this one reads what strangers made."""
_QUIET = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
"""Threads reserve address space, of which a machine with many cores would take all that there is here."""
_PAGE = '#set page(width: 80mm, height: auto)\n#image("{name}", width: 60mm, height: 20mm, fit: "contain")'


async def can_be_set(logo: Logo) -> bool:
    """Whether a page with this logo can be set within the limits of a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sunat_emitter.pdf.trial"),
        env={**_QUIET, **{name: value for name, value in os.environ.items() if name in _NEEDED}},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            await process.communicate(logo.content)
    except TimeoutError:
        return False
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return process.returncode == 0


def main() -> None:
    """Try the picture on standard input; exits with 0 where it can be set."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logo = read_logo(sys.stdin.buffer.read())
    if logo.kind != "svg":
        _decode(logo)
    sources = {"main.typ": _PAGE.format(name="logo.svg").encode(), "logo.svg": logo.svg}
    compile_sources(sources, moment=datetime(2026, 1, 1, tzinfo=UTC))


def _decode(logo: Logo) -> None:
    """Inside an SVG a broken picture is passed over in silence; by itself it is an error. Raises RuntimeError."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        picture, page = folder / f"logo.{logo.kind}", folder / "main.typ"
        picture.write_bytes(logo.content)
        page.write_text(_PAGE.format(name=picture.name), encoding="utf-8")
        typst.compile(page, root=folder, ignore_system_fonts=True, format="pdf")


if __name__ == "__main__":
    main()
