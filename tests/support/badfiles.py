"""Files that a reader must survive: empty, cut, locked, bombs, look-alikes. Each function makes its bytes anew."""

import io
import struct
import zipfile
import zlib

import pikepdf
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def empty() -> bytes:
    """No bytes at all."""
    return b""


def zero_pixel_png() -> bytes:
    """A PNG whose header says 0 x 0."""
    return _png(0, 0)


def png_bomb() -> bytes:
    """30,000 x 30,000 pixels of one bit in about 110 kB: 900 million pixels once decoded."""
    return _png(30_000, 30_000)


def wide_png() -> bytes:
    """14,000 x 14,000 pixels of one bit in about 24 kB: decodes to more than a gigabyte in some libraries."""
    return _png(14_000, 14_000)


def truncated_jpeg() -> bytes:
    """The first third of a JPEG."""
    whole = plain_jpeg()
    return whole[: len(whole) // 3]


def plain_jpeg(size: tuple[int, int] = (320, 240)) -> bytes:
    """A sound JPEG with nothing written on it."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).save(out, "JPEG", quality=80)
    return out.getvalue()


def plain_pdf() -> bytes:
    """A sound one-page PDF with a line of text."""
    return _pdf((612, 792))


def encrypted_pdf(password: str) -> bytes:
    """A PDF that opens with its user password only."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain_pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(user=password, owner=password + "-o"))
    return out.getvalue()


def huge_page_pdf() -> bytes:
    """One page of 14,400 points (200 inches) square, the largest that a PDF may have."""
    return _pdf((14_400, 14_400))


def many_pages_pdf(pages: int = 200_000) -> bytes:
    """A small PDF whose page tree names one page so often: 200,000 pages in about 1.2 MB."""
    kids = b"3 0 R " * pages
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
    )
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    table = out.tell()
    out.write(b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def jpeg_and_pdf() -> bytes:
    """A sound JPEG with a sound PDF after it; a sniffer may say either."""
    return plain_jpeg() + plain_pdf()


def late_pdf() -> bytes:
    """A PDF whose signature stands at offset 200, which readers allow."""
    return b" " * 199 + b"\n" + plain_pdf()


def zip_archive() -> bytes:
    """A zip with a picture's name in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("factura.jpg", plain_jpeg())
    return out.getvalue()


def gif() -> bytes:
    """A sound picture of a kind that is not accepted."""
    out = io.BytesIO()
    Image.new("P", (40, 30), 3).save(out, "GIF")
    return out.getvalue()


def plain_text() -> bytes:
    """Words, not a picture."""
    return b"FACTURA No. 001-002-123456\nTOTAL B/. 125.50\n"


def jpeg_stub() -> bytes:
    """Only the three bytes by which a JPEG is known."""
    return b"\xff\xd8\xff"


def pdf_stub() -> bytes:
    """Only a PDF's signature."""
    return b"%PDF-1.7\n"


def _pdf(size: tuple[float, float]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1)
    canvas.drawString(72, size[1] - 72, "Texto de prueba sin factura")
    canvas.save()
    return out.getvalue()


def _png(width: int, height: int) -> bytes:
    """A black one-bit PNG, compressed row by row so that the picture never stands in memory."""
    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join([packer.compress(row) for _ in range(height)]) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return PNG_SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
