"""A person's own words out of a mail: without the mail that they answer, and without the form of HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: How mail programs begin what they quote, in the languages of our mails; it may be broken over two lines.
_QUOTE_BEGINS = re.compile(
    r"^[ \t]*(?:"
    r"(?:On|El|Am|Le)\b[^\n]{0,200}(?:\n[^\n]{0,200})?\b(?:wrote|escribi[oó]|schrieb|a [eé]crit)\s*:"
    r"|-{2,}\s*(?:Original Message|Mensaje original|Forwarded message|Mensaje reenviado)\s*-{2,}"
    r"|_{10,}"
    r"|(?:From|De|Von):[^\n]{1,300}\n[ \t]*(?:Sent|Date|To|Enviado|Enviado el|Fecha|Para|Gesendet):"
    r")",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(
    r"^(?:-- ?|(?:Sent|Get Outlook|Enviado|Obtener Outlook) (?:from my|from|for|desde mi|desde|para) [^\n]{1,60})$",
    re.MULTILINE | re.IGNORECASE,
)
_LONGEST = 200_000
#: No mail program leaves so many tags open.
_MOST_OPEN = 100


def own_words(text: str) -> str:
    """What somebody has written in answer to a mail; empty where all of it looks quoted."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")[:_LONGEST]
    whole = _without_quotes(text)
    begins = _QUOTE_BEGINS.search(text)
    head = _without_quotes(text[: begins.start()]) if begins else whole
    # Answers below the quotation: what stands above it is empty, what stands beneath is the answer.
    words = head or whole
    signed = _SIGNATURE.search(words)
    kept = words[: signed.start()].strip() if signed else words
    return kept or words


def without_introductions(text: str) -> str:
    """`text` without the lines by which mail programs introduce what they quote."""
    return _QUOTE_BEGINS.sub("", text)


def _without_quotes(text: str) -> str:
    lines = [line for line in text.split("\n") if not line.lstrip().startswith(">")]
    kept = "\n".join(lines)
    kept = _QUOTE_BEGINS.sub("", kept) if len(lines) < text.count("\n") + 1 else kept
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


class _Reader(HTMLParser):
    _BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})
    _SILENT = frozenset({"script", "style", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent = 0
        self.quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = " ".join(value or "" for name, value in attrs if name in ("class", "id"))
        if tag in self._SILENT:
            self.silent += 1
        elif tag == "blockquote" or (self.quoted and tag == "div") or re.search(r"gmail_quote|divRplyFwdMsg", marks):
            self.quoted += tag in ("blockquote", "div")
        if tag in self._BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in ("blockquote", "div"):
            self.quoted = max(0, self.quoted - 1)

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append("\n> " + data.replace("\n", "\n> ") if self.quoted else data)


def from_html(html: str) -> str:
    """The words of an HTML part, what it quotes marked as text marks it."""
    html = html[:_LONGEST]
    if html.count("<") - html.count(">") > _MOST_OPEN:
        # The parser would look for the end of each anew, which takes minutes: what was written is kept all the same.
        return " ".join(re.sub(r"<[^<>]*>", " ", html).split())
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "".join(reader.found).replace("\xa0", " ")
    return "\n".join(re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n")).strip()
