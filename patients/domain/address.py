"""Addresses that people typed: read, or refused saying what is wrong; and numbers as people dial them."""

from __future__ import annotations

import re

import phonenumbers

from staff.domain.tongue import gettext as _

_EMAIL = re.compile(r"[^@\s,;<>()\[\]\"\\]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")


class AddressError(ValueError):
    """What was typed reaches nobody; the message names the value."""


def phone(raw: str, *, region: str | None = None) -> str:
    """`raw` in E.164. National forms are read in `region` (ISO 3166, e.g. "US").

    Raises AddressError when it is malformed or a number that cannot exist.
    """
    text = raw.strip()
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise AddressError(
            _("%(text)s is not a phone number; write it as +12025550123") % {"text": f"{text!r}"}
        ) from error
    if number.extension:
        raise AddressError(_("%(text)s has an extension; texts need a direct number") % {"text": f"{text!r}"})
    if not _can_exist(number):
        raise AddressError(_("%(text)s is not a number that can exist") % {"text": f"{text!r}"})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _can_exist(number: phonenumbers.PhoneNumber) -> bool:
    # Not is_valid_number: it refuses ranges opened since its tables were made, and a refused patient
    # gets no reminders. The country's general pattern refuses what no exchange could ever dial.
    if not phonenumbers.is_possible_number(number):
        return False
    calling_code = number.country_code or 0
    region = phonenumbers.region_code_for_country_code(calling_code)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)
    if metadata is None or metadata.general_desc is None or metadata.general_desc.national_number_pattern is None:
        return False
    digits = phonenumbers.national_significant_number(number)
    return re.fullmatch(metadata.general_desc.national_number_pattern, digits) is not None


def email(raw: str) -> str:
    """`raw` trimmed, its domain in lower case. Raises AddressError when it is malformed."""
    text = raw.strip()
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise AddressError(_("%(text)s is not an e-mail address") % {"text": f"{text!r}"})
    name, _unused, domain = text.rpartition("@")
    return f"{name}@{domain.lower()}"


def national(number: str) -> str:
    """A number as it is dialled at home: (202) 555-0123. What cannot be read as one stays as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        return number
