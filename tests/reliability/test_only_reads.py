"""The database answers questions and takes no writes, as a standby does: a clear sentence from every address."""

from __future__ import annotations

import pytest
from django.test import Client

from clinic.people.models import Patient
from tests.support.only_reads import only_reads
from tests.support.page_text import page_text

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Its records can be read but not written at the moment"
BEN = {"given_name": "Ben", "family_name": "Lost", "no_phone": "none"}


@pytest.fixture(autouse=True)
def _faults_are_answers(as_petra: Client, client: Client) -> None:
    as_petra.raise_request_exception = client.raise_request_exception = False
    assert as_petra.get("/").status_code == 200  # the clinic's row is there from the first page on


def test_every_page_says_so_and_none_blames_the_browser(as_petra: Client, ana: Patient) -> None:
    """Where the session is written Django would say 400, where the trail is, 500. What writes nothing is shown."""
    chart = f"/patients/{ana.pk}/"
    with only_reads():
        for path in (chart, "/", "/patients/", "/schedule/", "/today/", "/knowledge/"):
            answer = as_petra.get(path)
            if answer.status_code != 200 or path == chart:
                assert answer.status_code == 503, f"{path}: {answer.status_code}"
                assert WORDS in page_text(answer) and answer["Retry-After"] == "30"
        answer = as_petra.post("/patients/new/", BEN)
        assert answer.status_code == 503 and WORDS in page_text(answer)
    assert as_petra.get(chart).status_code == 200
    assert not Patient.objects.filter(family_name="Lost").exists()


def test_a_session_that_cannot_be_written(as_petra: Client) -> None:
    """The one place where Django takes a refused write for a bad request."""
    session = as_petra.session
    session["active_at"] -= 60  # the next page notes that she is there
    session.save()
    with only_reads():
        answer = as_petra.get("/knowledge/")
    assert answer.status_code == 503 and WORDS in page_text(answer)


def test_signing_in(client: Client) -> None:
    """Tries are counted in the database: one that cannot be counted is not judged, and not called too many."""
    data = {"login": "petra@clinic.example", "password": "wrong, but long enough"}
    with only_reads():
        assert client.get("/accounts/login/").status_code == 200
        answer = client.post("/accounts/login/", data)
        assert answer.status_code == 503 and WORDS in page_text(answer)
    statuses = [client.post("/accounts/login/", data).status_code for _ in range(40)]
    assert statuses[0] == 200 and statuses[-1] == 429


def test_a_bad_request_stays_one(as_petra: Client) -> None:
    assert as_petra.get("/patients/", HTTP_HOST="evil.example").status_code == 400
