"""Is someone still signed in? Called by a page before it sends a form, and by the dialog for signing in again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def session(request: HttpRequest) -> HttpResponse:
    """Who it is, and the token that forms now need. AccessMiddleware answers 401 to anyone signed out."""
    return JsonResponse({"user": request.user.pk, "name": str(request.user), "token": get_token(request)})


@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Landing page of the window in which someone signed in again."""
    return render(request, "people/signed_in_again.html")
