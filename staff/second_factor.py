"""The second factor of a member of staff: an authenticator on a phone, and ten recovery codes for when it is lost."""

from __future__ import annotations

from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from staff import second_factor_codes
from staff.audit import tell

NAME = "authenticator"


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a code: the device that now stands for the person, or how long to wait, in seconds."""

    device: TOTPDevice | None = None
    wait: int = 0
    by_recovery: bool = False


def phone_of(user: Any) -> TOTPDevice | None:
    """The authenticator that this person has proven to have."""
    return TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).order_by("pk").first()


def offered(user: Any) -> TOTPDevice:
    """The authenticator that this person is about to set up: the same key until it is proven."""
    device, _ = TOTPDevice.objects.get_or_create(user_id=user.pk, confirmed=False, defaults={"name": NAME})
    return device


def typed_key(device: TOTPDevice) -> str:
    """The key for typing it in, in groups of four."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def picture(device: TOTPDevice) -> str:
    """The key as a QR code for the phone's camera: SVG, made here."""
    drawn: str = segno.make(device.config_url, error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff", omitsize=False, title="", desc=""
    )
    return drawn


@transaction.atomic
def check(user: Any, code: str, *, now: datetime) -> Checked:
    """Hold what was typed against the authenticator, then the recovery codes. Each wrong one costs more time."""
    device = TOTPDevice.objects.select_for_update().filter(user_id=user.pk, confirmed=True).order_by("pk").first()
    if device is None:
        return Checked()
    wait = _wait(device, now=now)
    if wait:
        return Checked(wait=wait)
    plain = "".join(code.split()).replace("-", "")
    if plain.isascii() and plain.isdigit() and len(plain) == device.digits:
        return Checked(device=device) if device.verify_token(plain) else Checked(wait=_wait(device, now=now))
    if second_factor_codes.use(user, plain, now=now):
        device.throttle_reset()
        tell(user, page="recovery-code", actor=user)
        return Checked(device=device, by_recovery=True)
    device.throttle_increment()
    return Checked(wait=_wait(device, now=now))


@transaction.atomic
def enrol(user: Any, code: str, *, now: datetime) -> list[str]:
    """The authenticator offered is this person's once it shows the right code; answers new recovery codes, or none."""
    device = TOTPDevice.objects.select_for_update().filter(user_id=user.pk, confirmed=False).first()
    plain = "".join(code.split())
    if device is None or not plain.isascii() or not plain.isdigit() or not device.verify_token(plain):
        return []
    for before in TOTPDevice.objects.filter(user_id=user.pk, confirmed=True):
        before.delete()
    device.confirmed = True
    device.save()
    return second_factor_codes.make(user, now=now)


@transaction.atomic
def reset(user: Any, *, by: Any) -> None:
    """This person sets a second factor up anew at the next sign-in; no session stays signed in by the old one."""
    for device in TOTPDevice.objects.filter(user_id=user.pk):
        device.delete()
    second_factor_codes.RecoveryCode.objects.filter(user_id=user.pk).delete()
    tell(user, page="second-factor-reset", actor=by)


def _wait(device: TOTPDevice, *, now: datetime) -> int:
    """Seconds until the next try is looked at."""
    allowed, why = device.verify_is_allowed()
    if allowed:
        return 0
    seconds: float = (why["locked_until"] - now).total_seconds()
    return max(round(seconds), 1)
