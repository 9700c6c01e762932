"""Words of a search stay out of addresses: they are posted, kept in the session, and the address carries a key to them.

Addresses end up in the logs of proxies, in a browser's history and in what the next page is told; names of patients
are not to. The key works for the person who searched, while she is signed in: going back, turning pages and filtering
do what they always did.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from unfold.views import ChangeList

#: The field of the search box, and where its words are kept.
WORDS, KEPT = "search_words", "bonewatch_searches"
KEY = re.compile(r"~[A-Za-z0-9_-]{11}")
#: So many searches of one person are kept; the longest that is looked for.
MOST, LONGEST = 40, 200
_NOT_FILTERS = (WORDS, "csrfmiddlewaretoken", PAGE_VAR, SEARCH_VAR)


def taken(request: HttpRequest) -> HttpResponse | None:
    """The way on for a request that brings words (posted, or in an address of old); None where it brings none."""
    if request.method == "POST" and WORDS in request.POST:
        return _onward(request, request.POST, request.POST[WORDS])
    asked = request.GET.get(SEARCH_VAR, "")
    if request.method != "GET" or not asked or asked in _kept(request):
        return None
    if KEY.fullmatch(asked):
        messages.warning(request, _("This search is over: it ended when you signed out. Type it again."))
        return _onward(request, request.GET, "")
    return _onward(request, request.GET, asked)


def words_of(request: HttpRequest) -> str:
    """The words behind the key in the address; empty where there is none."""
    return _kept(request).get(request.GET.get(SEARCH_VAR, ""), "")


def posted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that looks for words in the address finds them in what was posted as well."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            asked = request.GET.copy()
            asked.update(request.POST)
            request.GET = asked  # type: ignore[assignment]
            request.method = "GET"
        return view(request, *args, **kwargs)

    return answer


class KeyedChangeList(ChangeList):
    """A list whose address names its search by a key."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        """The rows that the words behind the key find; every link of the list keeps the key."""
        self.query = words_of(request)
        found: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        return found


class SearchInSession:
    """For pages of the admin: the search box of the list."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        """A list that knows keys."""
        return KeyedChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; where words come in, the way to the same list without them."""
        answer: HttpResponse = taken(request) or super().changelist_view(request, extra_context)  # type: ignore[misc]
        return answer


def _kept(request: HttpRequest) -> dict[str, str]:
    kept: dict[str, str] = request.session.get(KEPT, {})
    return kept


def _onward(request: HttpRequest, asked: QueryDict, words: str) -> HttpResponseRedirect:
    """The same page, its filters as they are, and the key of these words."""
    query = asked.copy()
    for name in _NOT_FILTERS:
        query.pop(name, None)
    plain = words.replace("\x00", "").strip()[:LONGEST]
    if plain:
        query[SEARCH_VAR] = _keep(request, plain)
    return HttpResponseRedirect(request.path + (f"?{query.urlencode()}" if query else ""))


def _keep(request: HttpRequest, words: str) -> str:
    kept = dict(_kept(request))
    key = next((key for key, said in kept.items() if said == words), "~" + secrets.token_urlsafe(8))
    kept.pop(key, None)
    kept[key] = words
    request.session[KEPT] = dict(list(kept.items())[-MOST:])
    return key
