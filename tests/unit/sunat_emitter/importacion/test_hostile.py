"""Whatever the files hold, each is taken or refused with words for its owner: nothing else comes out of it."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from sunat_emitter.clock import utc_now
from sunat_emitter.documents.sign import sign
from sunat_emitter.documents.ubl import build
from sunat_emitter.importacion.judge import Alone, Refusal, Taken, judge
from sunat_emitter.importacion.pairs import Broken, TooMuch, in_zip, pairs
from sunat_emitter.importacion.rows import Into, comprobante_row, summary_row
from sunat_emitter.importacion.summary import Summary
from sunat_emitter.importacion.venta import venta
from sunat_emitter.store import StoredEmisor
from tests.support.comprobantes import EMISOR, comprobante, signing_key
from tests.support.foreign import PORTAL_LIKE, Sale, receipt, summary, summary_line, voiding, voiding_line, zipped
from tests.support.foreign import comprobante as foreign

DAY = date(2026, 3, 2)
OURS = ("factura with a deposit on credit", "factura with bags", "credit note of new instalments", "boleta to nobody")
SEEDS = (
    foreign(Sale()),
    foreign(Sale("08", "FD01", 4, changes=("01", "F001-88")), PORTAL_LIKE),
    summary("RC-20260303-1", DAY, summary_line(Sale("03", "B001", 5)) + summary_line(Sale("03", "B001", 6), 3)),
    voiding("RA-20260303-1", DAY, voiding_line(Sale())),
    *(sign(build(comprobante(shape)), signing_key()).xml for shape in OURS),
)
ODD = st.one_of(
    st.sampled_from(("", "-", ".", "-1", "1e9", "NaN", "999999999999.99", "0", "٣", "2026-13-45", "F001-0", "\u2028")),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
)
INTO = Into(
    StoredEmisor(
        id=1,
        company="company:acme",
        ruc=EMISOR.ruc,
        razon_social="X",
        ubigeo="150101",
        created_at=utc_now(),
        updated_at=utc_now(),
    ),
    "prod",
    "request-1",
    utc_now(),
    timedelta(days=3652),
)


def outcome(files: dict[str, bytes]) -> None:
    """Judge them, and make the rows of what is taken."""
    for pair in pairs(in_zip(zipped(files))):
        one = judge(pair, EMISOR.ruc)
        assert isinstance(one, Taken | Alone | Refusal)
        if isinstance(one, Refusal):
            assert one.motivo
        if not isinstance(one, Taken):
            continue
        documento = one.documento
        if isinstance(documento, Summary):
            assert summary_row(documento, one.hash, INTO, 1)["_id"] == one.nombre
            continue
        assert comprobante_row(one, documento, INTO, row_id=1, venta_id=1)["_id"] == one.nombre
        venta(documento, "company:acme", ids=(1, 1), comprobante_id=1, now=utc_now())


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_a_document_with_a_part_changed_or_gone(xml: bytes, data: st.DataObject) -> None:
    tree = etree.fromstring(xml)
    # The signature goes first: what it covers has changed, and this is about what comes before its check and after.
    for signature in list(tree.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")):
        parent = signature.getparent()
        assert parent is not None
        parent.remove(signature)
    elements = [each for each in tree.iter("{*}*") if each is not tree]
    victim = data.draw(st.sampled_from(elements))
    parent = victim.getparent()
    assert parent is not None
    match data.draw(st.sampled_from(("gone", "twice", "text", "attributes"))):
        case "gone":
            parent.remove(victim)
        case "twice":
            parent.append(etree.fromstring(etree.tostring(victim)))
        case "text":
            victim.text = data.draw(ODD)
        case _:
            for name in list(victim.attrib):
                victim.set(name, data.draw(ODD))
    outcome({"documento.xml": _signed(tree)})


def _signed(tree: etree._Element) -> bytes:
    """Signed anew where there is still a place for it, so that the change is not all that is found."""
    try:
        return sign(tree, signing_key()).xml
    except ValueError:
        return etree.tostring(tree)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from((foreign(Sale()), receipt(Sale().name))), st.integers(0), st.binary(min_size=1, max_size=8))
def test_bytes_that_were_damaged_on_the_way(content: bytes, place: int, damage: bytes) -> None:
    at = place % len(content)
    broken = content[:at] + damage + content[at + len(damage) :]
    outcome({f"{Sale().name}.xml": broken, f"R-{Sale().name}.zip": broken})
    outcome({f"{Sale().name}.xml": foreign(Sale()), f"R-{Sale().name}.zip": broken})


@settings(max_examples=60, deadline=None)
@given(st.integers(0), st.binary(min_size=1, max_size=12))
def test_a_zip_that_was_damaged_on_the_way(place: int, damage: bytes) -> None:
    content = zipped({f"{Sale().name}.xml": b"<a/>", f"R-{Sale().name}.zip": receipt(Sale().name)})
    at = place % len(content)
    try:
        found = pairs(in_zip(content[:at] + damage + content[at + len(damage) :]))
    except (Broken, TooMuch):
        return
    for pair in found:
        assert isinstance(judge(pair, EMISOR.ruc), Taken | Alone | Refusal)
