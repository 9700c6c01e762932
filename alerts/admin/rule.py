"""Alert rules in the admin: each with its versions; a change is a new version, which somebody signs and activates."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from alerts import rulebook
from alerts.admin import rule_acts, rule_versions
from alerts.admin.rule_form import EditedVersion, longest_line
from alerts.admin.trial_page import try_page
from alerts.admin.words import TIERS
from alerts.domain.words import Condition
from alerts.models import AlertRule, RuleVersion
from messaging.domain.gsm7 import EXTENSION, LOOK_ALIKES, alphabet
from patients.admin.acts import Act, act_view, row_of
from patients.admin.show import chip, two_lines
from staff.admin.base import PageAdmin

STATUS = {
    "draft": ("warning", lazy("Not signed")),
    "active": ("ok", lazy("Active")),
    "retired": ("gone", lazy("Switched off")),
}


def version_page(request: HttpRequest, object_id: int, number: int, model_admin: RuleAdmin) -> HttpResponse:
    """The rule's page at one version."""
    return model_admin.page(request, str(object_id), number)


def edit_page(request: HttpRequest, object_id: int, model_admin: RuleAdmin) -> HttpResponse:
    """The form of the next version."""
    return model_admin.edit(request, str(object_id))


@admin.register(AlertRule)
class RuleAdmin(PageAdmin):
    """The list of rules, the page of one, and the deeds: edit, sign off, activate, switch off."""

    list_display = ("shown_condition", "shown_tiers", "shown_status", "shown_version", "shown_signed")
    list_display_links = ("shown_condition",)
    list_filter = (("status", ChoicesDropdownFilter), ("condition", ChoicesDropdownFilter))
    ordering = ("position", "code")
    search_fields = ("code", "condition")
    fields = ("code", "condition", "position")
    actions = None
    actions_detail = ("sign_off", "activate", "retire")
    custom_urls = (
        ("<int:object_id>/version/<int:number>/", "alerts_alertrule_version", version_page),
        ("<int:object_id>/edit/", "alerts_alertrule_edit", edit_page),
        ("try/", "alerts_alertrule_try", try_page),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Switch it off instead: alerts refer to it."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AlertRule]:
        """With the active version, and the number of the newest."""
        queryset: QuerySet[AlertRule] = super().get_queryset(request)
        newest = RuleVersion.objects.filter(rule=OuterRef("pk")).order_by("-number")
        return queryset.select_related("active_version__signed_off_by").annotate(
            newest_number=Subquery(newest.values("number")[:1]), newest_fires_on=Subquery(newest.values("fires_on")[:1])
        )

    def response_add(self, request: HttpRequest, obj: AlertRule, post_url_continue: str | None = None) -> HttpResponse:
        """A new rule goes on to its first version."""
        return HttpResponseRedirect(reverse("admin:alerts_alertrule_edit", args=[obj.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of one rule at the version that counts."""
        return self.page(request, object_id, None)

    def page(self, request: HttpRequest, object_id: str, number: int | None) -> HttpResponse:
        """The page of one rule, at version `number`."""
        rule = self._rule(request, object_id)
        if not self.has_view_permission(request, rule):
            raise PermissionDenied
        versions = rule_versions.history(rule)
        shown = next((one for one in versions if one.version.number == number), None)
        if number is not None and shown is None:
            raise Http404(_("There is no such version."))
        shown = shown or next((one for one in versions if one.is_active), versions[0] if versions else None)
        context = {
            **self.admin_site.each_context(request),
            "title": Condition(rule.condition).title,
            "opts": self.opts,
            "rule": rule,
            "status": STATUS[rule.status],
            "shown": shown,
            "fires": rule_versions.fires_in_words(shown.version) if shown else [],
            "told": rule_versions.told(shown.version) if shown else [],
            "facts": rule_versions.rest(shown.version) if shown else [],
            "versions": versions,
            "may_edit": self.has_change_permission(request, rule),
            "may_sign": request.user.has_perm(rule_acts.SIGN),
        }
        return TemplateResponse(request, "admin/alerts/rule.html", context)

    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write the next version from the latest one."""
        rule = self._rule(request, object_id)
        if not self.has_change_permission(request, rule):
            raise PermissionDenied
        latest = rule.versions.first()
        edited = EditedVersion(rule, latest, request.POST if request.method == "POST" else None)
        if request.method == "POST" and edited.is_valid():
            version = self._write(request, rule, edited)
            messages.success(
                request, _("Version %(number)s is written. It waits for its signature.") % {"number": version.number}
            )
            return HttpResponseRedirect(reverse("admin:alerts_alertrule_version", args=[rule.pk, version.number]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("%(title)s: next version") % {"title": Condition(rule.condition).title},
            "opts": self.opts,
            "rule": rule,
            "form": edited.form,
            "triggers": edited.triggers,
            "media": self.media + edited.form.media,
            "alphabet": {"basic": "".join(sorted(alphabet())), "double": "".join(EXTENSION), "like": dict(LOOK_ALIKES)},
            "line": longest_line(),
        }
        return TemplateResponse(request, "admin/alerts/rule_edit.html", context)

    def _write(self, request: HttpRequest, rule: AlertRule, edited: EditedVersion) -> RuleVersion:
        data = edited.form.cleaned_data
        with transaction.atomic():
            version = rulebook.new_version(
                rule,
                fires_on=edited.fires_on(),
                instruction=edited.form.texts("instruction"),
                fallback=edited.form.texts("fallback"),
                fallback_after=data["fallback_after"],
                policy=data["policy"],
                source=data["source"],
                by=request.user.get_username(),
                now=timezone.now(),
            )
            self.log_change(request, rule, f"Wrote version {version.number}.")
        return version

    @action(description=lazy("Sign off"), url_path="sign-off", permissions=["view"])
    def sign_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A named person answers for the newest version."""
        return self._act(request, object_id, rule_acts.SIGN_OFF)

    @action(description=lazy("Activate"), url_path="activate", permissions=["view"])
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """From now on triage reads the newest signed version."""
        return self._act(request, object_id, rule_acts.ACTIVATE)

    @action(description=lazy("Switch off"), url_path="retire", permissions=["view"])
    def retire(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It does not fire any more."""
        return self._act(request, object_id, rule_acts.RETIRE)

    def _act(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        return act_view(self, request, row_of(self, request, object_id), act)

    def _rule(self, request: HttpRequest, object_id: str) -> AlertRule:
        rule = row_of(self, request, object_id)
        if not isinstance(rule, AlertRule):
            raise Http404(_("There is no such rule."))
        return rule

    @display(description=lazy("Red flag"), ordering="position", header=True)
    def shown_condition(self, rule: AlertRule) -> list[str]:
        """The condition over the code."""
        return [Condition(rule.condition).title, rule.code]

    @display(description=lazy("Tiers"))
    def shown_tiers(self, rule: AlertRule) -> str:
        """The tiers at which it may fire."""
        fires_on = rule.active_version.fires_on if rule.active_version else getattr(rule, "newest_fires_on", None)
        tiers = rule_versions.tiers_of(fires_on or {})
        return rule_versions.joined([chip(f"tier-{tier}", TIERS[tier]) for tier in tiers]) or "–"

    @display(description=lazy("Status"), ordering="status")
    def shown_status(self, rule: AlertRule) -> str:
        """The status in its colour."""
        return chip(*STATUS[rule.status])

    @display(description=lazy("Version"))
    def shown_version(self, rule: AlertRule) -> str:
        """The active one, and the newest where it is another."""
        newest = getattr(rule, "newest_number", None)
        if rule.active_version is None:
            return _("%(newest)s, unsigned") % {"newest": newest} if newest else _("none yet")
        number = rule.active_version.number
        return (
            str(number) if number == newest else two_lines(number, _("version %(newest)s waits") % {"newest": newest})
        )

    @display(description=lazy("Signed off"))
    def shown_signed(self, rule: AlertRule) -> str:
        """By whom, when."""
        return rule_versions.signature(rule.active_version) if rule.active_version else "–"
