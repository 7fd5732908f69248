"""A supplier's layout: learnt from one corrected invoice, it reads the next one right, and no other supplier's."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_engine.comparison import compared
from ocr_engine.evidence import Word
from ocr_engine.layouts import Anchor, Layout, learnt, recalled
from ocr_engine.printed import Kind, Values
from shared.contracts.extract import Correction
from shared.contracts.odoo import INVOICE_FIELDS
from shared.contracts.reading import ReadField, Reading
from tests.support.drawn_bills import FIRST, NEXT, Bill, read


def taught(bill: Bill, layout: Layout | None = None, **said: str | None) -> Layout:
    """The layout after a user's corrections of this bill."""
    reading, words = read(bill)
    corrections = [Correction(key=key, value=value) for key, value in said.items()]
    return learnt(layout or Layout(), reading, words, compared(reading, corrections), corrections)


def test_the_engine_alone_is_wrong_about_these_papers() -> None:
    for bill in (FIRST, NEXT):
        reading, _ = read(bill)
        assert reading.value("date") != "-".join(reversed(bill.issued.split("/")))
        assert reading.value("total") != bill.due


def test_a_corrected_date_and_total_are_read_right_on_the_next_invoice() -> None:
    layout = taught(FIRST, date="2024-02-28", total="133.00")
    reading, words = read(NEXT)
    better, changed = recalled(reading, words, layout, "text")
    assert sorted(changed) == ["date", "total"]
    assert (better.value("date"), better.value("total")) == ("2024-02-29", NEXT.due)
    for key in changed:
        field = better.fields[key]
        before = reading.fields[key]
        assert field.box is not None
        assert field.candidates[0].value == field.value
        assert before.value in [each.value for each in field.candidates[1:]]
        assert field.source == "text"
    untouched = reading.fields.keys() - set(changed)
    assert {key: better.fields[key] for key in untouched} == {key: reading.fields[key] for key in untouched}


def test_a_credit_note_that_is_printed_with_a_minus_and_validated_without_teaches_the_same() -> None:
    first, following = replace(FIRST, crates=-254), replace(NEXT, crates=-1254)
    assert (first.due, following.due) == ("-133.00", "-649.00")
    layout = taught(first, total="133.00")
    assert layout.anchors["total"] == taught(first, total="-133.00").anchors["total"]
    trust = layout.anchors["total"][0].trust
    assert taught(first, layout, total="133.00").anchors["total"][0].trust > trust
    reading, words = read(following)
    assert recalled(reading, words, layout, "text")[0].value("total") == following.due


def test_a_missed_reference_is_found_by_its_label() -> None:
    layout = taught(FIRST, payment_ref="77/2024/0815")
    reading, words = read(NEXT)
    assert recalled(reading, words, layout, "ocr")[0].value("payment_ref") == "12/2024/4711"


def test_a_models_reading_without_any_candidate_is_chosen_for_by_the_words() -> None:
    layout = taught(FIRST, date="2024-02-28", total="133.00")
    _, words = read(NEXT)
    fields = {key: ReadField(value=value, source="gemini") for key, value in (("date", "2024-03-16"), ("total", None))}
    model = Reading(schema_name="odoo_invoice", provider="gemini", fields=fields)
    better, _ = recalled(model, words, layout, "ocr")
    assert (better.value("date"), better.value("total")) == ("2024-02-29", NEXT.due)
    assert better.fields["date"].candidates[1].source == "gemini"


def test_a_value_that_the_invoice_itself_proves_is_never_changed() -> None:
    layout = taught(FIRST, total="133.00")
    reading, words = read(NEXT)
    for source in ("xml", "qr", "cufe"):
        sure = reading.model_copy(update={"fields": {**reading.fields, "total": ReadField(value=NEXT.total)}})
        proven = sure.fields["total"].model_copy(update={"source": source})
        sure = sure.model_copy(update={"fields": {**sure.fields, "total": proven}})
        assert recalled(sure, words, layout, "text") == (sure, [])


def test_a_paper_without_the_label_keeps_what_was_read_and_nothing_is_made_up() -> None:
    layout = taught(FIRST, date="2024-02-28", total="133.00")
    reading, words = read(replace(NEXT, labels=("Zahltag", "Sum for everything")))
    assert recalled(reading, words, layout, "text") == (reading, [])
    assert recalled(reading, (), layout, "text") == (reading, [])
    assert taught(FIRST, total="999.99") == Layout()


def test_the_place_that_the_user_marked_is_the_one_that_counts() -> None:
    bill = replace(FIRST, labels=("Kassadag", "Grand sum"), crates=0)
    reading, words = read(bill)
    wrong = reading.model_copy(update={"fields": {**reading.fields, "total": ReadField(value="100.00")}})
    (grand,) = (place for place in Values(words).of(Kind.AMOUNT) if place.left == "grand sum")
    mark = Correction(key="total", value="121.00", page=0, box=grand.box)
    layout = learnt(Layout(), wrong, words, compared(wrong, [mark]), [mark])
    assert [anchor.left for anchor in layout.anchors["total"]] == ["grand sum"]


def test_a_memory_that_later_corrections_contradict_loses_its_weight_and_another_takes_its_place() -> None:
    layout = taught(FIRST, total="133.00")
    first = layout.anchors["total"][0].trust
    confirmed = taught(NEXT, layout, total=NEXT.due)
    assert confirmed.anchors["total"][0].trust > first
    contradicted = taught(NEXT, layout, total=NEXT.total)
    assert [anchor.left for anchor in contradicted.anchors["total"]] == ["grand sum with crates"]
    assert contradicted.anchors["total"][0].trust < 0.4
    reading, words = read(FIRST)
    assert recalled(reading, words, contradicted, "text") == (reading, [])


def test_what_the_user_says_is_not_there_teaches_no_place() -> None:
    assert taught(FIRST, date=None) == Layout()
    layout = taught(FIRST, due_date="2024-02-28")
    denied = taught(NEXT, layout, due_date=None)
    assert denied == layout  # nothing was read and nothing is there: nobody was wrong


def test_american_dates_are_learnt_with_their_order() -> None:
    first, later = (replace(bill, printed_on=day) for bill, day in ((FIRST, "02/03/2024"), (NEXT, "05/04/2024")))
    layout = taught(replace(first, issued="see above"), date="2024-02-03")
    reading, words = read(replace(later, issued="see above"))
    assert reading.value("date") == "2024-04-05"
    assert recalled(reading, words, layout, "text")[0].value("date") == "2024-05-04"


def test_a_paper_that_shows_its_order_of_dates_needs_none_from_the_layout() -> None:
    layout = taught(replace(FIRST, issued="03/03/2024"), date="2024-03-03")
    reading, words = read(replace(NEXT, printed_on="03/16/2024", issued="02/03/2024"))
    assert recalled(reading, words, layout, "text")[0].value("date") == "2024-02-03"


@pytest.mark.parametrize("angle", [90.0, 180.0, -90.0])
def test_a_page_that_lies_on_its_side_is_remembered_alike(angle: float) -> None:
    layout = taught(FIRST, date="2024-02-28", total="133.00")
    reading, words = read(NEXT)
    better, _ = recalled(reading, [turned(word, angle) for word in words], layout, "ocr")
    assert (better.value("date"), better.value("total")) == ("2024-02-29", NEXT.due)


def turned(word: Word, angle: float) -> Word:
    """The word on the page as a scanner shows it that was fed sideways or upside down."""
    cx, cy, width, height, _ = word.box
    if abs(angle) == 180.0:
        return Word(word.text, word.page, (1 - cx, 1 - cy, width, height, angle), word.aspect)
    x, y = (1 - cy, cx) if angle > 0 else (cy, 1 - cx)
    # Lengths are over the new page's sides, which are the old page's other ones.
    return Word(word.text, word.page, (x, y, width / word.aspect, height * word.aspect, angle), 1 / word.aspect)


def test_words_that_are_seen_a_little_askew_still_stand_on_their_lines() -> None:
    layout = taught(FIRST, date="2024-02-28", total="133.00")
    reading, words = read(NEXT)
    askew = [
        replace(word, box=(*word.box[:4], word.box[4] + (place % 5 - 2) * 0.3)) for place, word in enumerate(words)
    ]
    margin = Word("Handelsregister", 0, (0.02, 0.5, 0.1, 0.01, -90.0), words[0].aspect)
    better, _ = recalled(reading, [*askew, margin], layout, "ocr")
    assert (better.value("date"), better.value("total")) == ("2024-02-29", NEXT.due)


def test_a_label_holds_no_digit() -> None:
    layout = taught(FIRST, payment_ref="77/2024/0815", total="133.00", date="2024-02-28", supplier="Rue Haute 12")
    anchors = [anchor for each in layout.anchors.values() for anchor in each]
    assert anchors
    assert not any(character.isdigit() for anchor in anchors for character in anchor.left + anchor.above)
    assert all(isinstance(anchor, Anchor) for anchor in anchors)


@pytest.mark.parametrize("reference", ["see below", "2024-4711", "12/2024/4711/3", "1/2/3"])
def test_a_code_of_another_shape_is_not_taken_for_the_remembered_one(reference: str) -> None:
    layout = taught(FIRST, payment_ref="77/2024/0815")
    reading, words = read(replace(NEXT, reference=reference))
    assert recalled(reading, words, layout, "text") == (reading, [])


def test_a_place_at_which_another_field_was_read_teaches_nothing() -> None:
    assert taught(FIRST, subtotal=FIRST.total) == Layout()
    both = taught(FIRST, subtotal=FIRST.total, total=FIRST.due)
    assert [anchor.left for anchor in both.anchors["subtotal"]] == ["total"]


def test_a_letterhead_is_remembered_by_its_place_alone_and_only_there() -> None:
    reading, words = read(FIRST)
    mistaken = reading.model_copy(update={"fields": {**reading.fields, "supplier": ReadField(value="Invoice")}})
    said = [Correction(key="supplier", value="Papyrus SPRL")]
    layout = learnt(Layout(), mistaken, words, compared(mistaken, said), said)
    later, words = read(NEXT)
    later = later.model_copy(update={"fields": {**later.fields, "supplier": ReadField(value="Invoice")}})
    assert recalled(later, words, layout, "text")[0].value("supplier") == "Papyrus SPRL"
    moved = [replace(word, box=(word.box[0] + 0.02, *word.box[1:])) for word in words]
    assert recalled(later, moved, layout, "text")[0].value("supplier") == "Invoice"


_LABELS = st.sampled_from(["", "total", "subtotal", "invoice date", "kassadag", "number", "vat", "amount"])
_ANCHORS = st.builds(
    Anchor,
    left=_LABELS,
    above=_LABELS,
    page=st.integers(0, 2),
    from_last=st.integers(0, 2),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
    parts=st.integers(1, 8),
    shape=st.sampled_from(["", "9", "A-9-9", "AA9"]),
    length=st.integers(0, 20),
    month_first=st.booleans(),
    trust=st.floats(0, 1),
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*INVOICE_FIELDS, "unknown"]), st.tuples(_ANCHORS, _ANCHORS), max_size=6))
def test_whatever_is_remembered_a_changed_value_is_printed_and_the_old_one_stays_a_candidate(
    anchors: dict[str, tuple[Anchor, ...]],
) -> None:
    reading, words = read(FIRST)
    better, changed = recalled(reading, words, Layout(anchors), "text")
    text = " ".join(word.text for word in words)
    for key in reading.fields:
        before, after = reading.fields[key], better.fields[key]
        assert (after != before) == (key in changed)
        if key in changed:
            assert after.raw in text
            assert after.candidates[0].value == after.value
            assert before.value in {None, *(each.value for each in after.candidates)}
            assert 0 <= after.confidence <= 1
