"""Which files belong together: the XMLs and CDRs of a folder or a zip, found by their names, read one at a time.

Zips within (as `RUC-01-F001-88.zip`, or one of a month) are looked into one level deep. Nothing is written to disk.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from shared.errors import LumisError
from sunat_emitter.cdr import ZIP_ERRORS

LARGEST_XML = 8 * 1024 * 1024
"""Bytes of one document, unpacked."""
LARGEST_INNER_ZIPS = 64 * 1024 * 1024
"""Bytes of all zips within a zip together, which memory holds; what is larger is unpacked first."""
LARGEST_UNPACKED = 256 * 1024 * 1024
"""Bytes that a zip in memory may come to: more is no history but a bomb."""
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Others take memory as they like."""
_RECEIPT = re.compile(r"^(?:R|CDR)[-_ ]+", re.IGNORECASE)
_NOISE = ("__macosx/", "._")
"""What some systems add to zips."""

Load = Callable[[], bytes]


class TooMuch(LumisError):
    """More files, or larger ones, than may be taken at once."""


class Broken(ValueError):
    """A file that cannot be unpacked; says why in the user's words."""


@dataclass(frozen=True)
class Found:
    """One file: where it was found, and how to read it. `load` raises Broken, OSError."""

    path: str
    load: Load

    @property
    def stem(self) -> str:
        """Its name without folders and extension, in capitals."""
        return PurePosixPath(self.path).stem.strip().upper()

    @property
    def is_receipt(self) -> bool:
        """Whether its name is a CDR's."""
        return _RECEIPT.match(self.stem) is not None


@dataclass(frozen=True)
class Pair:
    """An XML with its CDR; one of both may be missing."""

    stem: str
    """What both names share, in capitals: `20123456786-01-F001-88`."""
    xml: Found | None
    cdr: Found | None

    @property
    def path(self) -> str:
        """The name that it is reported under."""
        found = self.xml or self.cdr
        return found.path if found else self.stem


def pairs(files: Iterator[Found], most: int | None = None) -> list[Pair]:
    """Files by what their names share, in the order of those names.

    Raises:
        TooMuch: there are more than `most`.
    """
    documents: dict[str, Found] = {}
    receipts: dict[str, Found] = {}
    twice: list[Pair] = []
    for count, found in enumerate(files, 1):
        if most is not None and count > most:
            raise TooMuch(f"hay más de {most} archivos")
        stem = _RECEIPT.sub("", found.stem) if found.is_receipt else found.stem
        kept = receipts if found.is_receipt else documents
        if stem not in kept:
            kept[stem] = found
        elif not found.is_receipt:
            twice.append(Pair(stem, found, None))
    whole = [Pair(stem, documents.get(stem), receipts.get(stem)) for stem in {**documents, **receipts}]
    # A second file of a name shares the first one's receipt.
    whole += [Pair(each.stem, each.xml, receipts.get(each.stem)) for each in twice]
    return sorted(whole, key=lambda pair: _in_order(pair.stem))


def _in_order(stem: str) -> tuple[str, int]:
    """By series, then by number and not by its digits."""
    head, _, last = stem.rpartition("-")
    return (head, int(last)) if last.isascii() and last.isdecimal() else (stem, 0)


def in_zip(content: bytes, most: int = LARGEST_UNPACKED) -> Iterator[Found]:
    """The XMLs and CDRs in a zip that comes to at most so many bytes. Raises Broken: it is none."""
    room = _Room(most)
    for found in _in_archive(io.BytesIO(content), "", _Room(LARGEST_INNER_ZIPS)):
        yield Found(found.path, partial(_within, found.load, room))


def in_place(path: Path) -> Iterator[Found]:
    """The XMLs and CDRs in a folder, however deep, or in a zip on disk. Links are not followed.

    Raises:
        Broken: it is neither.
    """
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            if each.is_file() and not each.is_symlink():
                yield from _in_file(each, str(each.relative_to(path)))
    elif path.is_file():
        yield from _in_archive(path, "", _Room(LARGEST_INNER_ZIPS))
    else:
        raise Broken(f"no existe la carpeta o el zip {path}")


@dataclass
class _Room:
    """How many bytes may still come."""

    left: int


def _within(load: Load, room: _Room) -> bytes:
    if room.left <= 0:
        raise Broken("el zip entero, desempaquetado, es demasiado grande: pártalo en varios")
    content = load()
    room.left -= len(content)
    return content


def _in_file(file: Path, name: str) -> Iterator[Found]:
    found = Found(name, partial(_read_file, file))
    suffix = file.suffix.lower()
    if suffix == ".xml" or (suffix == ".zip" and found.is_receipt):
        yield found
    elif suffix == ".zip":
        try:
            yield from _in_archive(file, name, None)
        except Broken as error:
            yield _unreadable(name, str(error))


def _read_file(file: Path) -> bytes:
    if file.stat().st_size > LARGEST_XML:
        raise Broken(f"pesa más de {LARGEST_XML // 2**20} MB")
    return file.read_bytes()


def _unreadable(name: str, why: str) -> Found:
    """A file that is told of instead of taken."""

    def load() -> bytes:
        raise Broken(why)

    return Found(name, load)


def _in_archive(source: io.BytesIO | Path, name: str, room: _Room | None) -> Iterator[Found]:
    """Its entries; zips among them only where there is `room` for them."""
    try:
        archive = zipfile.ZipFile(source)
        entries = archive.infolist()
    except ZIP_ERRORS:
        raise Broken("no es un zip que se pueda leer") from None
    for entry in entries:
        path = entry.filename.replace("\\", "/")
        if entry.is_dir() or any(part in path.lower() for part in _NOISE):
            continue
        shown = f"{name}/{path}" if name else path
        found = Found(shown, partial(_read_entry, archive, entry, LARGEST_XML))
        suffix = PurePosixPath(path).suffix.lower()
        if suffix == ".xml" or (suffix == ".zip" and found.is_receipt):
            yield found
        elif suffix == ".zip" and room is not None:
            yield from _inner(archive, entry, shown, room)
        elif suffix == ".zip":
            yield _unreadable(shown, "es un zip dentro de otro: desempaquételo")


def _inner(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, shown: str, room: _Room) -> Iterator[Found]:
    try:
        content = _read_entry(archive, entry, room.left)
        room.left -= len(content)
        yield from _in_archive(io.BytesIO(content), shown, None)
    except Broken as error:
        yield _unreadable(shown, str(error))


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    if entry.compress_type not in _PACKINGS or entry.flag_bits & 1:
        raise Broken("está comprimido de un modo que no se acepta, o con contraseña")
    try:
        with archive.open(entry) as packed:
            content = packed.read(most + 1)  # the size that the zip itself states may be a lie
    except ZIP_ERRORS:
        raise Broken("está dañado") from None
    if len(content) > most:
        raise Broken(f"pesa más de {most // 2**20} MB")
    return content
