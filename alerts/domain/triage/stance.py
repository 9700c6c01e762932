"""How a sign is meant: asserted, denied, past, supposed, asked about, or somebody else's."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.domain.triage.lexicon import LEXICON
from alerts.domain.triage.patterns import Match
from alerts.domain.triage.plain import Token
from alerts.domain.triage.scene import UNCLEAR, Scene
from alerts.domain.triage.values import Stance

#: How many words a "no" reaches at most.
_REACH = 9
#: And how many inside the sign.
_INSIDE = 2
_LINKS = LEXICON.class_of("@and")
_PRONOUNS = LEXICON.class_of("@pronoun")
_OWNERS = LEXICON.class_of("@owner")
_INTERROGATIVE = LEXICON.class_of("@interrogative")
_CONTINUES = LEXICON.class_of("@continues")
_NO = LEXICON.class_of("@no_alone")
_QUALIFIERS = ("severe", "new", "worse", "sudden", "night", "lying", "cough", "mild", "chronic", "benign")
_LOWERING = ("mild", "chronic", "benign")
#: Nobody asks about these out of curiosity.
_NEVER_JUST_ASKED = frozenset({"selfharm", "cannot.walk", "paralysis"})
#: What happens once is told as something that was, however fresh: "tuvo una convulsión".
_EVENTS = frozenset(
    {"seizure", "faint", "stroke", "fall", "bone.broken", "bone.snap", "head.injury", "bleed.vomit", "selfharm"}
)
#: "They would be better off if I were dead" supposes nothing.
_NEVER_SUPPOSED = frozenset({"selfharm"})
#: How many words away something that plays a sign down still speaks of it.
_NEAR = 7


def stance(scene: Scene, sign: Match) -> Stance:
    """How `sign` is meant."""
    if _supposed(scene, sign):
        return Stance.HYPOTHETICAL
    if _denied(scene, sign):
        return Stance.NEGATED
    if _asked_about(scene, sign):
        return Stance.QUESTION
    if _of_another(scene, sign):
        return Stance.ELSEWHERE
    if _over(scene, sign):
        return Stance.PAST
    return Stance.ASSERTED


def unexplained(scene: Scene, stances: dict[Match, Stance]) -> dict[Match, Stance]:
    """A body part spoken of with no sign of its own (`….unclear`) is meant as the signs beside it are."""
    for sign in stances:
        if sign.concept.endswith(UNCLEAR):
            beside = {
                stances[other]
                for other in stances
                if scene.segments[other.first] == scene.segments[sign.first] and not other.concept.endswith(UNCLEAR)
            }
            if beside and Stance.ASSERTED not in beside:
                stances[sign] = min(beside)
    return stances


def qualifiers(scene: Scene, sign: Match) -> frozenset[str]:
    """The words around a sign that make it weigh more or less."""
    tokens = scene.plain.tokens
    sentence = tokens[sign.first].sentence
    found = set()
    for name in _QUALIFIERS:
        for mark in scene.of(name):
            there = tokens[mark.first].sentence
            lowering = name in _LOWERING
            if there == sentence:
                near = not lowering or (
                    scene.groups[mark.first] == scene.groups[sign.first] and _distance(tokens, mark, sign) <= _NEAR
                )
                if near and not (name not in ("mild", "chronic") and _denied(scene, mark)):
                    found.add(name)
            elif there == sentence + 1 and _goes_on(tokens, mark.first):
                found.add(name)
    if sentence in scene.plain.asking:
        found.add("asked")
    if found & {"worse", "new", "sudden"}:
        found.discard("chronic")
    if "severe" in found:
        found.discard("mild")
    return frozenset(found)


def _distance(tokens: Sequence[Token], one: Match, other: Match) -> int:
    if one.last < other.first:
        return tokens[other.first].place - tokens[one.last].place
    return max(0, tokens[one.first].place - tokens[other.last].place)


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether the sentence that word `at` stands in speaks on about the one before: "It is new."."""
    sentence = tokens[at].sentence
    first = at
    while first and tokens[first - 1].sentence == sentence:
        first -= 1
    last = at
    while last + 1 < len(tokens) and tokens[last + 1].sentence == sentence:
        last += 1
    return last - first < 4 or _PRONOUNS in tokens[first].classes


def _supposed(scene: Scene, sign: Match) -> bool:
    tokens = scene.plain.tokens
    if sign.concept in _NEVER_SUPPOSED:
        return False
    asked = tokens[sign.first].sentence in scene.plain.asking
    parts = scene.groups if asked else scene.segments
    return any(
        mark.first <= sign.last and parts[sign.first] in (parts[mark.first], parts[mark.last])
        for mark in scene.of("hypothetical")
    )


def _asked_about(scene: Scene, sign: Match) -> bool:
    tokens = scene.plain.tokens
    sentence = tokens[sign.first].sentence
    if sign.concept in _NEVER_JUST_ASKED:
        return False
    if not any(tokens[mark.first].sentence == sentence for mark in scene.of("generic")):
        return _in_general(scene, sentence)
    group = scene.groups[sign.first]
    return not any(scene.groups[mark.first] == group for name in ("personal", "current") for mark in scene.of(name))


def _in_general(scene: Scene, sentence: int) -> bool:
    """Whether a sentence asks, from its first word on, and speaks of nobody and of no day: "Can weak bones break?"."""
    tokens = [token for token in scene.plain.tokens if token.sentence == sentence]
    if sentence not in scene.plain.asking or _INTERROGATIVE not in tokens[0].classes:
        return False
    return not any(
        scene.plain.tokens[mark.first].sentence == sentence
        for name in ("personal", "patient", "current", "worse")
        for mark in scene.of(name)
    )


def _of_another(scene: Scene, sign: Match) -> bool:
    """Whether the last one spoken of before the sign is no patient: a dog, a neighbour, somebody on television."""
    tokens = scene.plain.tokens
    sentence = tokens[sign.first].sentence
    if any(mark.first > sign.last for mark in scene.of("likewise")):
        return False
    best, other = -1, False
    own = sign.words
    for name, is_other in (("other", True), ("patient", False)):
        for mark in scene.of(name):
            if own.issuperset(mark.words) and is_other:
                continue
            # Inside a sign another one is no subject ("holding on to the kids"), but the patient's body is hers.
            limit = sign.first if is_other else sign.last
            if mark.first <= limit and best < mark.last and tokens[mark.first].sentence == sentence:
                best, other = mark.last, is_other
    if best >= 0:
        return other
    if not any(
        _PRONOUNS in t.classes for t in tokens[max(0, sign.first - 4) : sign.last + 1] if t.sentence == sentence
    ):
        return False
    return any(tokens[mark.first].sentence == sentence - 1 for mark in scene.of("other")) and not any(
        tokens[mark.first].sentence == sentence - 1 for mark in scene.of("patient")
    )


def _denied(scene: Scene, sign: Match) -> bool:
    tokens = scene.plain.tokens
    if any(not mark.words.isdisjoint(sign.words) for mark in scene.of("untroubled")):
        return True
    for mark in scene.of("negator"):
        if not mark.words.isdisjoint(scene.taken):
            continue
        if mark.last < sign.first <= mark.last + _REACH and _reaches(scene, mark, sign):
            return True
        if sign.first < mark.first and _within(scene, mark, sign):
            return True
    after = sign.last + 1
    if after < len(tokens) and _NO in tokens[after].classes and tokens[after].sentence == tokens[sign.last].sentence:
        end = after + 1 == len(tokens) or tokens[after + 1].soft
        if end or tokens[after + 1].sentence != tokens[after].sentence:
            return True
    return _answered_no(scene, sign)


def _reaches(scene: Scene, mark: Match, sign: Match) -> bool:
    """Whether nothing between a "no" and a sign begins anew."""
    tokens = scene.plain.tokens
    if scene.segments[mark.first] != scene.segments[sign.first]:
        return False
    between = range(mark.last + 1, sign.first)
    if any(_OWNERS in tokens[at].classes and _CONTINUES not in tokens[at - 1].classes for at in between):
        return False
    for other in scene.signs:
        if other is not sign and other.first > mark.last and other.last < sign.first:
            gap = range(other.last + 1, sign.first + 1)
            linked = any(tokens[at].soft or not tokens[at].classes.isdisjoint((_LINKS, _CONTINUES)) for at in gap)
            if not linked:
                return False
    return True


def _within(scene: Scene, mark: Match, sign: Match) -> bool:
    """Whether a "no" stands inside a sign, right before a part of it: "my toes are not numb"."""
    tokens = scene.plain.tokens
    return any(
        0 < first - mark.last <= _INSIDE and not any(token.soft for token in tokens[mark.last + 1 : first + 1])
        for first, _ in sign.spans
    )


def _answered_no(scene: Scene, sign: Match) -> bool:
    """ "Fever? No." """
    tokens = scene.plain.tokens
    sentence = tokens[sign.last].sentence
    if sentence not in scene.plain.asking:
        return False
    answer = [token for token in tokens[sign.last + 1 :] if token.sentence == sentence + 1]
    return len(answer) <= 2 and any(_NO in token.classes for token in answer)


def _of_more(scene: Scene, mark: Match) -> bool:
    """Whether a mark has a sign before it that needs no word of it: "the numbness in my legs is gone"."""
    segment = scene.segments[mark.first]
    return any(
        sign.last < mark.first and scene.segments[sign.first] == segment and not sign.concept.endswith(UNCLEAR)
        for sign in scene.signs
    )


def _over(scene: Scene, sign: Match) -> bool:
    """Whether it is told of a time that is over, or said to have gone, and not to be there again."""
    tokens = scene.plain.tokens
    segment, sentence = scene.segments[sign.first], tokens[sign.first].sentence

    def here(name: str) -> list[Match]:
        # A mark on words of the sign itself is a part of it ("my strength is gone"), unless it begins where the sign
        # ends ("the fever ended").
        return [
            mark
            for mark in scene.of(name)
            if scene.segments[mark.first] == segment
            and (sign.words.isdisjoint(mark.words) or sign.last == mark.first or _of_more(scene, mark))
        ]

    if here("worse") or any(again.first > sign.last or again in here("recurring") for again in scene.of("recurring")):
        return False
    if here("resolved"):
        return True
    told = here("past") or (sign.concept not in _EVENTS and here("formerly"))
    if told and not here("current"):
        return True
    busy = {scene.segments[other.first] for other in scene.signs}
    for mark in scene.of("resolved"):
        there = scene.segments[mark.first]
        if there not in busy and segment < there <= segment + 2 and tokens[mark.first].sentence <= sentence + 1:
            return not any(scene.segments[again.first] >= there for again in scene.of("recurring"))
    return False
