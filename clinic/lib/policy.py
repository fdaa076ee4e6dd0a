"""What a page may load and where it may post: the header of ``settings.CONTENT_SECURITY_POLICY``, made once.

django-csp makes it anew for each answer, as a view may change it; a view that does gets it so.
"""

from __future__ import annotations

from functools import lru_cache

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PolicyMiddleware(CSPMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        """No page uses a nonce: all scripts and styles are files of ours."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if any(name.startswith("_csp") for name in vars(response)):
            changed: HttpResponseBase = super().process_response(request, response)
            return changed
        response.headers.setdefault(HEADER, _policy())
        return response


@lru_cache(maxsize=1)
def _policy() -> str:
    return str(build_policy())
