"""The words by which people answer a question about a visit, in English and Spanish, texting style included.

Patterns read a clause that was folded: lower case, no accents, no apostrophes, each day `tday`, each time `ttime`,
emoji `emojiyes`, `emojino`, `emojikind`; a blank before and after every word.
"""

# ruff: noqa: E501, SIM905 - one pattern is one line, however long

from __future__ import annotations

import re

#: Texting style and common misspellings, word by word.
SPELT = {
    "u": "you", "ya": "you", "r": "are", "ur": "your", "b": "be", "c": "see", "thx": "thanks", "ty": "thanks",
    "tysm": "thanks", "yesm": "yes", "mam": "maam", "yall": "you", "shell": "she will", "hell": "he will",
    "theyll": "they will", "sooo": "so", "muchisimas": "muchas", "diff": "different", "thnx": "thanks", "tks": "thanks", "tnx": "thanks", "thanx": "thanks", "thank": "thanks",
    "thankyou": "thanks", "tk": "thanks", "pls": "please", "plz": "please", "plse": "please", "ther": "there",
    "thier": "there", "wil": "will", "il": "ill", "im": "am", "gonna": "going to", "gotta": "have to", "wanna": "want to",
    "n": "and", "cn": "can", "cnt": "cant", "cannot": "cant", "can't": "cant", "couldnt": "cant", "apt": "appt",
    "appointment": "appt", "appointments": "appt", "apptmt": "appt", "appmt": "appt", "appoint": "appt",
    "apointment": "appt", "visit": "appt", "visits": "appt", "infusion": "appt", "treatment": "appt", "shot": "appt",
    "slot": "slot", "sita": "cita", "sitas": "cita", "citas": "cita", "cite": "cita", "consulta": "cita", "visita": "cita",
    "tratamiento": "cita", "infucion": "cita", "q": "que", "xq": "porque", "pq": "porque", "x": "por",
    "porfa": "favor", "porfavor": "favor", "porfis": "favor", "grasias": "gracias", "gracia": "gracias", "grax": "gracias",
    "ai": "ahi", "ay": "ahi", "alli": "ahi", "alla": "ahi", "aya": "ahi", "bemos": "vemos", "boy": "voy", "bamos": "vamos",
    "yegar": "llegar", "lla": "ya", "canbiar": "cambiar", "camviar": "cambiar", "puedw": "puedo", "pueso": "puedo",
    "confrim": "confirm", "comfirm": "confirm", "conferm": "confirm", "confim": "confirm", "confirmd": "confirmed",
    "confirned": "confirmed", "confrimed": "confirmed", "confimo": "confirmo", "comfirmo": "confirmo",
    "cancle": "cancel", "cancl": "cancel", "kancel": "cancel", "cansel": "cancel", "cansela": "cancela",
    "canselar": "cancelar", "canselen": "cancelen", "resched": "reschedule", "rescedule": "reschedule",
    "resceduel": "reschedule", "reshedule": "reschedule", "reschedual": "reschedule", "rescheduel": "reschedule",
    "insted": "instead", "anuther": "another", "diffrent": "different", "tha": "that", "thats": "that is", "its": "it is",
    "yess": "yes", "yesss": "yes", "yep": "yes", "yup": "yes", "yupp": "yes", "yuppers": "yes", "yeah": "yes", "yea": "yes", "yah": "yes",
    "ye": "yes", "yessir": "yes", "yas": "yes", "sii": "si", "siii": "si", "sip": "si", "sep": "si", "simon": "si",
    "okay": "ok", "okey": "ok", "oki": "ok", "okie": "ok", "kk": "ok", "okk": "ok", "okis": "ok", "oka": "ok", "otay": "ok",
}  # fmt: skip
EMOJI = (
    (re.compile("[\U0001f44d\u2705\U0001f44c\u2611\u2714\U0001f197\U0001f64b\U0001f91d\U0001f4af]"), " emojiyes "),
    (re.compile("[\U0001f44e\u274c\U0001f6ab\u274e\U0001f645\u2716]"), " emojino "),
    (re.compile("[\U0001f64f\u2764\u2763\U0001f600-\U0001f60d\U0001f617-\U0001f61d\U0001f642\U0001f917\U0001f970"
                "\U0001f44b\U0001f490\U0001f495-\U0001f49f\U0001f499-\U0001f49c\U0001f338\U0001f339\U0001f44f\U0001f31f"
                "\U0001f60e\U0001f618\U0001f607\U0001f389\U0001fac2\U0001fa77]"), " emojikind "),
)  # fmt: skip
#: Longer words that are recognised with a letter or two wrong.
SPELT_NEARLY = (
    "appointment", "another", "cancel", "cancelar", "cancelen", "cambiar", "confirm", "confirmar", "confirmed",
    "confirming", "confirmado", "confirmada", "confirmo", "different", "gracias", "postpone", "reprogramar",
    "reschedule", "reminder", "reminding", "thursday", "tomorrow", "tuesday", "wednesday", "miercoles", "jueves",
    "viernes", "sabado", "domingo", "asistir", "asistire", "afternoon", "absolutely", "definitely", "perfecto",
)  # fmt: skip
#: Words that are right as they are, however near to one of those.
SPELT_RIGHT = frozenset({"cancer", "chance", "change", "conform", "confirme", "confirmen", "other", "mother", "cambia",
    "cambio", "cambie", "cambien", "cancela", "cancele", "cancelo", "canceled", "cancels", "confirmes", "confirma",
    "gracious", "perfect", "perfecta", "thirsty", "asistira", "asistiremos", "lumbar", "confirms", "cambiara", "cambiaron",
    "confiar", "remainder", "reminders", "remind", "cancelled", "canceling"})  # fmt: skip


def any_of(patterns: str) -> re.Pattern[str]:
    """One pattern of many, a line each, that must stand between blanks."""
    return re.compile("|".join(f"(?: (?:{line.strip()}) )" for line in patterns.splitlines() if line.strip()))


_PEOPLE = (
    r"(?:i|ill|we|well|he|she|they|mom|mum|dad|mother|father|wife|husband|son|daughter|sister|brother|"
    r"(?:my|our|his|her) \w+(?: and (?:i|me))?|(?:mr|mrs|ms) \w+)"
)
#: Says in so many words that somebody comes: believed also where other sentences stand beside it.
STRONG = any_of(
    rf"""
    confirm|confirmed|confirming|confirmo|confirmado|confirmada|confirmamos
    (?:{_PEOPLE} )?(?:will |ill |am |are |is |can |shall |going to |plan to |plan on |planning to )+(?:both )?(?:be there|be at|be in|be on time|come|coming|attend|attending|make it|being there|arrive)
    (?:ill|well|i|we|will|he|she) (?:both )?(?:be there|be at|be on time|make it|come|attend|arrive)
    be there
    plan(?:ning)? on it
    see(?:ing)? (?:you|everyone|all of you)
    count (?:me|us) in
    (?:have|got) a ride
    on my way
    put (?:me|us) down(?: for)?
    (?:keep|leave) (?:my|the|our|that|this) appt
    looking forward to it|look forward to it
    (?:is |will |can )?(?:bringing|driving|taking|bring|bring|drive|drives|brings) (?:me|us)
    (?:will )?(?:pick|picks|picking) (?:me|us) up
    (?:will |ill |can )(?:bring|drive|take) my \w+
    expect (?:me|us)
    (?:that|this|it|tday|ttime|time|day|morning|afternoon) (?:\w+ )?(?:works|work|is fine|is good|is perfect|is ok|is great)
    (?:works|fine|good|ok) (?:for|with|by) (?:me|us)
    accept|acepto|aceptamos
    (?:on|in) my calendar|apunte la cita|marked my calendar
    can do tday
    ahi (?:estare|estaremos|estoy|estamos|caigo)
    (?:estare|estaremos|llegare|llegaremos) (?:ahi|en|presente|puntual|a tiempo|ttime|tday)
    (?:nos|los|las|les) (?:vemos|veo)
    hasta (?:el )?(?:tday|entonces|ttime)
    (?:voy|vamos|va) a (?:ir|asistir|estar|llegar)
    ahi (?:voy|vamos)(?: a estar)?
    si (?:voy|vamos|va|ire)
    puedo ir|puede ir|podemos ir
    asistire|asistiremos|ire|iremos
    (?:cuente|cuenten) (?:conmigo|con nosotros)
    sin falta
    (?:me|nos) (?:lleva|llevan|acompana|acompanan|recoge|recogen)(?: mi \w+| mis \w+)?
    tengo quien me lleve
    voy en camino
    (?:llego|llegamos) (?:a tiempo|puntual|ttime|como)
    (?:llevo|llevare) a mi \w+
    (?:voy|vamos) (?:con|a la cita|a mi cita|tday)
    (?:tday|ttime|dia|hora|manana|tarde) (?:me queda|esta) (?:bien|perfecto)
    pienso ir|mi asistencia
    (?:tday|ttime|dia|hora) (?:si )?puedo
    """
)  # fmt: skip
#: A yes that could be a yes to anything: it confirms only where it is all that is said.
WEAK = any_of(
    r"""
    1|c|y|yes|sure|ok|k|si|claro|emojiyes|uno|one|works|perfect|perfecto|fine|good|great|alright|all right
    sounds (?:good|great|fine|perfect|like a plan)
    will do|of course|absolutely|definitely|you bet|roger|10 4|got it|can do|cool|affirmative|indeed|thumbs up|okie dokie
    ok dok(?:ie|ey|y)|all good|good to go|we are good|were good|correct|right|no_doubt
    vale|va|sale|bueno|por supuesto|con (?:mucho )?gusto|de acuerdo|esta bien|voy|vamos|seguro|asi (?:es|quedamos)|correcto
    listo|lista|entendido|primero dios|desde luego|dale|andale|afirmativo|excelente|muy bien|claro que si|adelante
    """
)
#: No more than "heard", where nothing was asked.
SOFT = frozenset({"ok", "k", "emojiyes", "got it", "great", "perfect", "perfecto", "good", "fine", "alright", "vale",
    "bueno", "roger", "will do", "entendido", "listo", "sale", "va", "claro", "see you", "nos vemos", "cool", "all good",
    "muy bien", "excelente", "dale"})  # fmt: skip
#: What may stand beside a yes and change nothing in it.
HARMLESS = frozenset(
    """
    proposed offered propuesta propuesto ofrecida i we me us my our the a an at on in for to of and so then there it is it be will ill well am are that this as with by
    you your y e en el la los las de del al a para por con un una mi mis nuestra su le les lo que es se ya si yes no_doubt
    appt appts cita hora dia tday ttime time day today clinic clinica center centre doctor doctora dr office oficina nurse
    enfermera please favor thanks thanking gracias muchas mil very much so many lot god bless dios quiere lo los bendiga
    mom mum dad mother father husband wife son daughter sister brother mama papa esposo esposa hijo hija hermana hermano
    nieto nieta nietos amigo amiga friend neighbor vecina vecino grandson granddaughter he she they him her his both
    morning afternoon evening manana tarde noche early bright puntual sharp time tiempo punto hour noon right
    maam sir madam senora senorita senor guys all everyone team have nice great good day bye goodbye ok reminder reminding
    remind recordatorio recordarme avisar aviso letting know emojikind emojiyes just it ride tambien also too hello hi hola
    hey buenos buenas dias tardes noches primero mediante gusto amable ahi next coming up scheduled as usual always again
    como siempre entonces mero adios hasta luego pronto soon later_on go going come coming be make keep can do works work
    sorry perdon siento dokie dokey kindly w shall yo horario esa ese este esta ir asistir estar llegar arrive tell got after despues wrote down thing lol thing buddy el ella infusion tratamiento mama lol jaja jajaja presente vamos voy presente mucho primeramente andale pues cool around about como tipo ella el nos su sus
    pues bien muy perfect perfecto fine claro sure yes confirm confirmed see count in
""".split()
)
THANKS = frozenset(
    """
    thanks gracias muchas mil much so very many lot for your the reminder reminding remind letting me know emojikind god
    bless you all have a great good nice day evening night weekend morning afternoon too welcome youre happy merry
    thanksgiving christmas new year holidays easter birthday hello hi hey hola buenos buenas dias tardes noches por avisar
    avisarme recordarme recordar el la recordatorio dios los las le les te bendiga bendiciones igualmente que tengan tenga
    buen dia muy amable amables feliz navidad ano nuevo a ti usted ustedes de nada appreciate it i we appreciated everyone
    team guys nurse doctor dr and agradezco agradecida agradecido bye adios hasta luego lo su mensaje message text
    kind is that are am sweet love lol haha jaja jajaja saludos to see of staff personal clinica clinic friends family
    familia wonderful angels todos e en para por todo everything same best take care cuidense pase pasen buena tarde noche saludos kindly blessed
""".split()
)
#: Of those, what is a yes where it stands alone.
PRAISE = frozenset({"great", "good", "nice", "very", "so", "ok"})
EVERY = any_of(
    r"""
    (?:to )?both(?: of (?:them|us|it))?
    all(?: of (?:them|it)| three| four)?
    (?:las|los|a las|a los) (?:dos|tres|cuatro)
    ambas|ambos|todas|todos|the two
    """
)
_LETTERED = r"(?:option|letter|number|the|opcion|letra|la|el|its|it is)"
LETTER = re.compile(
    rf"^(?:{_LETTERED} )*(?P<letter>[abcd])(?: (?:one|please|favor|thanks|thank|you|gracias))*$"
    rf"|^(?:the |la |el |la de la |el de la )?(?P<order>first|second|third|fourth|1st|2nd|3rd|4th|primera|primero|primer|segunda|segundo|"
    r"tercera|tercero|cuarta|cuarto|last|ultima|ultimo)(?: (?:one|cita|appt|please|favor|thanks|gracias|opcion|option))*$"
)
ORDER = {
    "first": 0, "1st": 0, "primera": 0, "primero": 0, "primer": 0, "second": 1, "2nd": 1, "segunda": 1, "segundo": 1,
    "third": 2, "3rd": 2, "tercera": 2, "tercero": 2, "fourth": 3, "4th": 3, "cuarta": 3, "cuarto": 3,
    "last": -1, "ultima": -1, "ultimo": -1,
}  # fmt: skip
