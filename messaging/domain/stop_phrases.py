"""The shapes of a wish for silence, in English and Spanish: a verb of ending, or a no, and what is about texts.

"Stop", "no more" and "cancel" alone may be about pain, pills or a visit; what makes them an opt-out is their object.
"""

# A shape that is cut in two is read by nobody.
# ruff: noqa: E501
from __future__ import annotations

import re
from dataclasses import dataclass

_MSG = (
    r"(?:texts?|text messages?|messages?|sms|reminders?|notifications?|alerts?|texting|messaging|emails?|mails?"
    r"|mensaj(?:es?|itos?)|mensages?|textos?|textitos|whatsapps?|recordatorios?|notificaciones|avisos)"
)
#: What may stand between the verb and the texts.
_FILL = (
    r"(?:(?:all|the|these|those|this|that|any|my|your|our|more|of|text|such|further|other|sending|getting|receiving"
    r"|me|us|him|her|it|out|with|at|damn|fucking|stupid|please|now|already|to|mom|mother|moms|so|many|too|much|stuff"
    r"|clinic|subscription|husband|wife|dad|father|son|daughter|blowing|up|phone|spam|calling|and|w|wit|about|emailing|pinging|using|enrollment|in|"
    r"con|los|las|mis|sus|tus|estos|esos|tantos|ya|de|mas|por|favor|que|me|le|les|nos|a|mi) )*"
)
_WHOM = r"(?:me|us|him|her|them|this|that|my|our|any ?more|again|ever|no more|mom|dad|call|to|here|por|a|instead|back)"
_BOX = r"(?:texts?|messages?|reminders?|system|database|program|service|everything|records|mailing|lista?)"
_LIST = rf"(?:(?:of|from|your|the|this|that|these|those|all|more|any|text|texting|reminder|message|messaging|mailing|contact|calling|sms) )*{_BOX}"
_ONE = (
    r"(?:me|us|him|her|mom|dad|(?:my|our|this|the) (?:\w+ )?"
    r"(?:number|phone|cell|mom|mother|dad|father|husband|wife|son|daughter|sister|brother))"
)
_ENDING = r"(?:stop|quit|cease|kill|mute|silence|hold|discontinue|end|cancel|disable|suspend|(?:turn|shut|switch) off|cease and desist)"
_NO = r"(?:dont|do not|never|no longer|please not)"

#: One or two words that nobody foresaw; none that would make it about something else.
_ANY = (
    r"(?:(?!(?:and|or|y|o|to|but|if|visits?|appointments?|appts?|citas?|infusions?|pain|dolor|pills?|is|are|on|until|got|get|me|tuesday|monday"
    r"|wednesday|thursday|friday|tomorrow|wait|late|worry|understand|see|know|read|forget|recib\w+|entiendo|tengo|molestar|cancelar|dejar|dejen|parar|stop|cancel|quit|bother|miss|lose|perder)\b)\w+ ){0,2}"
)
_MSGS = r"(?:texts|text messages|messages|sms|reminders|notifications|mensaj(?:es|itos)|textos|recordatorios)"

_ENGLISH = {
    "end texts": rf"{_ENDING} {_FILL}(?:{_MSG}|spamming|contacting|bugging|bothering|harassing|writing|annoying|alerting|(?:my |the |this )?subscription|(?<=sending )(?:these|those|them|this|that|me|us))",
    "stop sending": r"(?:stop|quit|cease) sending (?:(?:me|us|him|her|my \w+) )?(?:stuff|this|these|those|them|things|crap)",
    "not send them": r"(?:dont|do not) send (?:me |us )?(?:them|those|these|any)$",
    "end those texts": rf"(?:stop|quit|cease|discontinue|(?:turn|shut|switch) off) {_FILL}{_ANY}{_MSGS}",
    "do not send those": rf"{_NO} (?:ever )?send {_ANY}{_FILL}{_ANY}{_MSGS}",
    "not want those": rf"(?:{_NO}|not|dont really) (?:want|wish|need|care|like|agree|consent) {_FILL}{_ANY}{_MSGS}(?! (?:to )?(?:stop|end))",
    "not be texted": r"(?:dont|do not|no longer|not|rather not|prefer not|never) (?:want |wish |like |agree )?(?:to )?(?:be|being|get|getting) (?:texted|messaged|contacted)",
    "get off list": rf"(?:get|be|come|want|go) off (?:of )?{_LIST}",
    "do not text": rf"(?<!i )(?<!we )(?<!he )(?<!she )(?<!they )(?:dont|do not|never) (?:you )?(?:ever |please )?(?:text|message|contact|sms|write|use my number|use this number)"
    rf"(?: {_WHOM}|$)",
    "not allow": rf"(?:dont|do not|never) (?:authorize|allow|permit|give permission)(?: you| for| to)* {_FILL}{_MSG}",
    "no need": rf"(?:no need(?: to| for)?|dont need(?: to)?|dont have to|dont bother(?: to)?) (?:text|message|contact|texting|messaging|{_FILL}{_MSG})",
    "not bother": rf"(?:dont|do not|stop) bother(?:ing)? (?:me|us)(?: anymore| again)? with {_FILL}{_MSG}",
    "not interested": rf"not interested in {_FILL}{_MSG}",
    "decline": rf"(?:decline|refuse|reject) {_FILL}{_MSG}",
    "must stop": rf"{_MSG} (?:need|needs|have|must|should|has|got|gotta)(?: to)? (?:stop|end)",
    "do not send": rf"{_NO} (?:ever )?send (?:me |us |him |her |my \w+ |to )?{_FILL}(?:{_MSG}|anything|stuff|(?<=more )$|(?<=anymore )$)",
    "no more": rf"(?<!got )(?<!get )(?<!have )(?<!had )(?<!are )(?<!is )(?<!were )no (?:more|further) (?:{_FILL}{_MSG}|{_ANY}{_MSGS})(?! (?:came|come|arrived|yet))",
    "no texts": rf"(?:^|please |prefer |want )no (?:text )?{_MSG}(?:$| (?:please|thanks|thank|just|only|at all|to|por))",
    "not want": rf"(?:{_NO}|not|dont even|didnt) (?:want|wish|need|care|like) (?:to )?(?:receive |get |see |for |be )?{_FILL}{_MSG}"
    r"(?! (?:to )?(?:stop|end))",
    "rather not": rf"(?:rather|prefer) (?:not|no) (?:to )?(?:receive |get |have )?{_FILL}{_MSG}",
    "make stop": rf"(?:want|make|need|get) {_FILL}{_MSG} (?:to )?(?:stop|end|go away)",
    "remove": rf"(?:remove|delete|erase|drop|unlist) {_ONE}(?:$| (?:please|now|thanks|thank|ok|and|asap|already)| (?:from|off|on) {_LIST})",
    "lose": r"lose (?:my|this|our) number",
    "take off": rf"(?:take|get|pull|keep) {_ONE} (?:off|out)(?:$| (?:please|now|thanks|thank|asap)| {_LIST})",
    "want off": rf"(?:want|like) (?:to be |to get )?(?:off|out)(?: of)? {_LIST}",
    "opt out": rf"(?:opt|opting) (?:(?:me|us|him|her|my \w+) )?out(?: of {_FILL}{_MSG}|$| (?:please|now|thanks|thank|asap|from))",
    "unsubscribe": r"(?:unsubscribe|unsubscribing)",
    "consent": r"(?:revoke|withdraw|withdrawing|revoking|cancel|take back|rescind) (?:my |the |all )?(?:consent|permission|authorization)",
    "no consent": rf"(?:no consent|(?:not|never|dont|didnt) (?:agree|consent|sign up|signed up|agreed|consented|give permission)) (?:to|for) "
    rf"{_FILL}(?:{_MSG}|be texted|this)",
    "enough": rf"(?:enough|sick|tired|fed up|done) (?:with |of )?{_FILL}{_MSG}",
    "leave alone": rf"leave (?:me|us) alone with {_FILL}{_MSG}",
    "unwanted": rf"(?:unwanted|unsolicited) {_MSG}|{_MSG} (?:not|un) ?(?:wanted|welcome)",
    "text no more": r"(?:text|message|contact) (?:me|us) no more",
    "block": rf"block (?:me|us|my number) from {_FILL}{_MSG}",
}

_SEND = r"(?:mande[ns]?|envie[ns]?|escriba[ns]?|textee[ns]?|contacte[ns]?|molesten?|vuelvan? a (?:escribir|mandar|enviar|textear|contactar)\w*)"
_WRITE = r"(?:escribir\w*|textea\w*|mandar\w*|enviar\w*|molestar\w*|contactar\w*|recibir|llegar\w*)"
_PRON = r"(?:me|le|les|nos|te)"
_END = r"(?:dejen|deje|deja|dejar|dejo|paren|pare|parar|paro|basta|alto|detengan|detener|suspendan?|suspender|cance(?:len?|lar|lo)|desactiv(?:ar|en|e)|apag(?:uen|ar|ue)|terminen?|terminar|finalic?en|finalizar|anul(?:en|ar|e)|eviten?|par(?:en|e)le|stop|ya no)"
_SPANISH = {
    "dejen": rf"{_END} {_FILL}{_WRITE}",
    "paren": rf"{_END} {_FILL}(?:{_WRITE} )?{_FILL}(?:{_MSG}|suscripcion)",
    "no me lleguen": rf"no (?:me |nos |le )?(?:lleguen|llegue) {_FILL}{_MSG}",
    "no hace falta": rf"no (?:hace falta|es necesario|tienen)(?: que)? (?:me |le )?(?:{_SEND}|{_WRITE}|{_FILL}{_MSG})",
    "salir": rf"(?:salir|salirme|salgo|fuera|sacarme|borrarme|retirarme) de {_FILL}(?:{_MSG}|lista|sistema)",
    "suficientes": rf"(?:suficientes?|demasiados) {_FILL}{_MSG} (?:ya|alto|basta|paren)",
    "no usen": r"(?:no usen|no utilicen|bloqueen) (?:mas )?(?:mi|este) (?:numero|telefono|celular)",
    "no me manden": rf"(?:no|nunca|ya) (?:{_PRON} )?{_SEND}(?: {_PRON})?(?: (?:mas|nada|ya|nunca|a|por|otra|aqui|tantos) ?| {_FILL}{_MSG}|$)",
    "no enviar": rf"^(?:por favor |favor de |solicito |pido )?(?:ya )?no (?:enviar|mandar|escribir|contactar|molestar|textear)(?: mas)?(?: {_FILL}{_MSG}|$)",
    "no quiero": rf"(?:no|ya no|nunca) (?:{_PRON} )?(?:quiero|queremos|quisiera|deseo|deseamos|necesito|acepto|autorizo|interesan?|gusta que)"
    rf" (?:recibir |ver |tener |que |{_PRON} )*(?:{_FILL}{_MSG}|{_SEND})(?: nada| mas)?",
    "no quiero esos": rf"(?:no|ya no|nunca) (?:quiero|queremos|quisiera|deseo|deseamos|necesito|acepto|autorizo) (?:que )?{_FILL}{_ANY}{_MSGS}",
    "no interesado": rf"no (?:estoy|estamos) interesad[oa]s? en {_FILL}(?:recibir )?{_FILL}{_MSG}",
    "dejen esos": rf"(?:dejen?|paren?|basta|suspendan?|cancelen?) (?:de )?{_ANY}{_FILL}{_ANY}{_FILL}{_MSGS}",
    "no recibir": rf"(?:para|quiero|quisiera|prefiero|deseo|mejor) (?:ya )?no (?:recibir|ver|tener) {_FILL}{_MSG}",
    "no mas": rf"(?:^|por favor |gracias |ya |favor )(?:no|ya no|sin|nada|basta) (?:mas |de |tantos )*{_MSG}(?=$| (?:por|gracias|ya|a|de))",
    "baja": r"(?:dar|darme|darnos|denme|deme|dame|den|damos|darle) de baja",
    "quiten": r"(?:quit|sac|saqu|borr|elimin|remuev|remov|retir)(?:en|e|ar|an|enme|eme|arme|ame|enos|enlo)(?: de)? (?:me |a \w+ )?(?:(?:mi|este|el|ese|nuestro|mis|de|la|los|su|esta|estos|esos|sus|lista) )*"
    r"(?:numero|telefono|celular|lista|sistema|mensajes|textos|recordatorios)",
    "borrenme": r"^(?:ya |por favor )*(?:borren|eliminen|quiten|saquen|retiren)me(?: ya| por favor)*$",
    "permiso": r"(?:revoco|retiro|anulo|cancelo) (?:mi |el )?(?:consentimiento|permiso|autorizacion)",
    "sin permiso": r"no (?:doy|dimos|tienen) (?:mi |el |ningun )?(?:consentimiento|permiso|autorizacion) (?:para|de)",
    "harto": rf"(?:hart[oa]s?|cansad[oa]s?|aburrid[oa]s?) de {_FILL}{_MSG}",
    "en paz": rf"dejenme en paz con {_FILL}{_MSG}",
    "desuscribir": r"desu[bs]?scri\w+",
}
#: What turns the wish round where it stands just before it: "please don't stop", "why did you stop".
_NEGATED = re.compile(
    r"(?:\b(?:not|dont|never|wont|didnt|nunca|did|said|shouldnt|stopped) (?:ever |please |just |want to |want you to |want |wish to |me )?"
    r"|\b(?:did|have|why do) (?:you|they|u|i|we) (?:guys |ever )?|\bno (?:me |quiero |se |lo |le |deseo |pienso |quiero que )*)$"
)
#: What no person says without a full stop is read in stretches of so many characters; a wish is shorter than the overlap.
_STRETCH, _OVERLAP, _NEAR = 600, 200, 80
_CLAUSES = re.compile(r"[.!?;,\n:()]+|\s[-–—]+\s|\b(?:but|pero|because|porque)\b")
#: Shapes that begin with their own no.
_OWN_NO = frozenset(
    {
        "do not text", "do not send", "not allow", "no need", "not bother", "not interested", "decline", "no more", "no texts", "not want", "rather not", "no consent", "text no more",
        "not send them", "no me manden", "no enviar", "no quiero", "no quiero esos", "no interesado", "do not send those", "not want those",
        "not be texted", "no recibir", "no mas", "sin permiso", "unwanted",
    }
)  # fmt: skip
_SHAPES = [
    (language, name, re.compile(rf"(?<!\w)(?:{shape})(?!\w)"))
    for language, shapes in (("en", _ENGLISH), ("es", _SPANISH))
    for name, shape in shapes.items()
]


@dataclass(frozen=True, slots=True)
class Found:
    """A wish for silence: its language, and what stands around it in its clause."""

    language: str
    around: str


def clauses(text: str) -> list[str]:
    """`text` in its clauses, as it was written."""
    return [clause for clause in _CLAUSES.split(text) if clause.strip()]


def find(clause: str) -> Found | None:
    """The wish for silence in a clause that is written as stop_spelling mends it; None: there is none."""
    stretches = _stretches(clause)
    for language, name, shape in _SHAPES:
        for begins, ends in stretches:
            for match in shape.finditer(clause[begins:ends]):
                start, end = begins + match.start(), begins + match.end()
                # A stretch's own edge is no edge of the clause: the next stretch has the whole of it.
                if (start == begins > 0) or (end == ends < len(clause)):
                    continue
                before = clause[max(0, start - _NEAR) : start]
                if name in _OWN_NO or not _NEGATED.search(before):
                    return Found(language, f"{clause[:start]} {clause[end:]}")
    return None


def _stretches(clause: str) -> list[tuple[int, int]]:
    """Where a clause is looked at, piece by piece and overlapping: some shapes take the square of the length."""
    if len(clause) <= _STRETCH:
        return [(0, len(clause))]
    found, begins = [], 0
    while begins < len(clause) - _OVERLAP:
        ends = min(begins + _STRETCH, len(clause))
        found.append((begins, ends))
        # At the end of a word, so that none is cut in two.
        begins = clause.rfind(" ", begins, begins + _STRETCH - _OVERLAP) + 1 or begins + _STRETCH - _OVERLAP
    return found
