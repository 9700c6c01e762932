"""The pages of the second door: give a code, set an authenticator up, write codes down, reset a colleague's."""

from __future__ import annotations

from typing import Any

import django_otp
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters

from staff import scope, second_factor, second_factor_codes
from staff.doors.forms import CodeForm, EnrolForm
from staff.doors.session import SEEN, ends_at, last_hour


@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """Ask somebody whose password was right for the code of the authenticator."""
    user: Any = request.user
    onward = _onward(request)
    if user.is_verified():
        return HttpResponseRedirect(onward)
    if second_factor.phone_of(user) is None:
        return HttpResponseRedirect(reverse("second_factor_enrol"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        checked = second_factor.check(user, form.cleaned_data["code"], now=now)
        if checked.device is not None:
            django_otp.login(request, checked.device)
            # A new name for the session: whoever knew the old one has not given the code.
            request.session.cycle_key()
            if checked.by_recovery:
                messages.warning(request, _left(second_factor_codes.left(user)))
            return HttpResponseRedirect(onward)
        form.add_error("code", _wrong(checked.wait))
    return _page(request, "code", {"title": _("Second step"), "form": form, "next": onward})


@sensitive_post_parameters("code")
def enrol(request: HttpRequest) -> HttpResponse:
    """Set an authenticator up: the picture, the key, and the first code as proof. Then the recovery codes, once."""
    user: Any = request.user
    onward = _onward(request)
    if second_factor.phone_of(user) is not None and not user.is_verified():
        # Whoever has only the password must not put a phone of her own in the place of the right one.
        return HttpResponseRedirect(reverse("second_factor_code"))
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = second_factor.enrol(user, form.cleaned_data["code"], now=timezone.now())
        if codes:
            django_otp.login(request, second_factor.phone_of(user))
            request.session.cycle_key()
            return _page(request, "recovery_codes", {"title": _("Recovery codes"), "codes": codes, "next": onward})
        form.add_error("code", _("This is not the code that the authenticator shows now. Wait for the next, type it."))
    device = second_factor.offered(user)
    context = {
        "title": _("Set up the second step"),
        "form": form,
        "picture": second_factor.picture(device),
        "key": second_factor.typed_key(device),
        "next": onward,
    }
    return _page(request, "enrol", context)


def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes in the place of the old; only for somebody who has just given a code of the authenticator."""
    user: Any = request.user
    if not user.is_verified():
        return HttpResponseRedirect(reverse("second_factor_enrol"))
    context: dict[str, Any] = {"title": _("Recovery codes"), "next": reverse("admin:index")}
    if request.method == "POST":
        context["codes"] = second_factor_codes.make(user, now=timezone.now())
    else:
        context["left"] = second_factor_codes.left(user)
    return _page(request, "recovery_codes", context)


def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """A colleague has lost the phone: at the next sign-in the second step is set up anew."""
    me: Any = request.user
    if not me.has_perm("auth.change_user") or pk == me.pk:
        raise PermissionDenied
    colleague = get_user_model()._default_manager.filter(pk=pk).first()
    beyond = colleague is not None and colleague.is_superuser and not me.is_superuser
    if colleague is None or beyond or not _shares_clinic(me, colleague):
        raise Http404(_("There is no such person, or she works for another clinic."))
    back = reverse("admin:auth_user_change", args=[pk])
    if request.method == "POST":
        second_factor.reset(colleague, by=me)
        messages.success(
            request,
            _("%(name)s sets the second step up anew at the next sign-in.") % {"name": colleague.get_username()},
        )
        return HttpResponseRedirect(back)
    context = {"title": _("Reset the second step"), "colleague": colleague, "back": back}
    return _page(request, "second_factor_reset", context)


def session(request: HttpRequest) -> HttpResponse:
    """How long the session lasts, in seconds; a POST is a sign of life."""
    now = timezone.now()
    if request.method == "POST":
        request.session[SEEN] = int(now.timestamp())
    left = int((ends_at(request, now=now) - now).total_seconds())
    answer = JsonResponse({"left": left, "whatever_happens": int((last_hour(request, now=now) - now).total_seconds())})
    answer["Cache-Control"] = "no-store"
    return answer


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    answer = TemplateResponse(request, f"admin/doors/{name}.html", {**admin.site.each_context(request), **context})
    answer["Cache-Control"] = "no-store"
    return answer


def _onward(request: HttpRequest) -> str:
    """Where this person was going; nowhere outside this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else reverse("admin:index")


def _wrong(wait: int) -> str:
    said = _("This code is not right. A code holds for half a minute, and once.")
    if not wait:
        return said
    return (
        said + " " + ngettext("Try again in %(wait)s second.", "Try again in %(wait)s seconds.", wait) % {"wait": wait}
    )


def _left(count: int) -> str:
    return ngettext(
        "That was a recovery code; %(count)s is left. Make new ones before they run out.",
        "That was a recovery code; %(count)s are left. Make new ones before they run out.",
        count,
    ) % {"count": count}


def _shares_clinic(me: Any, colleague: Any) -> bool:
    mine = scope.clinic_ids(me)
    return mine is None or colleague.memberships.filter(clinic_id__in=mine).exists()
