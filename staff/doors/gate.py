"""The second factor before every page of the admin: who must give it, who must set it up, and who may pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from staff.doors.session import by_script
from staff.second_factor import phone_of

#: Pages that somebody who has given only name and password may see.
OPEN = ("/admin/login/", "/admin/logout/", "/admin/jsi18n/", "/admin/code/", "/admin/second-factor/", "/admin/session/")


class SecondFactorGate:
    """Middleware: whoever owes a code is led to the page that asks for it, or to the one that sets it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        page = owed(request)
        if not page:
            return self.get_response(request)
        if by_script(request):
            return JsonResponse({"signed_out": True, "words": _("Give your code first.")}, status=401)
        here = request.get_full_path() if request.method == "GET" else request.path
        return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': here})}")


def owed(request: HttpRequest) -> str:
    """The page that this person has to pass first; empty where none is between."""
    if settings.SECOND_FACTOR == "off" or not request.path_info.startswith("/admin/"):
        return ""
    user: Any = request.user
    if request.path_info.startswith(OPEN) or not user.is_authenticated or user.is_verified():
        return ""
    if phone_of(user) is not None:
        return "second_factor_code"
    return "second_factor_enrol" if settings.SECOND_FACTOR == "required" else ""
