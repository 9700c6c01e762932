"""What happened in the demo clinic: red flags in every state, texts for the inbox; the words are invented."""

from __future__ import annotations

from datetime import timedelta

from alerts.demo.stage import Deed, Scene
from alerts.demo.team import TEAM
from alerts.domain.words import Outcome

#: The phones of the story in which nobody picks up at first: the nurses', and the charge nurses'.
_ASLEEP = frozenset(member.phone for member in TEAM[:6])


def _ago(*, days: float = 0, hours: float = 0, minutes: float = 0) -> timedelta:
    return timedelta(days=days, hours=hours, minutes=minutes)


def _says(mrn: str, words: str) -> Deed:
    return lambda stage: stage.text(stage.phone(mrn), words)


def _takes_by_text(mrn: str) -> Deed:
    return lambda stage: stage.takes_by_text(mrn)


def _takes(mrn: str, *, via: str = "link") -> Deed:
    return lambda stage: stage.takes(mrn, via=via)


def _spoke(mrn: str, *, reached: bool = True) -> Deed:
    return lambda stage: stage.spoke(mrn, reached=reached)


def _closes(mrn: str, outcome: Outcome, note: str) -> Deed:
    return lambda stage: stage.closes(mrn, outcome, note)


def _story(begins: timedelta, *deeds: tuple[float, Deed]) -> list[Scene]:
    """Deeds by the minutes after the story's beginning."""
    return [Scene(begins - timedelta(minutes=minutes), deed) for minutes, deed in deeds]


#: The nurse's phone went to voicemail; the backup took it with her code.
_LEGS = _story(
    _ago(hours=26),
    (0, _says("HB-1008", "my legs feel funny since this morning, prob nothing")),
    (6.3, _takes_by_text("HB-1008")),
    (11, _spoke("HB-1008")),
    (
        49,
        _closes(
            "HB-1008",
            Outcome.IMAGING,
            "Walks, both legs heavy since 7:00. MRI of the whole spine at 16:30, lies flat until then. "
            "Dr. Marsh informed.",
        ),
    ),
)
#: At night nobody picks up: she gets the fallback, answers 1, and the physician takes it by a key.
_NIGHT = _story(
    _ago(days=4, hours=2),
    (-1, lambda stage: stage.silent.update(_ASLEEP)),
    (0, _says("HB-1032", "cant pee since last night and both feet went numb")),
    (10.8, _says("HB-1032", "1")),
    (12, _takes("HB-1032", via="call")),
    (12.5, lambda stage: stage.silent.clear()),
    (14, _spoke("HB-1032")),
    (55, _closes("HB-1032", Outcome.ADMITTED, "Ambulance called by the daughter. Admitted directly, MRI tonight.")),
)
_CLOSED = (
    *_LEGS,
    *_NIGHT,
    *_story(
        _ago(days=3, hours=5),
        (0, _says("HB-1016", "temp 101.4 and shaking chills since my infusion")),
        (0.8, _takes("HB-1016")),
        (4, _spoke("HB-1016")),
        (35, _closes("HB-1016", Outcome.EMERGENCY, "Wife drives; the emergency department expects him.")),
    ),
    *_story(
        _ago(days=2, hours=3),
        (0, _says("HB-1006", "Estoy muy desorientada, con mucho sueño y mucha sed")),
        (3.6, _takes("HB-1006", via="call")),
        (8, _spoke("HB-1006")),
        (61, _closes("HB-1006", Outcome.CALCIUM, "Corrected calcium 13.1; fluids, seen by Dr. Chen the same day.")),
    ),
    *_story(
        _ago(days=6, hours=7),
        (0, _says("HB-1034", "I fell in the yard, heard a crack, cant stand up")),
        (1.2, _takes_by_text("HB-1034")),
        (4, _spoke("HB-1034", reached=False)),
        (14, _spoke("HB-1034", reached=False)),
        (
            27,
            _closes(
                "HB-1034",
                Outcome.WELFARE_CHECK,
                "Four calls, no answer, nor from the brother. Police sent; found, taken to hospital.",
            ),
        ),
    ),
    *_story(
        _ago(days=8, hours=1),
        (0, _says("HB-1042", "my nose has been bleeding for half an hour and i am pressing on it")),
        (1, _takes("HB-1042")),
        (3, _spoke("HB-1042")),
        (
            9,
            _closes(
                "HB-1042", Outcome.FALSE_ALARM, "Had ceased when I called; took no blood thinner. Told when to call."
            ),
        ),
    ),
    # Husband and wife write from one phone: both have an alert, and the nurse is told.
    *_story(
        _ago(days=1, hours=6),
        (0, _says("HB-1022", "fever 101.2 tonight")),
        (1, _takes("HB-1022")),
        (1.5, _takes("HB-1023")),
        (5, _spoke("HB-1022")),
        (5.5, _spoke("HB-1023")),
        (30, _closes("HB-1022", Outcome.EMERGENCY, "It is his fever. Goes in with his wife.")),
        (31, _closes("HB-1023", Outcome.FALSE_ALARM, "She is well; the text was about her husband.")),
    ),
)
_OPEN = (
    *_story(
        _ago(minutes=22),
        (0, _says("HB-1014", "tengo hormigueo en los labios y calambres desde la inyección")),
        (1.1, _takes_by_text("HB-1014")),
        (9, _spoke("HB-1014")),
    ),
    # She has opted out of texts: nothing can be sent to her, so the nurse is told to phone.
    *_story(
        _ago(minutes=14),
        (0, _says("HB-1043", "no siento las piernas")),
        (1.4, _takes("HB-1043")),
        (5, _spoke("HB-1043", reached=False)),
    ),
    *_story(
        _ago(minutes=6),
        (0, _says("HB-1004", "heard a crack in my hip getting up, cant put weight on it")),
        (2, _takes("HB-1004")),
    ),
    *_story(_ago(minutes=50), (0, _says("HB-1013", "my jaw hurts and a tooth feels loose"))),
    *_story(_ago(minutes=1.2), (0, _says("HB-1018", "cant feel my feet since lunch and keep stumbling"))),
)
_INBOX = (
    *_story(_ago(days=2, hours=4), (0, _says("HB-1036", "what does blastic mean? saw it in my chart"))),
    *_story(_ago(minutes=95), (0, _says("HB-1020", "no fever and no chills since friday"))),
    *_story(_ago(minutes=40), (0, _says("HB-1029", "no numbness and no weakness today, slept ok"))),
    *_story(_ago(minutes=25), (0, lambda stage: stage.text("+12025550177", "hi is this the right number for results"))),
)

SCENES: tuple[Scene, ...] = (*_CLOSED, *_OPEN, *_INBOX)
