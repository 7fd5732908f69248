"""Résumés: the applicant's own name and numbers, not a referee's, a firm's or a year."""

import pytest

from ocr_engine.local.applicant.reader import read_applicant
from shared.contracts.odoo import APPLICANT_FIELDS
from tests.support.printed import document

SPANISH = """\
JUAN CARLOS PÉREZ GÓMEZ
Ingeniero de Sistemas
Dirección: Calle 50, Panamá
Tel: 223-4567   Celular: 6612-3344
Correo: juan.perez@correo.example
EXPERIENCIA
2015 - 2019  Banco del Istmo, Analista
2019-2024  Aerolíneas Unidas
REFERENCIAS
María López  6677-8899  maria@firma.example
"""
GERMAN = """\
LEBENSLAUF
Persönliche Daten
Name:          Anna Müller
Adresse:       Hauptstr. 5, 50667 Köln
Telefon:       0221 1234567
Mobil:         +49 171 2345678
E-Mail:        anna.mueller@post.example
Geburtsdatum:  12.03.1990
"""
TWO_COLUMNS = """\
Profile                       Sarah O'Connor
Team lead                     Senior Software Engineer
Contact                       Experience
+1 (555) 123-4567             2018 - 2022   Acme Inc
sarah.oconnor @ mail.example  2014 - 2018   Foo LLC
"""
INDIAN = """\
Resume of Rajesh Kumar Sharma
Mobile No: 9876543210
Email: rajesh_k@mail.example
Objective
To work in a challenging environment
Passport No: 12345678
"""
FRENCH = """\
Jean-Pierre Lefèvre
8 rue de la Paix, 75002 Paris
06 12 34 56 78 / 01 42 33 44 55
jp.lefevre@courrier.example
Né le 14/07/1985
"""


def values(text: str) -> dict[str, str | None]:
    return {key: field.value for key, field in read_applicant(document(text), 1).fields.items()}


@pytest.mark.parametrize(
    ("text", "name", "email", "phone", "mobile"),
    [
        (SPANISH, "JUAN CARLOS PÉREZ GÓMEZ", "juan.perez@correo.example", "223-4567", "6612-3344"),
        (GERMAN, "Anna Müller", "anna.mueller@post.example", "0221 1234567", "+49 171 2345678"),
        (TWO_COLUMNS, "Sarah O'Connor", "sarah.oconnor@mail.example", "+1 (555) 123-4567", None),
        (INDIAN, "Rajesh Kumar Sharma", "rajesh_k@mail.example", None, "9876543210"),
        (FRENCH, "Jean-Pierre Lefèvre", "jp.lefevre@courrier.example", "01 42 33 44 55", "06 12 34 56 78"),
    ],
    ids=["es", "de", "two columns", "in", "fr"],
)
def test_a_resume_says_who_applies_and_how_to_reach_them(
    text: str, name: str, email: str, phone: str | None, mobile: str | None
) -> None:
    assert values(text) == {"name": name, "email": email, "phone": phone, "mobile": mobile}


def test_a_referees_address_is_only_a_candidate() -> None:
    email = read_applicant(document(SPANISH), 1).fields["email"]
    assert [each.value for each in email.candidates] == ["juan.perez@correo.example", "maria@firma.example"]
    assert email.candidates[0].confidence > email.candidates[1].confidence + 0.3


def test_a_referees_fixed_line_is_not_taken_over_the_applicants_mobile() -> None:
    found = values("Lena Schmidt\nCONTACT\n+49 171 2345678\nREFERENCES\nDr. Paul Weber, +49 228 123456\n")
    assert (found["phone"], found["mobile"]) == ("+49 171 2345678", "+49 171 2345678")


def test_a_number_without_a_label_that_looks_mobile_is_both() -> None:
    found = values("Ana Ruiz\nana@mail.example\n+34 612 345 678\n")
    assert (found["phone"], found["mobile"]) == ("+34 612 345 678", "+34 612 345 678")


@pytest.mark.parametrize(
    "line",
    ["2015 - 2019", "01/02/2019 - 03/04/2020", "DNI 12345678-Z", "Fax: 223-4567", "ISBN 978-3-16-148410-0", "GPA 3.85"],
)
def test_other_figures_are_no_telephone_numbers(line: str) -> None:
    found = values(f"Ana Ruiz\n{line}\n")
    assert (found["phone"], found["mobile"]) == (None, None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CURRICULUM VITAE\n\nMaria del Carmen Rojas\nAdministrative Assistant\n", "Maria del Carmen Rojas"),
        ("Curriculum Vitae - Paul Smith\nSales Manager\n", "Paul Smith"),
        ("Nombre y apellidos: Luis Mora\n", "Luis Mora"),
        ("Work Experience\nAcme Software\nluis.mora@mail.example\nLuis Mora\n", "Luis Mora"),
        ("Sales Manager\nProfessional Experience\n", None),
    ],
)
def test_the_name_is_told_from_titles_and_headings(text: str, name: str | None) -> None:
    assert values(text)["name"] == name


@pytest.mark.parametrize(
    "number", ["06.12.34.56.78", "06-12-34-56-78", "+44 20 7946 0958", "(0221) 12 34 56", "6612-3344"]
)
def test_numbers_are_read_in_their_usual_forms(number: str) -> None:
    assert values(f"Ana Ruiz\n{number}\n")["phone"] == number


def test_every_field_of_the_schema_is_there_and_an_empty_page_holds_none() -> None:
    assert values("") == dict.fromkeys(APPLICANT_FIELDS)
