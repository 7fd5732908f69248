"""Where the files of comprobantes are, as their links name them."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Place:
    """A kind of file and the folder that its links show."""

    clase: Literal["xml", "cdr", "qr"]
    media_type: str

    @property
    def folder(self) -> str:
        """The first part of the path."""
        return f"/storage/{self.clase}"

    def path(self, name: str) -> str:
        """The path of one file."""
        return f"{self.folder}/{name}"


XML = Place("xml", "application/xml")
CDR = Place("cdr", "application/zip")
QR = Place("qr", "image/png")
PLACES = (XML, CDR, QR)
