"""Enter pressed in every one-line field of the big pages: nothing is charted, signed or booked by it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.journeys.robots import begin_assessment, begin_visit
from tests.support.demo_server import DemoServer

ONE_LINE = "input:not([type=hidden]):not([type=submit]):not([type=button]):not(#find-patient)"
STORED = """
import json
from clinic.scheduling.models import Appointment
from intake.models import Assessment, Clearance
from treatments.models import TreatmentPlan, Visit
def said(value):
    "Without what is empty: a field that was opened and left is as good as none."
    if isinstance(value, dict):
        value = {key: said(one) for key, one in value.items()}
        return {key: one for key, one in value.items() if one not in (None, "", {})}
    return [said(one) for one in value] if isinstance(value, (list, tuple)) else value
def rows(model, *names): return [said(row) for row in model.objects.order_by("pk").values_list("pk", *names)]
print(json.dumps({
    "visits": rows(Visit, "status", "record"), "plans": rows(TreatmentPlan, "status", "treatment"),
    "assessments": rows(Assessment, "status", "findings", "levels", "ashi", "confirmed"),
    "appointments": rows(Appointment, "status", "version"), "clearances": rows(Clearance),
}))
"""


def stored(server: DemoServer) -> dict[str, list[list[object]]]:
    return dict(json.loads(server.manage("shell", "--verbosity", "0", "-c", STORED)))


def fields_of(page: Page) -> Locator:
    """Every one-line field of the page, those in folded parts, too."""
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    return page.locator(f"main {ONE_LINE}")


# One word with the browser for each of hundreds of fields: folded parts opened, the field focused, told what it is.
# Nothing where a part is being drawn anew and the field is not there at this moment.
FOCUS = """([fields, number]) => {
  document.querySelectorAll("main details").forEach(one => { one.open = true });
  const field = document.querySelectorAll(fields)[number];
  field?.focus();
  return field && {
    kind: field.name.replace(/\\d+/g, ""),
    stays: !field.closest("[data-enter-adds]") && field.form.matches("[data-enter-next], [hx-post]"),
    changes: Boolean(field.closest("#plan form[hx-post]")),
  };
}"""


def press_enter_everywhere(page: Page, *, at_least: int) -> None:
    """One press in each field. Where Enter sends the page, one field of each kind, and the page is opened again."""
    path, kinds = page.url, set()
    page.emulate_media(reduced_motion="reduce")  # else each of them is drawn ten times while its border fades
    fields = fields_of(page)
    count = fields.count()
    assert count >= at_least, f"{path}: {count} fields"
    for number in range(count):
        field = page.evaluate(FOCUS, [f"main {ONE_LINE}", number])
        if field is None:
            expect(fields.nth(number)).to_be_attached()
            field = page.evaluate(FOCUS, [f"main {ONE_LINE}", number])
        if field["changes"]:  # the browser sends a moment after the key, and the answer draws all of it anew
            with page.expect_response(lambda answer: answer.request.method == "POST"):
                page.keyboard.press("Enter")
            expect(page.locator(".htmx-request")).to_have_count(0)
        elif field["stays"]:
            page.keyboard.press("Enter")
        elif field["kind"] not in kinds:
            kinds.add(field["kind"])
            with page.expect_navigation():
                page.keyboard.press("Enter")
            page.goto(path)
    assert page.url == path


def test_visit(open_page: Callable[..., Page], server: DemoServer) -> None:
    page = open_page("practitioner")
    begin_visit(page, "Brennan")
    before = stored(server)
    press_enter_everywhere(page, at_least=60)
    assert stored(server) == before
    page.get_by_label("Pain now, 0–10").fill("5")
    page.get_by_label("Pain now, 0–10").press("Enter")
    expect(page.get_by_label("On average since last time")).to_be_focused()
    expect(page.locator("#visit-saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    expect(page.locator("#ledger-total")).to_contain_text("0 in")

    page.get_by_label("Add a point").fill("bl57")
    page.get_by_label("Add a point").press("Enter")  # here it adds
    expect(page.locator("#ledger-total")).to_contain_text("2 in")
    expect(page.locator("#needling")).to_contain_text("BL57")
    expect(page.get_by_label("Pain now, 0–10")).to_have_value("5")

    counted = page.locator("#ledger-total").inner_text()
    page.get_by_role("button", name="All done as planned").click()
    expect(page.locator("#ledger-total")).not_to_have_text(counted)
    page.get_by_role("button", name="Undo “all done as planned”").click()
    expect(page.locator("#ledger-total")).to_have_text(counted)
    expect(page.get_by_role("button", name="Undo “all done as planned”")).to_have_count(0)


def test_assessment(open_page: Callable[..., Page], server: DemoServer) -> None:
    page = open_page("practitioner")
    begin_assessment(page, "Nwosu")
    before = stored(server)
    press_enter_everywhere(page, at_least=60)
    assert stored(server) == before
    where = page.get_by_label("Place 1")
    where.fill("2 cm lateral to BL25")
    where.press("Enter")
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page.get_by_role("button", name="Sign the assessment")).to_be_visible()
    assert [row[1] for row in stored(server)["assessments"]] == [row[1] for row in before["assessments"]]


def test_a_save_that_runs_by_itself_presses_no_button_that_has_the_focus(
    open_page: Callable[..., Page], server: DemoServer
) -> None:
    """Tab from a field to "Sign": the field is saved a moment later, and nothing is signed or answered by that."""
    page = open_page("practitioner")
    begin_assessment(page, "Nwosu")
    before = stored(server)["assessments"]
    for button in (page.get_by_role("button", name="Sign the assessment"), page.locator('button[name="answer"]').first):
        with page.expect_response(lambda one: "/assessments/" in one.url and one.request.method == "POST") as at:
            page.get_by_label("Notes").fill(f"typed before {button.inner_text()}")
            button.focus()
        assert at.value.url.endswith("/save/"), at.value.url
        assert "answer=" not in (at.value.request.post_data or "")
    assert [row[1:3] for row in stored(server)["assessments"]] == [row[1:3] for row in before]
    begin_visit(page, "Brennan")
    with page.expect_response(lambda one: "/visits/" in one.url and one.request.method == "POST") as at:
        page.locator("textarea[name=close-notes]").fill("typed before signing")
        page.get_by_role("button", name="Sign and lock").focus()
    assert at.value.url.endswith("/save/"), at.value.url


def test_plan_and_booking(open_page: Callable[..., Page], server: DemoServer) -> None:
    page = open_page("practitioner")
    before = stored(server)
    draft = next(row[0] for row in before["plans"] if row[1] == "draft")
    page.goto(f"/plans/{draft}/")
    press_enter_everywhere(page, at_least=3)
    page.goto("/schedule/new/")
    press_enter_everywhere(page, at_least=3)
    page.goto("/followups/")
    page.get_by_role("link", name=re.compile("^Find dates")).first.click()  # a course with something to book
    page.wait_for_url(re.compile(r"/followups/\d+/$"))
    expect(fields_of(page).first).to_be_visible()
    press_enter_everywhere(page, at_least=10)
    assert stored(server) == before
