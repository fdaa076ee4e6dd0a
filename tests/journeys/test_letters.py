"""A patient adds a photo of a letter from a phone, and the practitioner opens it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, accessibility_faults
from tests.journeys.robots import Desk, Patient, answers_for
from tests.journeys.test_patient import persona_of

# a page as a camera sees it: a slope of grey with noise, which PNG cannot make small
DRAW = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 2600;
  canvas.height = 1900;
  const pen = canvas.getContext("2d");
  const seen = pen.createImageData(canvas.width, canvas.height);
  for (let n = 0, noise = 1; n < seen.data.length; n++) {
    noise = (noise * 48271) % 2147483647;
    seen.data[n] = n % 4 === 3 ? 255 : 180 + (noise % 8);
  }
  pen.putImageData(seen, 0, 0);
  const made = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return [...new Uint8Array(await made.arrayBuffer())];
}"""


def test_a_large_photo_is_made_small_on_the_phone(open_page: Callable[..., Page], tmp_path: Path) -> None:
    persona = persona_of("Mara", "Letters")
    desk = Desk(open_page("desk"))
    link = desk.intake_link(desk.add_patient(persona))
    page = open_page(size=PHONE)
    Patient(page, answers_for(persona)).open(link, persona.born)
    photo = tmp_path / "letter.png"
    photo.write_bytes(bytes(page.evaluate(DRAW)))
    assert photo.stat().st_size > 2_000_000  # refused, if it were sent as it is
    page.goto("/i/letters/")
    page.get_by_label("Choose a photo or a PDF").set_input_files(photo)
    page.wait_for_function("document.querySelector('#id_file').files[0].type === 'image/jpeg'")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("letter.jpg").first).to_be_visible()
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=tmp_path / "letters.png")
    page.get_by_role("button", name="Remove: letter.jpg").click()
    expect(page.get_by_text("letter.jpg")).to_have_count(0)
