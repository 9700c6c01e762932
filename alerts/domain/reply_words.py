"""The words by which nurses answer, in English and Spanish, and what each of them says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from alerts.domain.words import Outcome


class Meaning(StrEnum):
    """What one phrase of a reply says."""

    TAKE = "take"
    REFUSE = "refuse"  # says plainly that it is not for her
    CANNOT = "cannot"
    NO = "no"  # no more than the word
    SPOKE = "spoke"
    NOT_SPOKE = "not_spoke"
    LIST = "list"
    THANKS = "thanks"


#: Each phrase as messaging.domain.plain.words leaves it: lower case, no accents, no apostrophes.
_PHRASES: Mapping[Meaning | Outcome, str] = MappingProxyType(
    {
        Meaning.TAKE: """
            1 / ok / okay / k / kk / yes / y / ya / yep / yeah / yup / sure / on it / im on it / i am on it / got it /
            got this / i got it / i got this / ive got it / ive got this / i have it / have it / mine / its mine /
            take / taking / taking it / ill take it / i will take it / i take it / i can take it / accept / accepted /
            accepting / ack / acknowledge / acknowledged / will do / roger / copy / no problem / no worries / np /
            calling now / calling / will call / ill call / i will call / me
            / yo / yo voy / voy / ya voy / si / claro / vale / listo / lista para llamar / lo tengo / la tengo /
            lo tomo / la tomo / tomo / acepto / aceptado / aceptada / me encargo / yo me encargo / yo la llamo /
            yo lo llamo / llamo / llamo ya / llamando / la llamo / lo llamo / enterada / enterado / recibido /
            de acuerdo / es mio / es mia / mio / mia / sin problema
        """,
        Meaning.NO: "no / nope / nah / n",
        # Words that patients use too ("cannot feel my legs"): they refuse only where nothing strange stands beside.
        Meaning.CANNOT: """
            2 / pass / passing / cant / i cant / cannot / i cannot / can not / back / busy / im busy / unable / next /
            im off / im driving / driving / release
            / no puedo / paso / pasa / pasar / ocupada / ocupado / estoy ocupada / estoy ocupado / siguiente /
            imposible / manejando / estoy manejando
        """,
        Meaning.REFUSE: """
            pass it / pass it on / cant take it / i cant take it / cannot take it / i cannot take it / cant take this /
            cant take this one / i cant take this one / cant do it / hand back / handback / hand it back /
            handing back / handing it back / hand on / hand it on / give it back / giving it back / give back /
            decline / declined / not me / not mine / not on call / im not on call / not available / unavailable /
            im not available / escalate / off duty / im off duty / reject
            / no la puedo tomar / no lo puedo tomar / no puedo tomarla / no puedo tomarlo / la paso / lo paso /
            no estoy de guardia / no estoy de turno / no disponible / no estoy disponible / devuelvo / devolver /
            la devuelvo / lo devuelvo / no me toca / yo no / rechazo
        """,
        Meaning.SPOKE: """
            spoke / spoken / have spoken / spoke with / spoke to / talked / talked to / talked with / reached /
            i reached / reached her / reached him / got hold of / got through / contacted / contact made / connected
            / hable / hable con / ya hable / ya hable con / hablado / he hablado / contactada /
            contactado / contacte /
            localizada / localizado / la localice / lo localice / me contesto / contesto / ya la llame y hable
        """,
        Meaning.NOT_SPOKE: """
            not reached / did not reach / didnt reach / couldnt reach / could not reach / cant reach /
            cannot reach / can not reach /
            cant get through / cannot get through / cant get hold of / cant get her / cant get him / cant find /
            havent reached / have not reached / not yet reached / unable to reach / no answer / not answering /
            does not answer / doesnt answer / didnt answer / did not answer / no reply / no pickup / no pick up /
            voicemail / voice mail / vm / left vm / left voicemail / left a voicemail / left message /
            left a message /
            lm / lvm / not home / busy line / line busy / didnt speak / did not speak / not spoken
            / no contesta / no contesto / no responde / no respondio / no atiende / no localizada / no localizado /
            no la localizo / no lo localizo / no la localice / no lo localice / no logro / no he podido hablar /
            no pude hablar / no puedo localizar / no puedo contactar /
            no puedo comunicarme / no puedo hablar con / no puedo encontrar / no hable / no la encuentro
            / no lo encuentro / buzon / buzon de voz / deje mensaje /
            deje un mensaje / sin respuesta
        """,
        Meaning.LIST: """
            list / status / open / whats open / what is open / which / which one / who / alerts / my alerts / show /
            queue / lista / estado / alertas / mis alertas / cual / cuales / que hay / pendientes / abiertas
        """,
        Meaning.THANKS: """
            thanks / thank you / thx / ty / tks / thank u / good night / good morning / cheers / welcome /
            gracias / muchas gracias / mil gracias / buenas noches / buenos dias / de nada / saludos
        """,
        Outcome.EMERGENCY: """
            er / ed / emergency / emergency room / emergency department / to er / in er / 911 / ambulance / ems
            / urgencias / a urgencias / sala de urgencias / sala de emergencias / emergencia /
            emergencias / ambulancia
        """,
        Outcome.ADMITTED: """
            admit / admitted / admitting / admission / direct admit / direct admission / inpatient
            / ingreso / ingresada / ingresado / ingresa / ingreso directo / hospitalizada /
            hospitalizado / internada /
            internado
        """,
        Outcome.IMAGING: """
            imaging / imaging arranged / mri / ct / scan / xray / x ray / mri ordered / mri booked
            / imagen / imagenes / resonancia / tomografia / radiografia / tac
        """,
        Outcome.CALCIUM: """
            calcium / calcium drawn / calcium ordered / calcium check / labs / labs drawn / blood drawn / bloods
            / calcio / sangre / analisis / analitica / laboratorio
        """,
        Outcome.ADVICE: """
            advice / advised / advice given / gave advice / given advice / self care
            / consejo / consejos / aconsejada / aconsejado / orientacion / orientada / orientado / consejo dado
        """,
        Outcome.FALSE_ALARM: """
            false alarm / false / not a red flag / no red flag / falsa alarma / falsa / no es alarma
        """,
        Outcome.WELFARE_CHECK: """
            welfare / welfare check / wellness check / police / unreachable / bienestar / visita de bienestar /
            control de bienestar / policia / inlocalizable / ilocalizable
        """,
    }
)


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Words that change nothing, even beside a code that stands alone.
LIGHT = _set_of("hi hello hey hola code codigo the el is es now ya please pls favor here aqui nurse enfermera")
#: Words that stand between the others and change nothing; alone with a code they say too little.
FILLERS = LIGHT | _set_of(
    "a an and her him she he patient pt with to of for it its this that was i im ive ill have just already right "
    "away asap then sent send going went arranged ordered booked given by phone outcome result we "
    "la los las un una y con al de del para por su paciente ella ahora mismo fue va enviada enviado mando mande "
    "mandada mandado resultado le se lo en"
)
_LONGEST = 6


@dataclass(frozen=True, slots=True)
class Said:
    """What the phrases of a text say, and what else stood in it."""

    meanings: frozenset[Meaning | Outcome]
    #: Words that are no phrase and no filler.
    strange: bool
    #: Fillers that need something to stand beside.
    vague: bool


def understand(words: Iterable[str]) -> Said:
    """What `words` say. Longest phrases first."""
    said: set[Meaning | Outcome] = set()
    strange = vague = False
    left = list(words)
    phrases = _phrases()
    while left:
        for size in range(min(_LONGEST, len(left)), 0, -1):
            meaning = phrases.get(tuple(left[:size]))
            if meaning is not None:
                said.add(meaning)
                del left[:size]
                break
        else:
            word = left.pop(0)
            strange = strange or word not in FILLERS
            vague = vague or word not in LIGHT
    return Said(frozenset(said), strange, vague)


@lru_cache(maxsize=1)
def _phrases() -> Mapping[tuple[str, ...], Meaning | Outcome]:
    return {
        tuple(phrase.split()): meaning
        for meaning, text in _PHRASES.items()
        for phrase in text.split("/")
        if phrase.strip()
    }
