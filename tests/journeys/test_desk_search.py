"""Somebody calls: found by phone, birth date and name as they say it; the same person is not added again unasked."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import accessibility_faults
from tests.support.demo_server import DemoServer

SEED = """
import datetime as dt
from clinic.people.models import User
from clinic.people.actions.patients import add_patient
desk = User.objects.get(email="desk@demo.ashi")
add_patient(by=desk, given_name="Żaneta", family_name="Łukasik-Ørsted", phone="+12015550977",
    date_of_birth=dt.date(1971, 3, 27))
"""


def test_a_caller_is_found_and_not_added_twice(open_page: Callable[..., Page], server: DemoServer) -> None:
    server.manage("shell", "-c", SEED)
    desk = open_page("desk")
    desk.goto("/")
    field = desk.locator("#find-patient")
    found = desk.locator("#find-results a", has_text="Łukasik-Ørsted, Żaneta")
    for said in ("+1 201-555-0977", "555 0977", "27.3.71", "27 March 1971", "lukasik zaneta", "lukasikorsted"):
        field.fill("")
        expect(found).to_have_count(0)
        field.press_sequentially(said)
        expect(found, said).to_be_visible()
    desk.goto("/patients/new/")
    desk.get_by_label("Given name").fill("Zaneta")
    desk.get_by_label("Family name").fill("Lukasik Orsted")
    desk.locator("#id_phone").fill("+1 201 555 0977")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text("Not saved yet: is this the same person?")).to_be_visible()
    assert accessibility_faults(desk) == []
    desk.get_by_role("main").locator(".notice a", has_text="Żaneta Łukasik-Ørsted").click()
    expect(desk.get_by_role("heading", name="Żaneta Łukasik-Ørsted")).to_be_visible()
