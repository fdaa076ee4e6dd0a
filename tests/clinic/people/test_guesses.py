"""Who guesses waits longer and longer; who has signed in with this browser before is never kept out by others."""

from __future__ import annotations

import random
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.outbox.delivery import deliver_due
from clinic.people import guesses
from clinic.people.models import User
from tests.support.draws import drawn
from tests.support.page_text import page_text

EMAIL, PHRASE = "olu@example.org", "quiet otters swim at dawn"
RIGHT_CODE = "246802"


@pytest.fixture
def olu(db: None) -> User:
    return User.objects.create_user(EMAIL, PHRASE, name="Olu", is_owner=True)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The counts' own clock: waits pass without waiting."""

    class Clock:
        now = 1_800_000_000.0

        def time(self) -> float:
            return self.now

    made = Clock()
    monkeypatch.setattr(guesses, "time", made)
    return made


def browser(address: str = "192.0.2.1") -> Client:
    return Client(REMOTE_ADDR=address)


def enter(client: Client, password: str, email: str = EMAIL) -> str:
    return page_text(client.post("/accounts/login/", {"login": email, "password": password}, follow=True))


def is_in(client: Client) -> bool:
    return client.get("/keys/").status_code == 200


def sign_in(client: Client, email: str = EMAIL) -> bool:
    enter(client, PHRASE, email)
    return is_in(client)


def guess_from_everywhere(times: int, start: int = 1) -> str:
    """One wrong password from each network, so that only the account's count can stop them."""
    return [enter(browser(f"203.0.113.{start + number}"), "not the one") for number in range(times)][-1]


def letters(subject: str) -> list[Any]:
    deliver_due()
    return [letter for letter in mail.outbox if letter.subject == f"Ashi: {subject}"]


# --- the rule -----------------------------------------------------------------------------------


def some_times(chance: random.Random) -> list[float]:
    """Spread over the day or close together, some at one moment, the ends of the day among them."""
    within = chance.choice([1.0, 600.0, float(guesses.DAY)])
    begin = chance.uniform(0, guesses.DAY - within)
    ends = chance.choices([0.0, float(guesses.DAY), begin], k=chance.randint(0, 3))
    return sorted(ends + [begin + chance.uniform(0, within) for _ in range(chance.randint(0, 67))])


@drawn(some_times, lambda chance: chance.randint(1, 20))
def test_free_tries_wait_for_nothing_and_no_wait_is_longer_than_a_day(times: list[float], free: int) -> None:
    wait = guesses.seconds_to_wait(times, guesses.DAY, free)
    assert 0 <= wait <= guesses.DAY
    assert wait == 0 or len(times) >= free
    if len(times) < guesses.MOST_A_DAY:
        assert wait <= guesses.LONGEST_WAIT
    after = [at for at in times if at > wait]  # those of the last day, once it was waited
    assert guesses.seconds_to_wait(after, guesses.DAY + wait, free) == 0, "waiting as long as asked is enough"


def test_waits_grow_up_to_a_quarter_of_an_hour_and_end_with_the_day() -> None:
    waits = [guesses.seconds_to_wait([0.0] * made, 0.0, 5) for made in range(4, 12)]
    assert waits == [0, 30, 60, 120, 240, 480, 900, 900]
    assert guesses.seconds_to_wait([0.0] * guesses.MOST_A_DAY, 3600.0, 5) == guesses.DAY - 3600


# --- passwords ----------------------------------------------------------------------------------


def test_one_network_keeps_nobody_out_elsewhere(olu: User) -> None:
    stranger = browser("203.0.113.66")
    assert "Too many failed" in [enter(stranger, "not the one") for _ in range(6)][-1]
    assert AuditEvent.objects.filter(action="staff.sign_in_slowed", address="203.0.113.66").exists()
    assert sign_in(browser("192.0.2.2"))


def test_guesses_from_everywhere_wait_longer_and_longer(olu: User, clock: Any) -> None:
    known, other = browser(), browser("192.0.2.9")
    assert sign_in(known)
    known.post("/accounts/logout/")
    assert "are not correct" in guess_from_everywhere(guesses.FREE_FOR_ALL)
    assert "Try again in 30 seconds" in guess_from_everywhere(1, 50)
    assert not sign_in(other), "the right password is judged in the waiting time, too"
    clock.now += 31
    assert "are not correct" in guess_from_everywhere(1, 51)
    assert "Try again in 60 seconds" in guess_from_everywhere(3, 52), "refused tries lengthen nothing"
    assert sign_in(known), "a browser that has signed in before is held up by the guesses of others"
    assert User.objects.create_user("two@example.org", PHRASE, name="Two", is_front_desk=True)
    assert sign_in(browser("192.0.2.5"), "two@example.org")
    clock.now += 61
    assert sign_in(other)


def test_many_guesses_are_told_to_the_person_once(olu: User, clock: Any) -> None:
    subject = "someone is trying to get into your account"
    guess_from_everywhere(guesses.FREE_FOR_ALL - 1)
    assert letters(subject) == []
    guess_from_everywhere(1, 60)
    clock.now += 100
    guess_from_everywhere(1, 61)
    (letter,) = letters(subject)
    assert letter.to == [EMAIL] and "Wrong passwords" in letter.body


def test_nobody_learns_from_the_wait_which_accounts_there_are(olu: User, clock: Any) -> None:
    answers = []
    for email in (EMAIL, "nobody@example.org"):
        pages = [enter(browser(f"203.0.113.{number}"), "no", email) for number in range(12)]
        answers.append(["Try again in 30 seconds" in page for page in pages])
    assert answers[0] == answers[1] and answers[0].count(True) == 2


def test_a_known_browser_is_known_for_its_own_accounts_only_and_waits_for_its_own_guesses(
    olu: User, clock: Any
) -> None:
    User.objects.create_user("two@example.org", PHRASE, name="Two", is_front_desk=True)
    desk = browser()
    for email in (EMAIL, "two@example.org"):  # two people at one computer
        assert sign_in(desk, email)
        desk.post("/accounts/logout/")
    forged = browser("192.0.2.77")
    forged.cookies[guesses.known_cookie(EMAIL)] = desk.cookies[guesses.known_cookie("two@example.org")].value
    guess_from_everywhere(guesses.FREE_FOR_ALL)
    assert not sign_in(forged)
    pages = [enter(desk, "not the one") for _ in range(guesses.FREE + 1)]
    assert "Try again in 30 seconds" in pages[-1] and "are not correct" in pages[-2]
    assert sign_in(desk, "two@example.org")


def test_a_new_password_by_mail_lets_in_at_once(olu: User, clock: Any) -> None:
    guess_from_everywhere(guesses.FREE_FOR_ALL)
    client = browser("192.0.2.30")
    assert not sign_in(client)
    client.post("/accounts/password/reset/", {"email": EMAIL})
    letter = letters("choose a new password")[-1]
    link = next(word for word in letter.body.split() if "/reset/key/" in word)
    where = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(where, {"password1": f"{PHRASE} again", "password2": f"{PHRASE} again"})
    guess_from_everywhere(guesses.FREE_FOR_ALL, 100)  # they go on
    enter(client, f"{PHRASE} again")
    assert is_in(client)


# --- codes of the second factor -----------------------------------------------------------------


@pytest.fixture
def with_codes(olu: User, monkeypatch: pytest.MonkeyPatch) -> User:
    totp.TOTP.activate(olu, totp.generate_totp_secret())
    monkeypatch.setattr(totp.TOTP, "validate_code", lambda self, code: code == RIGHT_CODE)
    return olu


def code(client: Client, code: str) -> str:
    return page_text(client.post("/accounts/2fa/authenticate/", {"code": code}, follow=True))


def past_the_password(address: str) -> Client:
    client = browser(address)
    enter(client, PHRASE)
    return client


def test_wrong_codes_are_counted_for_each_session(with_codes: User, clock: Any) -> None:
    one, two = past_the_password("203.0.113.1"), past_the_password("192.0.2.1")
    pages = [code(one, "000000") for _ in range(guesses.FREE + 1)]
    assert "Incorrect code" in pages[-2] and "Try again in 30 seconds" in pages[-1]
    assert AuditEvent.objects.filter(action="staff.factor_slowed", object_id=str(with_codes.pk)).exists()
    code(two, RIGHT_CODE)
    assert is_in(two), "one session's wrong codes keep another one out"
    clock.now += 31
    code(one, RIGHT_CODE)
    assert is_in(one)


def test_wrong_codes_are_capped_for_the_account_and_a_known_browser_passes(with_codes: User, clock: Any) -> None:
    known = past_the_password("192.0.2.1")
    code(known, RIGHT_CODE)
    assert is_in(known)
    known.post("/accounts/logout/")
    for number in range(2 * guesses.FREE_FOR_ALL // guesses.FREE):
        guesser = past_the_password(f"203.0.113.{number}")
        last = [code(guesser, "000000") for _ in range(guesses.FREE)][-1]
    assert "Try again in" in last, "new sessions bring new tries without end"
    new = past_the_password("192.0.2.50")
    code(new, RIGHT_CODE)
    assert not is_in(new)
    enter(known, PHRASE)
    code(known, RIGHT_CODE)
    assert is_in(known)
    (letter,) = letters("someone is trying to get into your account")
    assert letter.to == [EMAIL] and "right password" in letter.body
