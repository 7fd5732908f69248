"""Uploads as the clients of the Lumis API really write them: bytes and their content type."""

from collections.abc import Callable, Mapping

import httpx
import requests

Encoder = Callable[[bytes, Mapping[str, str]], tuple[bytes, str]]


def by_httpx(image: bytes, texts: Mapping[str, str]) -> tuple[bytes, str]:
    """httpx: texts first, the file with the type of its name."""
    request = httpx.Request("POST", "http://lumis", data=dict(texts), files={"image": ("factura.jpg", image)})
    return request.read(), request.headers["content-type"]


def by_requests(image: bytes, texts: Mapping[str, str]) -> tuple[bytes, str]:
    """Requests: texts first, the file with a name and no content type."""
    prepared = requests.Request("POST", "http://lumis", data=dict(texts), files={"image": ("x", image)}).prepare()
    assert isinstance(prepared.body, bytes)
    return prepared.body, str(prepared.headers["Content-Type"])


def by_curl(image: bytes, texts: Mapping[str, str]) -> tuple[bytes, str]:
    """As curl writes `-F image=@… -F missing_fields=…`: the file first, each part with its headers alone."""
    boundary = "------------------------d74496d66958873e"
    head = 'Content-Disposition: form-data; name="image"; filename="factura.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return _joined(boundary, [head.encode() + image, *_texts(texts)])


def by_dio(image: bytes, texts: Mapping[str, str]) -> tuple[bytes, str]:
    """As dio: texts first, the file last as `application/octet-stream`, lower-case header names."""
    boundary = "--dio-boundary-3278654321"
    head = (
        'content-disposition: form-data; name="image"; filename="image_picker.jpg"\r\n'
        "content-type: application/octet-stream\r\n\r\n"
    )
    return _joined(boundary, [*_texts(texts), head.encode() + image])


ENCODERS: dict[str, Encoder] = {"httpx": by_httpx, "requests": by_requests, "curl": by_curl, "dio": by_dio}


def _texts(texts: Mapping[str, str]) -> list[bytes]:
    head = 'Content-Disposition: form-data; name="{}"\r\n\r\n'
    return [head.format(name).encode() + text.encode() for name, text in texts.items()]


def _joined(boundary: str, parts: list[bytes]) -> tuple[bytes, str]:
    opening = f"--{boundary}\r\n".encode()
    body = b"".join(opening + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"
