"""A nurse's words: plain ones are obeyed, a refusal is believed, everything else is asked about."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain import codes, reply
from alerts.domain.reply import Act
from alerts.domain.words import Outcome

CODE = codes.make(random.Random(7))
OTHER = codes.make(random.Random(8))

ACCEPT = (
    "{c} ; ok {c} ; OK {c}! ; {c} ok ; on it {c} ; I'm on it {c} ; got it - {c} ; yes {c} ; {c} 👍 ; mine {c}"
    "; I'll take it {c} ; ack {c} ; 1 {c} ; {c} now ; hi, {c} ; code {c} please ; ok {c} thanks"
    "; yo {c} ; voy {c} ; ya voy {c} ; sí {c} ; lo tengo {c} ; yo me encargo {c} ; acepto {c} ; hola {c} gracias"
)
HAND_BACK = (
    "NO {c} ; no, {c} ; pass {c} ; can't {c} ; I cannot {c} ; {c} 2 ; hand back {c} ; not on call {c} ; no{c} ; 👎 {c}"
    "; {c} can't take it, I'm in surgery with another patient ; busy {c} ; no puedo {c} ; {c} paso"
    "; no estoy de guardia {c} ; No puedo tomarla {c}, estoy con otra persona ; estoy ocupada {c}"
)
REACHED = "spoke {c} ; SPOKE WITH HER {c} ; reached {c} ; talked to the patient {c} ; hablé {c} ; ya hablé con ella {c}"
NOT_REACHED = (
    "no answer {c} ; not reached {c} ; couldn't reach her {c} ; {c} voicemail ; left a message {c}"
    "; can't get through {c} ; can not reach her {c} ; no contesta {c} ;"
    " {c} no responde ; buzón {c} ; no puedo localizar {c}"
)
OUTCOMES = {
    Outcome.EMERGENCY: "ER {c} ; {c} ER ; sent to ER {c} ; spoke with her, going to the ER {c} ; a urgencias {c}",
    Outcome.ADMITTED: "admit {c} ; admitted {c} ; direct admission {c} ; ingreso {c} ; hospitalizada {c}",
    Outcome.IMAGING: "imaging {c} ; MRI ordered {c} ; imagen {c} ; resonancia {c}",
    Outcome.CALCIUM: "calcium {c} ; labs drawn {c} ; calcio {c}",
    Outcome.ADVICE: "advice {c} ; gave advice {c} ; advice given. {c} ; consejo {c}",
    Outcome.FALSE_ALARM: "false alarm {c} ; {c} FALSE ALARM ; falsa alarma {c}",
    Outcome.WELFARE_CHECK: "welfare {c} ; no answer, welfare check {c} ; BIENESTAR {c} ; police {c}",
}
UNCLEAR = (
    "{c} my shift ended ; {c} wrong patient ; no change {c} ; not er {c} ; refused er {c} ; no er {c} ; {c} ER MRI"
    "; sorry {c} ; ok {c}? ; no ok {c} ; spoke no answer {c} ; {c} she says it started yesterday ; all good {c}"
    "; she cant move her legs {c} ; {c} no puede caminar ; {c} no puedo sentir las piernas ; can't feel my feet {c}"
    "; sent {c} ; false alarm no {c} ; spoke pass {c} ; {c} later"
)
LISTS = "{c}? ; status {c} ; list ; LIST ; ? ; which? ; lista ; alerts"


def each(phrases: str) -> list[str]:
    return [phrase.strip().format(c=CODE) for phrase in phrases.split(";")]


@pytest.mark.parametrize("text", each(ACCEPT))
def test_it_is_taken(text: str) -> None:
    assert reply.read(text) == reply.Reply(Act.ACCEPT, (CODE,))


@pytest.mark.parametrize("text", each(HAND_BACK))
def test_it_is_passed_on(text: str) -> None:
    asked = reply.read(text)
    assert (asked.act, asked.codes) == (Act.HAND_BACK, (CODE,))


@pytest.mark.parametrize("text", each(REACHED))
def test_she_spoke_with_the_patient(text: str) -> None:
    assert reply.read(text) == reply.Reply(Act.REACHED, (CODE,))


@pytest.mark.parametrize("text", each(NOT_REACHED))
def test_she_did_not_reach_the_patient(text: str) -> None:
    assert reply.read(text) == reply.Reply(Act.NOT_REACHED, (CODE,))


@pytest.mark.parametrize(("outcome", "text"), [(one, text) for one, all_ in OUTCOMES.items() for text in each(all_)])
def test_it_ended(outcome: Outcome, text: str) -> None:
    assert reply.read(text) == reply.Reply(Act.CLOSE, (CODE,), outcome=outcome)


def test_every_outcome_can_be_said_in_both_languages() -> None:
    assert set(OUTCOMES) == set(Outcome)


@pytest.mark.parametrize("text", each(UNCLEAR))
def test_what_is_not_plain_changes_nothing(text: str) -> None:
    asked = reply.read(text)
    assert (asked.act, asked.codes) == (Act.UNCLEAR, (CODE,))


@pytest.mark.parametrize("text", each(LISTS))
def test_a_question_is_answered_with_a_list(text: str) -> None:
    assert reply.read(text).act is Act.LIST


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("ok", Act.ACCEPT),
        ("OK.", Act.ACCEPT),
        ("1", Act.ACCEPT),
        ("yo voy", Act.ACCEPT),
        ("👍🏽", Act.ACCEPT),
        ("no", Act.HAND_BACK),
        ("2", Act.HAND_BACK),
        ("pass", Act.HAND_BACK),
        ("spoke", Act.REACHED),
        ("no contesta", Act.NOT_REACHED),
        ("thanks!", Act.THANKS),
        ("gracias, buenas noches", Act.THANKS),
        ("🙏", Act.THANKS),
        ("", Act.UNCLEAR),
        ("   ", Act.UNCLEAR),
        ("\x00", Act.UNCLEAR),
        ("please", Act.UNCLEAR),
        ("ok thanks but who is this patient", Act.UNCLEAR),
        ("3", Act.UNCLEAR),
        ("<script>ok</script>", Act.UNCLEAR),
        ("my legs went numb an hour ago", Act.UNCLEAR),
        ("mr weber cant move his legs and cannot pee", Act.UNCLEAR),
        ("about to pass out", Act.UNCLEAR),
        ("me pasa algo en las piernas", Act.UNCLEAR),
        ("I'm driving right now and will answer later", Act.UNCLEAR),
        ("can't take it, I have a fever", Act.UNCLEAR),
    ],
)
def test_words_without_a_code(text: str, act: Act) -> None:
    assert reply.read(text).act is act


def test_a_mistyped_code_is_told_apart_from_none() -> None:
    wrong = CODE[:3] + next(c for c in codes.ALPHABET if c != CODE[3])
    asked = reply.read(f"ok {wrong}")
    assert (asked.act, asked.codes, asked.broken) == (Act.ACCEPT, (), (wrong,))


def test_two_codes_are_answered_together() -> None:
    assert reply.read(f"ok {CODE} {OTHER}").codes == (CODE, OTHER)


def test_more_than_a_command_is_read_by_a_person() -> None:
    assert reply.read(f"can't take it {CODE}, her daughter says she fell").has_words
    assert not reply.read(f"can't {CODE}").has_words


@given(st.text(max_size=80))
def test_any_text_has_an_answer(text: str) -> None:
    asked = reply.read(text)
    assert (asked.outcome is not None) == (asked.act is Act.CLOSE)


@given(st.sampled_from(each(ACCEPT + ";" + REACHED)), st.sampled_from(["not", "never", "dog", "xyzzy", "maybe"]))
def test_one_strange_word_keeps_a_case_from_being_taken(text: str, strange: str) -> None:
    assert reply.read(f"{text} {strange}").act not in (Act.ACCEPT, Act.REACHED, Act.CLOSE)


def test_a_text_of_twenty_thousand_letters_is_read_at_once() -> None:
    assert reply.read("no puedo " * 2200).act is Act.HAND_BACK
