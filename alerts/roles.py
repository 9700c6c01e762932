"""What each role of staff may do to red flags and to sending: coordinators see, nurses act, managers sign off."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

#: Group → models of alerts that it may add and change. Everybody of them may view everything.
_CHANGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Coordinators": ("rota", "rotation", "rotationmember", "singleshift", "override", "responder"),
        "Nurses": ("alert", "nursereview"),
        "Managers": (
            *("alert", "nursereview", "alertrule", "escalationpolicy", "policystep", "responder"),
            *("rota", "rotation", "rotationmember", "singleshift", "override", "warningrule", "warningtext"),
        ),
    }
)
#: Who takes turns may leave a rotation; one that has begun stays (see the rota's admin).
_BUILT = ("delete_rotation", "delete_rotationmember")
#: Group → permissions beyond viewing and changing.
_FURTHER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Coordinators": _BUILT, "Managers": (*_BUILT, "delete_policystep", "sign_off_rule")}
)
#: Group → permissions on how messages are sent. What a provider's code calls for decides about everybody.
_SENDING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # Who lets a held message through, or drops it, changes a message.
        "Coordinators": ("change_addressfault", "change_message", "change_wordingversion"),
        "Nurses": ("review_wording",),
        "Managers": (
            *("change_wordingversion", "review_wording", "sign_wording"),
            *("change_addressfault", "add_codereaction", "change_codereaction", "delete_codereaction"),
            *("change_message", "add_sender", "change_sender", "add_sendingpause", "change_sendingpause"),
        ),
    }
)


#: Conversations are everybody's work; what was said in them is nobody's to change.
_INBOX = ("change_thread",)


def grant(group: Group) -> None:
    """Give a group of one of the three names what it needs; what it has besides stays."""
    changes = [f"{verb}_{model}" for model in _CHANGES[group.name] for verb in ("add", "change")]
    views = Q(codename__startswith="view_")
    flags = views | Q(codename__in=[*changes, *_FURTHER.get(group.name, ())])
    sending = views | Q(codename__in=_SENDING.get(group.name, ()))
    inbox = Q(views | Q(codename__in=_INBOX), content_type__app_label="inbox")
    own = inbox | Q(flags, content_type__app_label="alerts") | Q(sending, content_type__app_label="messaging")
    group.permissions.add(*Permission.objects.filter(own))


def grant_all() -> None:
    """The three groups, made where they are missing, with what they may do to red flags and to sending."""
    for name in _CHANGES:
        group, _ = Group.objects.get_or_create(name=name)
        grant(group)
