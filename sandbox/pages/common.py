"""What the sandbox's pages share: JSON for scripts beside forms for people, and safe posting for both."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

View = Callable[..., HttpResponseBase]


def is_json(request: HttpRequest) -> bool:
    """Whether the body is JSON. Such a post cannot come from a foreign page: browsers ask first, and nobody answers."""
    return request.content_type == "application/json"


def wants_json(request: HttpRequest) -> bool:
    """Whether a script is asking."""
    return request.GET.get("format") == "json" or is_json(request)


def posted(request: HttpRequest) -> dict[str, Any]:
    """What was posted, from a form or as a JSON object; ValueError when it is neither."""
    if not is_json(request):
        return dict(request.POST.items())
    data = json.loads(request.body or b"{}")
    if not isinstance(data, dict):
        raise ValueError("a JSON object is expected")
    return data


def forms_and_scripts(view: View) -> View:
    """Forms carry a CSRF token; scripts post JSON, which must be an object, and need none."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def either(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_json(request):
            return protected(request, *args, **kwargs)
        try:
            posted(request)
        except ValueError:
            return JsonResponse({"error": "The body is no JSON object."}, status=400)
        return view(request, *args, **kwargs)

    return either
