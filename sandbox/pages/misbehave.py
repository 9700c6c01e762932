"""The page, and the JSON for scripts, that make the carrier and the mail host misbehave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from sandbox import mood as moods
from sandbox.lifecycle import TEXT_ENDINGS
from sandbox.models import Mood
from sandbox.pages.common import forms_and_scripts, posted, wants_json

GROUPS = (
    ("Answers to the product", ("latency_ms", "too_many_percent", "retry_after_s", "error_percent", "drop_percent")),
    ("What becomes of texts", ("final_status", "error_code", "step_ms", "keeps_opt_outs")),
    (
        "Callbacks",
        ("callback_lost_percent", "callback_doubled_percent", "callback_reordered_percent", "callback_delay_ms"),
    ),
    ("Mail host", ("mail_refused", "mail_busy_percent", "mail_drop_percent")),
    ("Luck", ("seed",)),
)
_LABELS = {
    "latency_ms": "Latency, ms",
    "too_many_percent": "Too many requests, %",
    "retry_after_s": "Retry-After, s",
    "error_percent": "Server errors, %",
    "drop_percent": "Accepted, then cut off, %",
    "final_status": "Texts end as",
    "error_code": "Error code",
    "step_ms": "Time between statuses, ms",
    "keeps_opt_outs": "Carrier keeps STOP itself",
    "callback_lost_percent": "Lost, %",
    "callback_doubled_percent": "Doubled, %",
    "callback_reordered_percent": "Out of order, %",
    "callback_delay_ms": "Late by, ms",
    "mail_refused": "Refused addresses",
    "mail_busy_percent": "Busy (451), %",
    "mail_drop_percent": "Kept, then cut off, %",
}


class MoodForm(forms.ModelForm):  # type: ignore[type-arg]
    """Every setting of the mood."""

    final_status = forms.ChoiceField(
        label=_LABELS["final_status"],
        choices=[(name, name) for name in TEXT_ENDINGS],
        help_text="Unless the phone says otherwise.",
    )

    class Meta:
        model = Mood
        fields = moods.SETTABLE
        labels = _LABELS
        widgets = {"mail_refused": forms.Textarea(attrs={"rows": 3})}

    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields in the order of the page."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]


def _as_json(mood: Mood) -> dict[str, Any]:
    return {name: getattr(mood, name) for name in moods.SETTABLE}


def _script(request: HttpRequest) -> JsonResponse:
    """GET shows; POST sets the named moods and keeps the others; `{"calm": true}` resets everything."""
    if request.method != "POST":
        return JsonResponse(_as_json(moods.current()))
    wanted = posted(request)
    try:
        if wanted.pop("calm", False):
            moods.calm()
        mood = moods.change(**wanted) if wanted else moods.current()
    except ValidationError as error:
        return JsonResponse({"errors": error.message_dict}, status=400)
    return JsonResponse(_as_json(mood))


@forms_and_scripts
def mood(request: HttpRequest) -> HttpResponse:
    """The page with every setting, and the same as JSON."""
    if wants_json(request):
        return _script(request)
    if request.method != "POST":
        return render(request, "sandbox/misbehave.html", _context(MoodForm(instance=moods.current()), request))
    if "calm" in request.POST:
        moods.calm()
        return redirect("sandbox:misbehave")
    form = MoodForm(request.POST, instance=moods.current())
    if not form.is_valid():
        return render(request, "sandbox/misbehave.html", _context(form, request), status=400)
    moods.change(**form.cleaned_data)
    return redirect("sandbox:misbehave")


def _context(form: MoodForm, request: HttpRequest) -> dict[str, Any]:
    friendly, now = _as_json(Mood(pk=1)), _as_json(moods.current())
    changed = [_LABELS.get(name, name) for name, value in now.items() if value != friendly[name] and name != "seed"]
    return {"form": form, "fieldsets": form.fieldsets(), "changed": changed, "tab": "misbehave"}
