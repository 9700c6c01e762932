"""Reading one text: the signs in it, how each is meant, which rules fire, and whether a person must read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from alerts.domain.rules import Rule
from alerts.domain.triage import firing, likeness, numbers, patterns, phrases, review
from alerts.domain.triage.patterns import Match
from alerts.domain.triage.plain import Plain, read_plain
from alerts.domain.triage.scene import Scene
from alerts.domain.triage.stance import qualifiers, stance, unexplained
from alerts.domain.triage.values import Context, Evidence, Reading, Stance
from messaging.domain.consent_words import is_stop_among_others

#: Longer texts are read to here and always go to a person.
LONGEST = 20_000
#: Calcium, mg/dL: from here a patient is called in (docs/clinical-content.md); below that, too low.
HIGH_CALCIUM, LOW_CALCIUM = 12.0, 8.0
FEVER_C = 37.995
#: How much more a question must weigh.
_ASKED_MORE = 1.75
_NOT_SO = frozenset({Stance.NEGATED, Stance.PAST, Stance.ELSEWHERE})


def read(text: str, rules: Sequence[Rule], context: Context = Context()) -> Reading:  # noqa: B008 - it is frozen
    """What `text` says, by `rules`, of a patient in `context`."""
    plain = read_plain(text[:LONGEST])
    found = patterns.find(plain.tokens)
    marks: dict[str, list[Match]] = {}
    intents: set[str] = set()
    signs: list[Match] = []
    for match in found:
        kind, name = match.concept[0], match.concept[1:]
        if kind == "~":
            marks.setdefault(name, []).append(match)
        elif kind == ">":
            intents.add(name)
        else:
            signs.append(match)
    values = dict(_values(plain, marks))
    signs.extend(values)
    own = phrases.find(plain.tokens, rules)
    signs.extend(match for matches in own.values() for match in matches)
    scene = Scene(plain, marks, signs)
    evidence = tuple(sorted(_evidence(text, scene, values), key=lambda sign: (sign.start, sign.end, sign.concept)))
    fired = firing.fire(rules, evidence, context)
    doubtful = False
    if not any(found.tier.pages for found in fired):
        doubtful, likely = likeness.weigh(text, plain.tokens, more=_ASKED_MORE * _all_asked(evidence))
        if likely and not _all_denied(evidence) and not _measured_normal(evidence, likely):
            evidence = tuple(sorted((*evidence, likely), key=lambda sign: (sign.start, sign.end, sign.concept)))
            fired = firing.fire(rules, evidence, context)
    if evidence and not is_stop_among_others(text[:LONGEST]):
        # "Stop the numbness please": something is to stop, but not our texts.
        intents.discard("stop")
    reading = review.conclude(plain, fired, evidence, intents, doubtful=doubtful)
    if len(text) > LONGEST and not reading.page:
        return replace(reading, review=True, why=f"{reading.why} The end was not read: it is too long.")
    return reading


def _all_denied(evidence: Sequence[Evidence]) -> bool:
    """Whether every sign there is was said not to be, or no more: weighed words know no "no"."""
    return bool(evidence) and all(sign.stance in _NOT_SO for sign in evidence)


def _all_asked(evidence: Sequence[Evidence]) -> bool:
    """Whether every sign there is stands in a question and is only supposed or asked about."""
    return bool(evidence) and all("asked" in sign.qualifiers and not sign.standing for sign in evidence)


def _measured_normal(evidence: Sequence[Evidence], likely: Evidence) -> bool:
    """Whether a thermometer has answered what the words may seem to say."""
    return likely.concept == "likely.infection" and any("measured_normal" in sign.qualifiers for sign in evidence)


def _values(plain: Plain, marks: dict[str, list[Match]]) -> Iterator[tuple[Match, float]]:
    """Signs that are numbers, each with its temperature (0 for others); strong and weak pain become marks."""
    found = numbers.numbers(plain.tokens)
    if not found:
        return
    for temperature in numbers.temperatures(plain.tokens, found):
        yield temperature.match, temperature.celsius
    for score, match in numbers.pain_scores(plain.tokens, found):
        if score >= numbers.STRONG:
            marks.setdefault("severe", []).append(match)
            yield Match("pain.score_high" if score >= 8 else "pain.score_raised", match.spans), 0.0
        elif score <= numbers.WEAK:
            marks.setdefault("mild", []).append(match)
    for value, match in numbers.calcium(plain.tokens, found):
        if value >= HIGH_CALCIUM:
            yield Match("calcium.high", match.spans), 0.0
        elif value < LOW_CALCIUM:
            yield Match("calcium.low", match.spans), 0.0


def _evidence(text: str, scene: Scene, values: dict[Match, float]) -> Iterator[Evidence]:
    tokens = scene.plain.tokens
    normal = {
        tokens[match.first].sentence
        for match, celsius in values.items()
        if celsius and celsius < FEVER_C and match.concept == "temperature"
    }
    high = {tokens[match.first].sentence for match, celsius in values.items() if celsius >= FEVER_C}
    stances = unexplained(scene, {sign: stance(scene, sign) for sign in scene.signs})
    for sign in scene.signs:
        start, end = tokens[sign.first].start, tokens[sign.last].end
        around = qualifiers(scene, sign)
        sentence = tokens[sign.first].sentence
        if sentence in normal and sentence not in high:
            around |= {"measured_normal"}
        yield Evidence(
            concept=sign.concept,
            words=text[start:end],
            start=start,
            end=end,
            stance=stances[sign],
            qualifiers=around,
            celsius=values.get(sign) or None,
        )
