"""The one table of rights: what each of the five roles may see, add, change and take away, and what else it may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

VIEW, ADD, CHANGE, DELETE = "view", "add", "change", "delete"
#: Beyond rows: what a role may do besides, as "app.codename".
EXPORT, IMPORT = "staff.export_rows", "staff.import_rows"
REVIEW_WORDING, SIGN_WORDING = "messaging.review_wording", "messaging.sign_wording"
SIGN_RULE = "alerts.sign_off_rule"
SIGN_TREATMENT = "staff.sign_treatment"


class Role(StrEnum):
    """The five roles. The value is the name of the group in the database, in English, whatever staff read."""

    COORDINATOR = "Coordinators"
    NURSE = "Nurses"
    PHYSICIAN = "Physicians"
    MANAGER = "Managers"
    AUDITOR = "Auditors"


@dataclass(frozen=True, slots=True)
class Rights:
    """What one role may do: "app.model" → verbs, and the special permissions."""

    models: Mapping[str, frozenset[str]]
    special: frozenset[str]

    def may(self, verb: str, model: str) -> bool:
        """Whether the role may do `verb` to rows of `model` ("app.model", in lower case)."""
        return verb in self.models.get(model, frozenset())

    def codes(self) -> frozenset[str]:
        """Every permission as Django writes it: "app.verb_model"."""
        rows = {_code(verb, model) for model, verbs in self.models.items() for verb in verbs}
        return frozenset(rows) | self.special


def _code(verb: str, model: str) -> str:
    app, name = model.split(".")
    return f"{app}.{verb}_{name}"


def _all(app: str, names: str) -> tuple[str, ...]:
    return tuple(f"{app}.{name}" for name in names.split())


#: What concerns the patients and their care: all five see it, each of its own clinics.
_CARE = (
    *_all("patients", "clinic patient contactpoint coordinatortask careevent"),
    *_all("reminders", "treatment schedule visit reminderrule plannedreminder visitquestion tickedtask"),
    *_all("messaging", "message attempt receipt inboundmessage consentevent addressfault wordingversion wordingtext"),
    *_all("alerts", "alert alertreport alertevent alertpage nursereview alertrule ruleversion warningrule warningtext"),
    *_all("alerts", "plannedwarning escalationpolicy policystep alarm responder rota rotation rotationmember"),
    *_all("alerts", "singleshift override"),
    *_all("inbox", "thread threadtext staffanswer"),
    *_all("portal", "symptomreport"),
)
#: How sending itself is set up and kept going: for those who answer for it.
_SENDING = _all("messaging", "sender sendingpause codereaction")
_BULK = _all("desk", "job jobrow")
_PEOPLE = _all("auth", "user")
_TRACES = _all("staff", "trace")

_ROTA = _all("alerts", "rota rotation rotationmember singleshift override responder")
#: Who takes turns may leave a rotation; one that has begun stays (see the rota's admin).
_TURNS = _all("alerts", "rotation rotationmember")
_FLAGS = _all("alerts", "alert nursereview")
_DAY = (
    *_all("patients", "patient contactpoint coordinatortask"),
    *_all("reminders", "schedule visit plannedreminder"),
    *_all("messaging", "consentevent"),
)


def _rights(
    sees: Iterable[str],
    *,
    keeps: Iterable[str] = (),
    changes: Iterable[str] = (),
    removes: Iterable[str] = (),
    special: Iterable[str] = (),
) -> Rights:
    """`keeps`: may add and change; `changes`: what there is, but nothing new."""
    verbs: dict[str, set[str]] = {model: {VIEW} for model in sees}
    for models, more in ((keeps, {ADD, CHANGE}), (changes, {CHANGE}), (removes, {DELETE})):
        for model in models:
            verbs.setdefault(model, {VIEW}).update(more)
    return Rights(
        MappingProxyType({model: frozenset(found) for model, found in sorted(verbs.items())}), frozenset(special)
    )


RIGHTS: Mapping[Role, Rights] = MappingProxyType(
    {
        # Keeps patients, visits and the rota; writes wordings; lets a held message through, or drops it.
        Role.COORDINATOR: _rights(
            (*_CARE, *_SENDING),
            keeps=(*_DAY, *_ROTA, *_BULK),
            changes=(
                *_all("messaging", "message addressfault wordingversion"),
                *_all("inbox", "thread"),
            ),
            removes=_TURNS,
            special=(EXPORT, IMPORT),
        ),
        # Takes red flags, reads what patients write, records what was given; reads wordings that others wrote.
        Role.NURSE: _rights(
            (*_CARE, *_SENDING),
            keeps=(*_FLAGS, *_all("patients", "coordinatortask"), *_all("reminders", "visit")),
            changes=_all("inbox", "thread"),
            special=(REVIEW_WORDING,),
        ),
        # Is paged like a nurse and signs what is clinical; leaves patients' schedules to those who keep them.
        Role.PHYSICIAN: _rights(
            _CARE,
            keeps=_FLAGS,
            special=(REVIEW_WORDING, SIGN_WORDING, SIGN_RULE, SIGN_TREATMENT),
        ),
        # Answers for the clinic: its settings, staff, rules, policies, signatures and sending.
        Role.MANAGER: _rights(
            (*_CARE, *_SENDING, *_TRACES),
            keeps=(
                *(*_DAY, *_FLAGS, *_ROTA, *_BULK, *_PEOPLE),
                *_all("patients", "clinic"),
                *_all("reminders", "treatment reminderrule"),
                *_all("alerts", "alertrule escalationpolicy policystep warningrule warningtext"),
                *_SENDING,
            ),
            changes=(
                *_all("messaging", "message addressfault wordingversion"),
                *_all("inbox", "thread"),
            ),
            removes=(*_TURNS, *_all("alerts", "policystep"), *_all("messaging", "codereaction")),
            special=(EXPORT, IMPORT, REVIEW_WORDING, SIGN_WORDING, SIGN_RULE, SIGN_TREATMENT),
        ),
        # Sees everything of the clinic, who looked at what included, and does nothing but take copies of lists.
        Role.AUDITOR: _rights((*_CARE, *_SENDING, *_BULK, *_PEOPLE, *_TRACES), special=(EXPORT,)),
    }
)
