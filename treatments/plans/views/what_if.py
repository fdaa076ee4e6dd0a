"""What if a finding were different: shown at once, never saved."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.people.http import StaffRequest
from treatments import planning
from treatments.plans.fetch import plan_for
from treatments.plans.presenters import what_if as presenter


@require_GET
def page(request: StaffRequest, plan_id: int) -> HttpResponse:
    """The assumed findings are in the URL: ``f.<finding>`` is 1, 0 or empty; ``add`` and ``drop`` name one to add
    or to drop. With htmx only the part that changes."""
    plan = plan_for(request, plan_id, what="what_if", with_case=True)
    picture = planning.picture_of(plan, today=timezone.localdate())
    changes, unknown = _changes_of(request)
    added = request.GET.get("add", "")
    if added and not presenter.is_finding(added):
        unknown.append(added)
    elif added:  # the opposite of what holds now is what is worth asking
        changes.setdefault(added, not picture.case.is_present(added))
    changes.pop(request.GET.get("drop", ""), None)
    typed = "" if added else request.GET.get("q", "")
    context = {
        **presenter.page_of(plan, picture, changes),
        "unknown": unknown,
        "added": added,
        "typed": typed,
        "found": presenter.found(typed),
    }
    is_part = request.htmx and not request.htmx.boosted
    template = "plans/_what_if.html" if is_part else "plans/what_if.html"
    answer = render(request, template, context, status=422 if unknown else 200)
    if is_part:  # a reload shows the same; Back leads to the plan
        answer.headers["HX-Replace-Url"] = presenter.address_of(plan, changes)
    return answer


@require_GET
def findings(request: StaffRequest) -> HttpResponse:
    """Suggestions while typing; nothing about a patient."""
    typed = request.GET.get("q", "")
    return render(request, "plans/_what_if_found.html", {"found": presenter.found(typed), "typed": typed})


def _changes_of(request: StaffRequest) -> tuple[dict[str, bool | None], list[str]]:
    """The findings in the URL, and the unknown names."""
    changes: dict[str, bool | None] = {}
    unknown = []
    for name, letter in request.GET.items():
        if not name.startswith(presenter.FIELD):
            continue
        finding = name.removeprefix(presenter.FIELD)
        if presenter.is_finding(finding) and letter in presenter.VALUES:
            changes[finding] = presenter.VALUES[str(letter)]
        else:
            unknown.append(finding)
    return changes, unknown
