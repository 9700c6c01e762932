"""What every form of the admin carries so that nothing is made twice and nobody's change is lost."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from staff.admin import once

register = template.Library()


@register.simple_tag
def form_key() -> SafeString:
    """The hidden key by which a form that is sent twice is known."""
    return format_html('<input type="hidden" name="{}" value="{}">', once.FIELD, once.draw())
