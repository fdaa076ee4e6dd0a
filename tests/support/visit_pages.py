"""What a browser sends of a visit's page."""

from __future__ import annotations

from django.urls import reverse

from treatments.models import Visit
from treatments.visits.forms.merge import base_of_page
from treatments.visits.forms.page import flag_field
from treatments.visits.forms.parts import VisitForms
from treatments.visits.safety_questions import safety_questions


def posted(visit: Visit, **changes: object) -> dict[str, object]:
    """What a browser sends of the page as it stands, with some fields changed."""
    visit.refresh_from_db()
    data: dict[str, object] = {"revision": visit.revision, "base": base_of_page(VisitForms(visit.record))}
    for form, uid in VisitForms(visit.record).parts():
        data[f"{uid}-here"] = "1"
        for field in form:
            value = field.value()
            if value not in (None, ""):
                data[field.html_name] = value
    return data | changes


def safe(**more: object) -> dict[str, object]:
    return {f"start-{flag_field(f)}": "no" for f in safety_questions()} | more


def all_done(visit: Visit, **more: object) -> dict[str, object]:
    data = posted(visit) | safe()
    for stage in visit.record["stages"]:
        for point in stage["points"]:
            data[f"{point['uid']}-done"] = "done"
    asked = {"start-pain_now": "4", "s0-first_insertion": "14:05", "s1-first_insertion": "14:30"}
    data |= {"close-response": "Turns more easily"} | asked
    return data | {"s0-out": "4", "s1-out": "1"} | more


def url(name: str, visit: Visit, *more: object) -> str:
    return reverse(f"visits:{name}", args=[visit.pk, *more])
