"""In Spanish and in Chinese, where a form is not simply filled in: two devices, two tabs, a sign taken back, no network
between two screens, a guardian, sent twice, the clinic's tablet. English is walked in the other files.

Each intake is put at the screen where its trouble begins: what lies before is walked in ``test_in_their_language.py``.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from intake.questionnaire.load import load_questionnaire
from intake.questionnaire.values import About
from tests.journeys.conftest import PHONE
from tests.journeys.robots import Desk, tell_birth_date
from tests.journeys.test_in_their_language import REACH, Words, look_at
from tests.journeys.test_patient import persona_of
from tests.support.demo_server import DemoServer
from treatments.demo.answers import answers_of

BORN = 2014  # a child: a guardian signs
CODES = ("es", "zh-hans")
MAKE = """
import datetime, json
from django.utils import timezone
from tests.factories.intake import InvitationFactory, ResponseFactory
from tests.factories.people import PatientFactory
patient = PatientFactory(
    given_name="Nila", family_name="Kern", sex="female", date_of_birth=datetime.date({born}, 6, 15), language="{code}"
)
link = InvitationFactory(patient=patient, token="trouble-in-{code}-" + "x" * 20)
ResponseFactory(invitation=link, answers=json.loads({answers!r}), language="{code}")
"""
ALERTS = """
from intake.models import RedFlagAlert
rows = RedFlagAlert.objects.filter(patient__given_name="Nila", patient__language="{code}").order_by("id")
print([(row.flag, row.taken_back_at is not None) for row in rows])
"""
FILL = """
import json
from intake.models import IntakeResponse
draft = IntakeResponse.objects.get(patient_id={patient})
draft.answers = {{**json.loads({answers!r}), **draft.answers}}
draft.save()
"""


def answers(born: int, **more: Any) -> dict[str, Any]:
    """Every answer of the first part, as a woman or a girl of that year gives them who has nothing that worries."""
    today = dt.date.today()  # noqa: DTZ011
    age = today.year - born - ((today.month, today.day) < (6, 15))
    about = About(age=age, sex="female", birth_known=True, sex_known=True, on=today)
    form = load_questionnaire()
    first = {q.id for screen in form.screens if screen.part == 1 for q in screen.questions}
    told = answers_of(replace(persona_of("Mara", "Kern"), born=born), form, about)
    typed = {"medicines": "9"}  # what somebody typed is in no language
    return {key: value for key, value in {**told, **REACH, **typed, **more}.items() if key in first}


@pytest.fixture
def devices(browser: Browser, server: DemoServer) -> Iterator[Callable[[], BrowserContext]]:
    made: list[BrowserContext] = []

    def device() -> BrowserContext:
        made.append(browser.new_context(viewport=PHONE, base_url=server.url, locale="en-GB"))
        made[-1].set_default_timeout(20_000)
        return made[-1]

    yield device
    for one in made:
        one.close()


def onward(page: Page) -> None:
    page.locator("main button.btn-primary[type=submit]").last.click()


def tick(page: Page, name: str, value: str) -> None:
    page.locator("label", has=page.locator(f'input[name="{name}"][value="{value}"]')).first.click()


def saved(page: Page, say: Words) -> None:
    words = say("Saved %(saved_at)s").replace("%(saved_at)s", r"\d\d:\d\d")
    expect(page.locator("#saved")).to_contain_text(re.compile(words))


@pytest.mark.parametrize("code", CODES)
def test_from_two_devices_to_a_guardian_who_sends_twice(
    devices: Callable[[], BrowserContext], server: DemoServer, code: str
) -> None:
    say = Words(code)
    told = answers(BORN)
    for open_one in ("reason", "bladder_leak", "heart", "blood"):
        told.pop(open_one, None)
    server.manage("shell", "-c", MAKE.format(code=code, born=BORN, answers=json.dumps(told)))
    link = f"/i/trouble-in-{code}-{'x' * 20}/"

    def opened(screen: str) -> Page:
        page = devices().new_page()
        page.goto(link)
        expect(page.locator("html")).to_have_attribute("lang", code)
        expect(page.get_by_role("heading", name=say("Continue where you stopped"))).to_be_visible()
        tell_birth_date(page, BORN, say)
        onward(page)
        page.wait_for_url(re.compile("/i/step/"))
        page.goto(f"/i/step/{screen}/")
        return page

    # the second device: both answers are shown, the patient chooses
    phone, tablet = opened("reason"), opened("reason")
    phone.locator("#id_reason").fill("9 9 9")
    phone.locator("#id_reason").blur()
    saved(phone, say)
    tablet.locator("#id_reason").fill("7 7 7")
    onward(tablet)
    clash = tablet.locator(".clash")
    expect(clash).to_contain_text("9 9 9")
    look_at(tablet, say, also_axe=True)
    clash.get_by_role("button", name=re.compile("9 9 9")).click()
    expect(tablet.locator("#id_reason")).to_have_value("9 9 9")
    expect(tablet.locator(".clash")).to_have_count(0)

    # a sign by mistake, then one that is taken back
    phone.goto("/i/step/safety_bladder/")
    tick(phone, "bladder_leak", "yes")
    alarm = phone.locator("[data-urgent]")
    expect(alarm).to_be_in_viewport()
    look_at(phone, say, also_axe=True)
    alarm.locator("[data-alarm-slip]").click()
    expect(phone.locator("[data-urgent]")).to_have_count(0)
    tick(phone, "bladder_leak", "yes")
    phone.locator("[data-alarm-yes]:visible").click()
    strip = phone.locator("#messages")
    expect(strip).to_contain_text(say("Do not wait for us to call."))
    look_at(phone, say, also_axe=True)
    tick(phone, "bladder_leak", "no")
    expect(strip).not_to_contain_text(say("Do not wait for us to call."))
    saved(phone, say)
    assert server.manage("shell", "-c", ALERTS.format(code=code)).strip().endswith("[('flag.bladder_leak', True)]")

    # cut off between two screens: it says so, and goes on by itself
    phone.context.set_offline(True)
    onward(phone)
    offline = say("You are offline. Your words are kept on this page; we save them when the connection is back.")
    expect(phone.locator("#saved")).to_contain_text(offline)
    look_at(phone, say)
    phone.context.set_offline(False)
    phone.wait_for_url(re.compile("/i/step/(?!safety_bladder)"))
    phone.wait_for_load_state()

    # the second tab: what it does not know of is not lost
    phone.goto("/i/step/implants/")
    old = phone.context.new_page()
    old.goto("/i/step/implants/")
    tick(phone, "heart", "pacemaker")
    phone.locator("label.choice", has=phone.locator('[name="blood"][value="none"]')).click()
    onward(phone)
    phone.wait_for_url(lambda url: "implants" not in url)
    onward(old)
    expect(old.locator(".error-summary")).to_be_visible()
    look_at(old, say, also_axe=True)
    old.goto("/i/step/implants/")
    expect(old.locator('[name="heart"][value="pacemaker"]')).to_be_checked()

    # a guardian signs, and sends from both tabs
    phone.goto("/i/consent/")
    onward(phone)
    expect(phone.locator(".error-summary li")).to_have_count(5)
    look_at(phone, say, also_axe=True)
    for name, value in (("guardian", "9 9"), ("relation", "9"), ("name", "8 8")):
        phone.locator(f'[name="{name}"]').fill(value)
    phone.locator("label.choice", has=phone.locator("#id_agreed")).click()
    tick(phone, "filled_by", "together")
    onward(phone)
    expect(phone.get_by_role("heading", name=say("Check your answers"))).to_be_visible()
    look_at(phone, say, also_axe=True)
    old.goto(phone.url)
    for page, heading in ((phone, "Thank you, we have your answers"), (old, "Your answers have been sent")):
        onward(page)
        expect(page.get_by_role("heading", name=say(heading))).to_be_visible()
        look_at(page, say, also_axe=True)


@pytest.mark.parametrize("code", CODES)
def test_on_the_tablet(open_page: Callable[..., Page], server: DemoServer, code: str) -> None:
    say, born = Words(code), 1984
    page = open_page("desk", PHONE)
    patient = Desk(page).add_patient(replace(persona_of("Mara", "Kern"), given_name=f"Tabor {code}", born=born))
    change = f"from clinic.people.models import Patient as P; P.objects.filter(pk={patient}).update(language='{code}')"
    server.manage("shell", "-c", change)

    page.clock.install()
    page.goto(f"/patients/{patient}/tablet/")
    page.get_by_role("button", name="Sign out here and show the form").click()
    expect(page.locator("html")).to_have_attribute("lang", code)
    look_at(page, say, also_axe=True)
    tell_birth_date(page, born, say)
    page.locator("#id_digits").fill("4071")
    onward(page)
    page.wait_for_url(re.compile("/i/step/"))
    page.locator("#id_reason").fill("9 9 9")
    page.locator("#id_reason").blur()
    page.clock.run_for(3000)
    saved(page, say)

    page.clock.fast_forward(95_000)
    warned = page.get_by_role("dialog", name=say("Are you still there?"))
    expect(warned).to_be_visible()
    look_at(page, say, also_axe=True)
    page.locator("[data-still-here]").click()
    expect(warned).to_be_hidden()
    page.clock.fast_forward(95_000)
    page.clock.fast_forward(30_000)
    page.wait_for_url(re.compile("/i/kiosk/over/"))
    look_at(page, say, also_axe=True)
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]

    server.manage("shell", "-c", FILL.format(patient=patient, answers=json.dumps(answers(born, reason="9 9 9"))))
    page = open_page("desk", PHONE)
    page.goto(f"/patients/{patient}/tablet/")
    page.get_by_role("button", name="Sign out here and show the form").click()
    expect(page.locator("html")).to_have_attribute("lang", code)
    look_at(page, say, also_axe=True)
    page.get_by_label(say("The four digits you chose")).fill("4071")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/i/(step|consent)/"))
    page.goto("/i/consent/")
    page.locator("label.choice", has=page.locator("#id_agreed")).click()
    page.get_by_label(say("Your full name")).fill("9 9")
    onward(page)
    expect(page.get_by_role("heading", name=say("Check your answers"))).to_be_visible()
    onward(page)
    expect(page.get_by_role("heading", name=say("Please give the tablet back"))).to_be_visible()
    look_at(page, say)
