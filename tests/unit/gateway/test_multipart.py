"""The multipart parser and the upload reader, against generated forms and chunkings."""

import hashlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http import BrokenBody, Problem
from gateway.multipart import Malformed, MultipartParser, PartData, PartEnded, PartStarted, boundary_of
from gateway.uploads import Form, Upload, content_type_of, read_upload
from tests.support.gateway import JPEG, PDF, PNG

BOUNDARY = b"XboundX"
TYPE = "multipart/form-data; boundary=XboundX"
FORM = Form(text_parts=("mode",), file_limit=5_000, ignored_limit=5_000)

contents = st.binary(max_size=300) | st.sampled_from(
    [b"\r\n", b"\r\n--", b"\r\n--Xbound", b"--XboundX", b"\r", b"\n--XboundX", b"\r\n\r\n--X", b"-" * 90]
)
parts_lists = st.lists(st.tuples(st.sampled_from(["image", "file", "mode", "other", "ñ"]), contents), max_size=6)
whole_forms = parts_lists.filter(lambda parts: not any(b"\r\n--XboundX" in b"\r\n" + data for _, data in parts))


def encode(parts: list[tuple[str, bytes]], end: bytes = b"--\r\n") -> bytes:
    body = b""
    for name, data in parts:
        disposition = f'Content-Disposition: form-data; name="{name}"'.encode()
        body += b"--" + BOUNDARY + b"\r\n" + disposition + b"\r\n\r\n" + data + b"\r\n"
    return body + b"--" + BOUNDARY + end


def cut(body: bytes, sizes: list[int]) -> list[bytes]:
    chunks = []
    for size in sizes:
        chunks.append(body[:size])
        body = body[size:]
    return [*chunks, body]


async def stream(chunks: list[bytes], broken: bool = False) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if broken:
        raise BrokenBody


def parse(chunks: list[bytes]) -> list[tuple[str | None, bytes]]:
    parser = MultipartParser(BOUNDARY)
    parts: list[tuple[str | None, bytes]] = []
    for chunk in chunks:
        for piece in parser.feed(chunk):
            match piece:
                case PartStarted(name):
                    parts.append((name, b""))
                case PartData(data):
                    parts[-1] = (parts[-1][0], parts[-1][1] + data)
                case PartEnded():
                    pass
    parser.close()
    return parts


async def read(body: bytes, content_type: str = TYPE, form: Form = FORM) -> Upload:
    return await read_upload(stream([body]), content_type, form)


async def refusal(body: bytes, content_type: str = TYPE, form: Form = FORM) -> str:
    with pytest.raises(Problem) as raised:
        await read(body, content_type, form)
    return raised.value.code


@given(parts=whole_forms, sizes=st.lists(st.integers(0, 40), max_size=60), preamble=st.sampled_from([b"", b"hi\r\n"]))
def test_every_cutting_of_a_form_gives_its_parts(
    parts: list[tuple[str, bytes]], sizes: list[int], preamble: bytes
) -> None:
    assert parse(cut(preamble + encode(parts), sizes)) == parts


@given(parts=whole_forms, sizes=st.lists(st.integers(1, 40), max_size=20))
def test_a_form_that_breaks_off_anywhere_is_malformed(parts: list[tuple[str, bytes]], sizes: list[int]) -> None:
    whole = encode(parts, b"--")
    for end in {len(whole) - 1, len(whole) // 2, *sizes}:
        if end < len(whole):
            with pytest.raises(Malformed):
                parse([whole[:end]])


@given(st.binary(max_size=2_000), st.lists(st.integers(0, 100), max_size=20))
def test_any_bytes_are_parts_or_malformed(body: bytes, sizes: list[int]) -> None:
    try:
        parse(cut(b"--XboundX\r\n" + body, sizes))
    except Malformed:
        return


def expected(parts: list[tuple[str, bytes]]) -> str | bytes:
    """What a reader of the contract would say of a form."""
    mode = next((data for name, data in parts if name == "mode"), b"")
    try:
        mode.decode()
    except UnicodeDecodeError:
        return "INVALID_MULTIPART"
    named = [data for name, data in parts if name == "image"] or [data for name, data in parts if name == "file"]
    if not named:
        return "NO_IMAGE_FILE"
    if not named[0]:
        return "NO_IMAGE_DATA"
    return named[0] if content_type_of(named[0]) else "INVALID_FORMAT"


papers = st.sampled_from([b"", b"text", JPEG, PNG, PDF])
uploads = st.lists(
    st.tuples(st.sampled_from(["image", "file", "other"]), papers)
    | st.tuples(st.just("mode"), st.sampled_from([b"1", b"2", b"", b"\xff"])),
    max_size=5,
)


@given(parts=uploads, sizes=st.lists(st.integers(0, 400), max_size=20))
async def test_parts_may_come_in_any_order_and_image_wins(parts: list[tuple[str, bytes]], sizes: list[int]) -> None:
    chunks = stream(cut(encode(parts), sizes))
    wanted = expected(parts)
    if isinstance(wanted, str):
        with pytest.raises(Problem) as raised:
            await read_upload(chunks, TYPE, FORM)
        assert raised.value.code == wanted
        return
    upload = await read_upload(chunks, TYPE, FORM)
    assert upload.content.take() == wanted
    assert upload.size == len(wanted)
    assert upload.texts.get("mode") == next((data.decode() for name, data in parts if name == "mode"), None)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xdb", "image/jpeg"),
        (b"\xff\xd8", None),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\x89PNG\r\n\x1a", None),
        (b"%PDF-", "application/pdf"),
        (b" " * 1019 + b"%PDF-", "application/pdf"),
        (b" " * 1020 + b"%PDF-", None),
        (b"GIF89a", None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell_the_format(head: bytes, kind: str | None) -> None:
    assert content_type_of(head) == kind


async def test_neither_name_nor_type_of_a_part_is_needed_or_believed() -> None:
    for headers in (
        b'Content-Disposition: form-data; name="image"',
        b'content-disposition: form-data; name=image; filename="a.gif"\r\nContent-Type: image/gif',
        b'Content-Disposition: form-data; filename="blob"; name="image"\r\nContent-Type: application/octet-stream',
        'Content-Disposition: form-data; name="image"; filename="año \\" 1.pdf"'.encode(),
    ):
        body = b"--XboundX\r\n" + headers + b"\r\n\r\n" + PNG + b"\r\n--XboundX--"
        assert (await read(body)).content_type == "image/png"


async def test_the_digest_is_of_the_file() -> None:
    assert (await read(encode([("image", PDF)]))).sha256 == hashlib.sha256(PDF).hexdigest()


async def test_content_is_handed_out_once_so_that_no_waiting_request_holds_it() -> None:
    upload = await read(encode([("image", JPEG)]))
    upload.content.take()
    with pytest.raises(RuntimeError):
        upload.content.take()


async def test_a_file_may_have_its_limit_and_not_one_byte_more() -> None:
    fits = JPEG.ljust(FORM.file_limit, b"\0")
    assert (await read(encode([("file", fits)]))).size == FORM.file_limit
    assert await refusal(encode([("file", fits + b"\0")])) == "FILE_TOO_LARGE"


async def test_reading_stops_at_the_first_byte_too_many() -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield encode([("image", JPEG)]).split(JPEG)[0]
        while True:
            taken += 1_000
            yield b"x" * 1_000

    with pytest.raises(Problem) as raised:
        await read_upload(endless(), TYPE, FORM)
    assert raised.value.status == 413
    assert taken <= FORM.file_limit + 2_000


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/mixed; boundary=XboundX",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 71,
        "multipart/form-data; boundary=ñ",
        "multipart/form-data; boundary=other",
    ],
)
async def test_what_is_not_multipart_is_refused(content_type: str) -> None:
    assert await refusal(encode([("image", JPEG)]), content_type) == "INVALID_MULTIPART"


def test_a_quoted_boundary_is_understood() -> None:
    assert boundary_of('Multipart/Form-Data; charset=utf-8; boundary="a b:c"') == b"a b:c"


async def test_a_form_is_bounded_in_parts_texts_headers_preamble_and_unknown_bytes() -> None:
    image = ("image", JPEG)
    assert await refusal(encode([image] + [("other", b"")] * 100)) == "INVALID_MULTIPART"
    assert await refusal(encode([("other", b"x" * 3_000), ("another", b"x" * 3_000), image])) == "INVALID_MULTIPART"
    assert await refusal(encode([image, ("mode", b"1" * 300_000)])) == "INVALID_MULTIPART"
    assert await refusal(b"x" * 50_000 + b"\r\n" + encode([image])) == "INVALID_MULTIPART"
    long_header = b"--XboundX\r\nX: " + b"y" * 50_000
    assert await refusal(long_header) == "INVALID_MULTIPART"


async def test_a_body_that_breaks_off_on_the_way_is_refused() -> None:
    with pytest.raises(Problem) as raised:
        await read_upload(stream([encode([("image", JPEG)])[:200]], broken=True), TYPE, FORM)
    assert raised.value.code == "INVALID_MULTIPART"
