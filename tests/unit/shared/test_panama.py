"""RUC, DV and CUFE by the DGI's rules, on public examples and on properties."""

import base64
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.panama import cufe_in_url, dv_fits, is_ruc, normalize_ruc, parse_cufe, possible_dvs

CUFE = "FE01200002679372-1-844914-7300002025051500311570140020317481978892"

PUBLIC_PAIRS = [
    ("155751938-2-2024", "66"),
    ("155596713-2-2015", "59"),
    ("2679372-1-844914", "73"),
    ("637793-1-457490", "00"),
    ("138-289-35920", "04"),
    ("45400-2-299934", "09"),
    ("521-136-113133", "02"),
    ("8-769-1080", "56"),
    ("1-184-921", "49"),
    ("E-8-127702", "16"),
    ("N-19-1821", "11"),
    ("PE-842-3681", "51"),
    ("8PI-1-80", "05"),
    ("8AV-1-196", "90"),
    ("8-NT-1-13656", "43"),
    ("10102-64-103462", "30"),
    ("8-274-125", "91"),
]


@pytest.mark.parametrize(("ruc", "dv"), PUBLIC_PAIRS)
def test_public_pairs_of_ruc_and_dv_fit(ruc: str, dv: str) -> None:
    assert is_ruc(ruc)
    assert dv_fits(ruc, dv) is True


@pytest.mark.parametrize(
    "text", ["12345678", "001-002-123456", "14-NT-1-5", "155751938-2", "8-769-1080-1", "", "A-1-2"]
)
def test_other_numbers_are_no_ruc(text: str) -> None:
    assert not is_ruc(text)
    assert possible_dvs(text) == ()
    assert dv_fits(text, "00") is None


def test_a_tax_number_of_a_body_and_of_a_person_may_differ() -> None:
    assert len(possible_dvs("8-NT-1-13656")) == 2


def test_no_rule_is_known_for_a_letter_form_with_a_tome_of_four_digits() -> None:
    assert is_ruc("PE-1234-567")
    assert dv_fits("PE-1234-567", "00") is None


def test_spaces_case_and_dashes_are_made_one() -> None:
    assert normalize_ruc(" pe – 842-3681 ") == "PE-842-3681"
    assert dv_fits("e-8-127702", "16") is True


@given(st.integers(100_000_000, 999_999_999), st.integers(2000, 2030), st.integers(0, 8))
def test_a_wrong_digit_in_a_company_ruc_almost_always_changes_the_dv(roll: int, year: int, place: int) -> None:
    digits = str(roll)
    other = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
    if other.startswith("0"):
        return
    one, two = possible_dvs(f"{roll}-2-{year}"), possible_dvs(f"{other}-2-{year}")
    assert len(one) == len(two) == 1
    assert one[0].isdigit()
    assert len(one[0]) == 2


def test_a_cufe_is_taken_apart() -> None:
    cufe = parse_cufe(CUFE)
    assert cufe is not None
    assert (cufe.document_type, cufe.ruc_type, cufe.ruc, cufe.dv) == ("01", "2", "2679372-1-844914", "73")
    assert (cufe.branch, cufe.date, cufe.number, cufe.point) == ("0000", dt.date(2025, 5, 15), "0031157014", "002")
    assert (cufe.emission, cufe.environment, cufe.security) == ("03", "1", "748197889")


@given(st.integers(2, 65), st.sampled_from("0123456789"))
def test_one_wrong_digit_spoils_a_cufe(place: int, digit: str) -> None:
    if not CUFE[place].isdigit() or CUFE[place] == digit:
        return
    assert parse_cufe(CUFE[:place] + digit + CUFE[place + 1 :]) is None


def test_a_cufe_broken_over_lines_is_whole_again() -> None:
    assert parse_cufe(f"{CUFE[:33]}\n {CUFE[33:]}") == parse_cufe(CUFE)


@pytest.mark.parametrize(
    "address",
    [
        f"https://dgi-fep.mef.gob.pa/Consultas/FacturasPorQR?chFE={CUFE}&iAmb=1&digestValue=x&jwt=y",
        f"https://dgi-fep-test.mef.gob.pa:40001/Consultas/FacturasPorQR?chfe={CUFE}",
        f"https://dgi-fep.mef.gob.pa/Consultas/FacturasPorCUFE/{CUFE}",
        f"https://dgi-fep.mef.gob.pa/Consultas/FacturasPorCUFE?CUFE={CUFE}",
    ],
)
def test_the_dgis_addresses_hold_a_cufe(address: str) -> None:
    assert cufe_in_url(address) == CUFE


@pytest.mark.parametrize(
    "address",
    [
        f"https://dgi-fep.mef.gob.pa.example.com/Consultas/FacturasPorQR?chFE={CUFE}",
        "https://dgi-fep.mef.gob.pa/Consultas/FacturasPorCUFE",
        "https://[broken",
        base64.b64encode(CUFE.encode()).decode(),
    ],
)
def test_other_addresses_hold_none(address: str) -> None:
    assert cufe_in_url(address) is None


@given(st.text(max_size=80))
def test_no_text_breaks_the_rules(text: str) -> None:
    normalize_ruc(text)
    possible_dvs(text)
    parse_cufe(text)
    cufe_in_url(text)
