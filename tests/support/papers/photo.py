"""Turns a drawn paper into a picture: as scanned, as a careful or a poor photo; turned, or joined of captures."""

import io
from dataclasses import dataclass
from random import Random

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter, ImageOps

from tests.support.papers.invoice import Quality

POINTS_PER_INCH = 72


@dataclass(frozen=True)
class Camera:
    """How a quality is made: resolution in dots per inch, skew in degrees, blur in pixels, noise in grey levels."""

    dpi: int
    skew: tuple[float, float]
    blur: float
    noise: float
    shadow: float
    """Share of the light that the darkest corner loses."""
    jpeg: int


CAMERAS: dict[Quality, Camera] = {
    "clean": Camera(dpi=200, skew=(0, 0), blur=0, noise=0, shadow=0, jpeg=85),
    "good": Camera(dpi=190, skew=(0.4, 1.6), blur=0.6, noise=2, shadow=0.15, jpeg=68),
    "poor": Camera(dpi=130, skew=(3, 5), blur=0.8, noise=5, shadow=0.45, jpeg=42),
}


def rasterise(document: bytes, dpi: int) -> Image.Image:
    """The first page of a PDF as a grey picture."""
    pdf = pdfium.PdfDocument(document)
    try:
        picture: Image.Image = pdf[0].render(scale=dpi / POINTS_PER_INCH).to_pil()
        return picture.convert("L")
    finally:
        pdf.close()


def photograph(document: bytes, quality: Quality, rng: Random) -> Image.Image:
    """A picture of the paper; the same random state gives the same picture."""
    camera = CAMERAS[quality]
    paper = rasterise(document, camera.dpi)
    if quality == "clean":
        return paper
    lowest, highest = camera.skew
    angle = rng.uniform(lowest, highest) * rng.choice((-1, 1))
    picture = _on_table(paper, angle, rng)
    picture = picture.filter(ImageFilter.GaussianBlur(camera.blur))
    return _lit(picture, camera, rng)


def turned(picture: Image.Image, degrees: int) -> Image.Image:
    """The picture turned clockwise by a multiple of 90 degrees."""
    return picture.rotate(-degrees, expand=True) if degrees else picture


def captures(picture: Image.Image, rng: Random) -> Image.Image:
    """Two captures of one paper that overlap by about a fifth, joined one under the other."""
    cut, overlap = rng.uniform(0.5, 0.58), rng.uniform(0.16, 0.22)
    height = picture.height
    upper = picture.crop((0, 0, picture.width, round(height * cut)))
    lower = picture.crop((0, round(height * (cut - overlap)), picture.width, height))
    gap = 24
    joined = Image.new("L", (picture.width, upper.height + gap + lower.height), 128)
    joined.paste(upper, (0, 0))
    joined.paste(lower, (0, upper.height + gap))
    return joined


def encode(picture: Image.Image, file_format: str, quality: Quality) -> bytes:
    """The picture's bytes as `png`, `jpg` or `scan` (a PDF that holds only the picture)."""
    camera = CAMERAS[quality]
    out = io.BytesIO()
    if file_format == "png":
        picture.save(out, "PNG", optimize=True)
    elif file_format == "scan":
        inner = io.BytesIO()
        picture.save(inner, "JPEG", quality=camera.jpeg)
        Image.open(inner).save(out, "PDF", resolution=camera.dpi, quality=camera.jpeg, creationDate=None, modDate=None)
    else:
        _tinted(picture, quality).save(out, "JPEG", quality=camera.jpeg)
    return out.getvalue()


def _tinted(picture: Image.Image, quality: Quality) -> Image.Image:
    """A photo has the warm light of a lamp; a scan has no colour."""
    if quality == "clean":
        return picture.convert("RGB")
    return ImageOps.colorize(picture, black=(14, 10, 6), white=(255, 250, 238))


def _on_table(paper: Image.Image, angle: float, rng: Random) -> Image.Image:
    """The paper lying a little askew on a darker table."""
    margin = round(min(paper.size) * 0.07)
    size = (paper.width + 2 * margin, paper.height + 2 * margin)
    table = Image.new("L", size, rng.randrange(50, 110))
    # Paper is never as white as the page that it is drawn from.
    sheet = paper.point([round(38 + level * 0.78) for level in range(256)])
    layer = Image.new("L", size, 0)
    layer.paste(sheet, (margin, margin))
    mask = Image.new("L", size, 0)
    mask.paste(255, (margin, margin, margin + paper.width, margin + paper.height))
    layer, mask = _tilted(layer, angle), _tilted(mask, angle)
    table = table.resize(layer.size)
    table.paste(layer, (0, 0), mask)
    return table


def _tilted(layer: Image.Image, angle: float) -> Image.Image:
    return layer.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True)


def _lit(picture: Image.Image, camera: Camera, rng: Random) -> Image.Image:
    """Light that falls off towards one side, a hand's soft shadow where it is strong, and the sensor's noise."""
    levels = np.asarray(picture, dtype=np.float32)
    down, across = np.mgrid[0 : levels.shape[0], 0 : levels.shape[1]].astype(np.float32)
    down, across = down / levels.shape[0], across / levels.shape[1]
    direction = rng.uniform(0, 1)
    slope = down * direction + across * (1 - direction)
    light = 1 - camera.shadow * slope * 0.6
    edge = rng.uniform(0.45, 0.75)
    light -= camera.shadow * 0.5 / (1 + np.exp(-(across + 0.3 * down - edge) * 25))
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, camera.noise, levels.shape)
    return Image.fromarray(np.clip(levels * light + noise, 0, 255).astype(np.uint8), "L")
