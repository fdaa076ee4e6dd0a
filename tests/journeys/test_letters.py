"""A patient adds a photo of a letter from a phone, and the practitioner opens it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.robots import Desk, Patient, answers_for
from tests.journeys.test_patient import persona_of

# a page as a camera sees it: a slope of grey with noise, which PNG cannot make small
DRAW = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 2000;
  canvas.height = 1500;
  const pen = canvas.getContext("2d");
  const seen = pen.createImageData(canvas.width, canvas.height);
  for (let n = 0, noise = 1; n < seen.data.length; n++) {
    noise = (noise * 48271) % 2147483647;
    seen.data[n] = n % 4 === 3 ? 255 : 180 + (noise % 8);
  }
  pen.putImageData(seen, 0, 0);
  const made = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const reader = new FileReader();
  await new Promise((done) => { reader.onload = done; reader.readAsDataURL(made); });
  return reader.result.split(",")[1];
}"""


def test_a_large_photo_is_made_small_on_the_phone(open_page: Callable[..., Page], tmp_path: Path) -> None:
    persona = persona_of("Mara", "Letters")
    desk = Desk(open_page("desk"))
    link = desk.intake_link(desk.add_patient(persona))
    page = open_page(size=PHONE)
    Patient(page, answers_for(persona)).open(link, persona.born)
    photo = tmp_path / "letter.png"
    photo.write_bytes(base64.b64decode(page.evaluate(DRAW)))
    assert photo.stat().st_size > 2_000_000  # refused, if it were sent as it is
    page.goto("/i/letters/")
    page.get_by_label("Choose a photo or a PDF").set_input_files(photo)
    page.get_by_role("button", name="Add it").click()  # at once: it waits until the photo is small
    expect(page.get_by_text("letter.jpg").first).to_be_visible()
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("letter.jpg")).to_have_count(0)
