"""The form about symptoms while the database is away: everything ticked and typed on it again, and whom to call.

The form itself carries the clinic's numbers, signed, for nothing can be looked up at that moment.
"""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from portal import language as languages
from portal import proofs, showing, symptoms_answers, symptoms_questions

_SALT = "portal.symptoms.numbers"
STATUS = 503


def numbers(lines: list[tuple[str, str, str]], spoken: str) -> str:
    """The numbers to call, for a form to carry."""
    return Signer(salt=_SALT).sign_object({"lines": [list(line) for line in lines], "spoken": spoken})


def page(request: HttpRequest, token: str) -> HttpResponse:
    """The form as it was filled in, not sent."""
    lines, spoken = _carried(request)
    language = languages.choose(spoken, languages.of_browser(request))
    came = request.method == "POST"
    answers = symptoms_answers.read(request.POST, of_another=False) if came else symptoms_answers.nothing_yet()
    frame = showing.frame(None, language=language, named=False) | {
        "lines": lines,
        "numbers": request.POST.get("numbers", ""),
        "here": request.path,
        "root": f"/p/{token}/",
        "proof": proofs.form_proof(token),
        "answers": answers,
        "ask": symptoms_questions.asked(language, answers.filled),
        "error": languages.words(language)["symptoms"]["error_trouble"] if came else "",
    }
    response = showing.page(request, "symptoms", frame, status=STATUS)
    response["Retry-After"] = "60"
    return response


def _carried(request: HttpRequest) -> tuple[list[tuple[str, str, str]], str]:
    try:
        kept = Signer(salt=_SALT).unsign_object(request.POST.get("numbers", ""))
        return [(str(a), str(b), str(c)) for a, b, c in kept["lines"]], str(kept["spoken"])
    except (BadSignature, ValueError, KeyError, TypeError):
        return [], ""
