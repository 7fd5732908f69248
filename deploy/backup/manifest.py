"""What a backup holds: its collections, how many documents each has, and the checksums that prove it whole."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

NAME = "lumis-backup.json"
"""Written last: a folder without it is no backup."""
_PIECE = 1 << 20


class BackupBroken(Exception):
    """The folder holds no backup, or not all of it as it was written; the message says what is wrong."""


class Part(BaseModel):
    """One collection."""

    model_config = ConfigDict(frozen=True)

    database: str
    collection: str
    documents: int = Field(ge=0)
    size: int = Field(ge=0)
    """Bytes of the documents, before they are packed."""
    data: str
    """The file with the documents, relative to the backup's folder."""
    data_sha256: str
    about: str
    """The file with the collection's options and indexes."""
    about_sha256: str


class Manifest(BaseModel):
    """The whole backup."""

    model_config = ConfigDict(frozen=True)

    taken_at: datetime
    """The moment whose state it holds, by the database's clock."""
    server_version: str
    """Of the server that it was taken from; `restore` wants one that is not older."""
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Backup:
    """A backup in a folder."""

    folder: Path
    manifest: Manifest

    @property
    def documents(self) -> int:
        """How many there are in all."""
        return sum(part.documents for part in self.manifest.parts)

    @property
    def size(self) -> int:
        """Bytes of all documents, before they are packed."""
        return sum(part.size for part in self.manifest.parts)


def write(folder: Path, manifest: Manifest) -> Backup:
    """Make the folder a backup."""
    fresh = folder / f"{NAME}.part"
    fresh.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    fresh.replace(folder / NAME)
    return Backup(folder, manifest)


def read(folder: Path) -> Backup:
    """The backup in a folder, every file of it compared with its checksum.

    Raises:
        BackupBroken: it is none, or a file is missing or not as it was written.
    """
    try:
        manifest = Manifest.model_validate_json((folder / NAME).read_bytes())
    except FileNotFoundError:
        raise BackupBroken(f"{folder} holds no finished backup: there is no {NAME} in it") from None
    except ValueError:
        raise BackupBroken(f"{folder / NAME} cannot be understood: take another backup") from None
    for part in manifest.parts:
        for name, wanted in ((part.data, part.data_sha256), (part.about, part.about_sha256)):
            path = folder / name
            if not path.resolve().is_relative_to(folder.resolve()):
                raise BackupBroken(f"{name} lies outside {folder}: do not trust this backup")
            if not path.is_file():
                raise BackupBroken(f"{path} is missing: take another backup")
            if sha256_of(path) != wanted:
                raise BackupBroken(f"{path} is not as it was written (its SHA-256 differs): take another backup")
    return Backup(folder, manifest)


def sha256_of(path: Path) -> str:
    """A file's SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
