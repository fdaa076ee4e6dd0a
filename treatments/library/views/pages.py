"""Pages of the knowledge, for practitioners and owners. No patient is read here."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from clinic.people.http import StaffRequest
from treatments.library.presenters import complaints, pages
from treatments.plans import point_search


def _show(request: StaffRequest, page: str, context: dict[str, object]) -> HttpResponse:
    context.setdefault("kept", {})  # in the page's own data, which the presenter keeps per version of the knowledge
    context = {**context, "counts": pages.counts(), "shelf": page}
    return render(request, f"library/{page}.html", context)


@require_GET
def home(request: StaffRequest) -> HttpResponse:
    return _show(request, "home", pages.shelves())


@require_GET
def points(request: StaffRequest) -> HttpResponse:
    """``?q=`` any spelling, ``?channel=``, ``?region=``; a text that names one point opens it."""
    q = request.GET.get("q", "")[:60]
    if q.strip() and not request.htmx:
        point = point_search.find(q)
        if point is not None:
            return redirect("knowledge:point", point.code)
    context = pages.points_page(q, request.GET.get("channel", "")[:40], request.GET.get("region", "")[:40])
    if request.htmx:
        return render(request, "library/_point_rows.html", context)
    return _show(request, "points", context)


@require_GET
def point(request: StaffRequest, code: str) -> HttpResponse:
    context = pages.point_page(code[:40])
    if context is None:
        raise Http404
    if context["point"].code != code:
        return redirect("knowledge:point", context["point"].code)
    return _show(request, "point", context)


@require_GET
def ear(request: StaffRequest) -> HttpResponse:
    return _show(request, "ear", pages.ear_page())


def _complaint(request: StaffRequest) -> str:
    return request.GET.get("complaint", "")[:40]


@require_GET
def complaints_shelf(request: StaffRequest) -> HttpResponse:
    return _show(request, "complaints", complaints.complaints_page())


@require_GET
def complaint(request: StaffRequest, complaint: str) -> HttpResponse:
    context = complaints.complaint_page(complaint[:40])
    if context is None:
        raise Http404
    return _show(request, "complaint", context)


@require_GET
def patterns(request: StaffRequest) -> HttpResponse:
    """``?complaint=`` for which complaint; the usual one without."""
    return _show(request, "patterns", pages.patterns_page(complaints.chosen(_complaint(request))))


@require_GET
def rules(request: StaffRequest) -> HttpResponse:
    """``?kind=`` of ``?complaint=``, or ``?q=`` a word in the rules of every complaint."""
    kind, q = request.GET.get("kind", "")[:20], request.GET.get("q", "")[:60]
    return _show(request, "rules", pages.rules_page(kind, q, complaints.chosen(_complaint(request))))


@require_GET
def red_flags(request: StaffRequest) -> HttpResponse:
    """Every red flag, or those asked about for ``?complaint=``."""
    asked = _complaint(request)
    return _show(request, "flags", pages.flags_page(complaints.chosen(asked) if asked else ""))


@require_GET
def contraindications(request: StaffRequest) -> HttpResponse:
    return _show(request, "contraindications", pages.contraindications_page())


@require_GET
def sources(request: StaffRequest) -> HttpResponse:
    return _show(request, "sources", pages.sources_page())
