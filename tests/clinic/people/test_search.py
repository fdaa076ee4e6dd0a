"""Finding a patient as callers say it, and asking before the same person is saved again."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from clinic.people.actions.patients import add_patient, change_patient
from clinic.people.likeness import alike
from clinic.people.models import Patient, PatientWord
from clinic.people.search import find_patients, words_of
from clinic.people.words import asked_ways, clean_name, fold, index_words
from tests.factories.people import UserFactory
from tests.support.page_text import page_text

ZOE = {
    "given_name": "Zoë",
    "family_name": "Brontë-Łuk",
    "phone": "+12015550106",
    "date_of_birth": dt.date(1984, 3, 27),
    "email": "zoe@mail.example",
}

PHONE = [
    "+1 201-555-0106",
    "+12015550106",
    "12015550106",
    "0012015550106",
    "(201) 555-0106",
    "201.555.0106",
    "2015550106",
    "555 0106",
    "555-0106",
    "5550106",
    "0106",
    "550",
    "Łuk 555-0106",
    "luk 0106",
]
BIRTH = [
    "27 3 1984",
    "27.3.84",
    "27.03.1984",
    "3/27/1984",
    "03/27/84",
    "27/3/1984",
    "27 March 1984",
    "27th of March 1984",
    "march 27, 1984",
    "27 mar 84",
    "27.3.",
    "3/27",
    "27 March",
    "March 27",
    "1984-03-27",
    "19840327",
    "27031984",
    "03271984",
    "1984",
    "zoe 1984",
    "luk 27.3.1984",
]
NAMES = [
    "Łuk",
    "luk",
    "LUK",
    "bronte",
    "Bronteluk",
    "Bronte Luk",
    "bronte-luk zoe",
    "zo\u00adë",
    "Zo\u200be",
    "\u202eZoe",
    "Zoë",
]
NOT = ["5511", "27 3 1985", "4/27/1984", "28 March", "1983", "zoe 0107", "Zoe Smith", "lukas", "0010106"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "found"), [(one, True) for one in PHONE + BIRTH + NAMES] + [(one, False) for one in NOT]
)
def test_a_caller_is_found_as_they_say_it(settings, asked, found):
    settings.PHONENUMBER_DEFAULT_REGION = "US"
    add_patient(by=UserFactory(desk=True), **ZOE)
    assert find_patients(asked).exists() is found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("region", "asked", "found"),
    [
        ("US", "4/3/1984", True),
        ("DE", "4/3/1984", False),
        ("DE", "3.4.1984", True),
        ("DE", "3/4/1984", True),
        ("US", "3.4.1984", True),
        ("US", "3/4/1984", False),
    ],
)
def test_a_date_is_read_as_the_region_writes_it(settings, region, asked, found):
    settings.PHONENUMBER_DEFAULT_REGION = region
    add_patient(by=UserFactory(desk=True), given_name="Ana", family_name="Torres", date_of_birth=dt.date(1984, 4, 3))
    assert find_patients(asked).exists() is found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "family", "asked"),
    [
        ("Mei-Ling", "Chen", "Meiling"),
        ("Mei-Ling", "Chen", "mei ling chen"),
        ("Meiling", "Chen", "Mei-Ling"),
        ("Mei Ling", "Chen", "meiling"),
        ("Annemarie", "Groß", "Anne-Marie Gross"),
        ("Anne-Marie", "Gross", "annemarie groß"),
        ("Søren", "Sørensen", "Sorensen"),
        ("Soren", "Sorensen", "Sørensen"),
        ("Đorđe", "Ilić", "dorde ilic"),
        ("Işıl", "Yılmaz", "isil yilmaz"),
        ("Jürgen", "Müller", "mueller"),
        ("Jürgen", "Müller", "muller"),
        ("Jurgen", "Mueller", "Müller"),
        ("Þór", "Ægisson", "thor aegisson"),
        ("小明", "王", "小明"),
        ("小明", "王", "王小明"),
        ("小明", "王", "王 小明"),
        ("王小明", "王", "小明"),
        ("明美", "田中", "田中明"),
        ("민준", "김", "민준"),
        ("Conor", "O’Brien", "obrien"),
        ("Conor", "O'Brien", "o'brien"),
        ("علی‌رضا", "احمدی", "علیرضا"),
    ],
)
def test_a_name_is_found_in_another_spelling(given, family, asked):
    add_patient(by=UserFactory(desk=True), given_name=given, family_name=family)
    assert find_patients(asked).exists()


@pytest.mark.django_db
def test_a_german_number_is_found_as_dialled_at_home():
    add_patient(by=UserFactory(desk=True), given_name="Ute", family_name="Berg", phone="+4930901820")
    for asked in ("030 901820", "+49 (0)30 901820", "+49 30 90 18 20", "0049 30 901820", "901820", "9018"):
        assert find_patients(asked).exists(), asked


@pytest.mark.django_db
def test_looking_is_one_query_and_follows_a_change(django_assert_num_queries):
    desk = UserFactory(desk=True)
    one = add_patient(by=desk, **ZOE)
    with django_assert_num_queries(1):
        assert list(find_patients("bronte luk 27 3 1984")) == [one]
    change_patient(one.pk, by=desk, version=1, changes={"phone": "", "family_name": "Smith"})
    assert not find_patients("0106").exists() and not find_patients("luk").exists() and find_patients("smith").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [("given_name", "Ana"), ("family_name", "Lima"), ("email", "a@b.example"), ("phone", "+12015550999"),
     ("date_of_birth", dt.date(1990, 1, 2)), ("preferred_name", "Zo"), ("doctor", "Dr. Who")],
)  # fmt: skip
def test_the_words_follow_whichever_field_changes(field, value):
    patient = add_patient(by=None, **ZOE)
    patient = change_patient(patient.pk, by=None, version=patient.version, changes={field: value})
    assert {*PatientWord.objects.filter(patient=patient).values_list("word", flat=True)} == {*words_of(patient)}


@pytest.mark.django_db
def test_the_migration_rebuilds_the_words_of_those_who_are_here():
    one = add_patient(by=UserFactory(desk=True), **ZOE)
    PatientWord.objects.all().delete()
    PatientWord.objects.create(patient=one, word="1 201-555-0106")  # as it was indexed once
    import_module("clinic.people.migrations.0005_words_in_any_spelling").rebuild(apps, None)
    assert find_patients("luk 555 0106").get() == one
    assert not PatientWord.objects.filter(word__contains="-555").exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("An\u00adna", "Anna"),
        ("An\u200bna", "Anna"),
        ("\ufeffAnna", "Anna"),
        ("\u202eannA", "annA"),
        ("An\u2066na\u2069", "Anna"),
        ("  Anna   Lee ", "Anna Lee"),
        ("علی‌رضا", "علی‌رضا"),
        ("An\u200cna", "Anna"),
        ("\u202e\u200b", ""),
        ("李\u200d", "李"),
    ],
)
def test_what_nobody_sees_is_no_part_of_a_name(typed, kept):
    assert clean_name(typed) == kept


@given(st.text(max_size=60), st.sampled_from(["US", "DE"]))
def test_any_text_can_be_looked_for(text, region):
    ways = asked_ways(text, region=region)
    assert len(ways) <= 12 and all(1 <= len(way) <= 6 for way in ways)
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=60))
def test_plain_letters_take_a_short_way_to_the_same_words(text):
    assert fold(text) == fold(f"{text}\u00e9")[:-1]


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_words_of_a_patient_are_few(one, other):
    words = index_words(given_name=one, family_name=other, email="", phone=None, born=None)
    assert len(words) == len(set(words)) and all(0 < len(word) <= 80 for word in words)


SAME = [  # typed, asked about
    ({"given_name": "Zoe", "family_name": "Bronte-Luk", "phone": "+12015550106"}, True),
    ({"given_name": "Zoe", "family_name": "Bronte-Luk"}, True),
    ({"given_name": "Brontë-Łuk", "family_name": "Zoë"}, True),
    ({"given_name": "zoë", "family_name": "brontë-łuk"}, True),
    ({"given_name": "Zoë", "family_name": "Bronteluk"}, True),
    ({"given_name": "Zo\u200bë", "family_name": "Brontë-Łuk"}, True),
    ({"given_name": "Zoey", "family_name": "Bronte Look", "date_of_birth": "1984-03-27"}, True),
    ({"given_name": "Zoe", "family_name": "Bronte", "phone": "+12015550106"}, True),
    ({"given_name": "Zoe", "family_name": "Bronte-Luk", "date_of_birth": "1990-01-01"}, False),
    ({"given_name": "Zoe", "family_name": "Bronte-Luk", "date_of_birth": "1984-03-28", "phone": "+12015550106"}, True),
    ({"given_name": "Adam", "family_name": "Nowak", "phone": "+12015550106"}, False),
    ({"given_name": "Adam", "family_name": "Nowak", "date_of_birth": "1984-03-27"}, False),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "asked"), SAME)
def test_the_same_person_in_another_spelling_is_asked_about_and_never_saved_unasked(client, typed, asked):
    desk = UserFactory(desk=True)
    add_patient(by=desk, **ZOE)
    client.force_login(desk)
    form = {"no_phone": "" if "phone" in typed else "none", **typed}
    answer = client.post(reverse("people:patient_add"), form)
    assert answer.status_code == (422 if asked else 302), page_text(answer)
    assert Patient.objects.count() == (1 if asked else 2)
    if asked:
        assert "is this the same person" in page_text(answer)
        assert client.post(reverse("people:patient_add"), {**form, "another": "1"}).status_code == 302


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Meiling Chen", "Chen Mei-Ling", 1, 1),
        ("Katrin Maier", "Kathrin Meyer", 0.75, 0.99),
        ("Ana Torres", "Ben Muster", 0, 0.5),
    ],
)
def test_how_alike_two_names_are(one, other, least, most):
    assert least <= alike(one, other) <= most
