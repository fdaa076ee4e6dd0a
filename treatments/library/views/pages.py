"""Pages of the knowledge, for practitioners and owners. No patient is read here."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from clinic.people.http import StaffRequest
from treatments.library.presenters import pages
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


@require_GET
def patterns(request: StaffRequest) -> HttpResponse:
    return _show(request, "patterns", pages.patterns_page())


@require_GET
def rules(request: StaffRequest) -> HttpResponse:
    context = pages.rules_page(request.GET.get("kind", "")[:20], request.GET.get("q", "")[:60])
    return _show(request, "rules", context)


@require_GET
def red_flags(request: StaffRequest) -> HttpResponse:
    return _show(request, "flags", pages.flags_page())


@require_GET
def contraindications(request: StaffRequest) -> HttpResponse:
    return _show(request, "contraindications", pages.contraindications_page())


@require_GET
def sources(request: StaffRequest) -> HttpResponse:
    return _show(request, "sources", pages.sources_page())
