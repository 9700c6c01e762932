"""The words that take a yes away: another time, not coming, doubt, questions; in English and Spanish.

Read as those in answer_words.py are, and stronger than they: a yes beside one of these is none.
"""

# ruff: noqa: E501 - one pattern is one line, however long

from __future__ import annotations

import re

from messaging.domain.answer_words import any_of

#: What may stand beside a wish for another time.
NEARBY = frozenset(
    {
        "same",
        "next",
        "week",
        "cant",
        "no",
        "not",
        "need",
        "want",
        "like",
        "sorry",
        "could",
        "would",
        "possible",
        "otro",
        "otra",
        "quiero",
        "necesito",
        "puede",
        "puedo",
        "podria",
        "mejor",
        "semana",
        "instead",
        "any",
        "is",
        "or",
        "maybe",
        "later",
        "earlier",
        "different",
        "another",
        "car",
        "ride",
        "work",
        "trabajo",
        "perdon",
        "siento",
        "fecha",
        "ese",
        "mas",
    }
)
#: Where this is the whole clause.
MOVE_ALONE = re.compile(
    r"^ (?:please |favor )?(?:2|r|two|dos|move|change|mover|cambio|cambiar|later|earlier|sooner|otro|otra)(?: (?:it|la|lo|please|favor|thanks|gracias|by|por))* $"
)
MOVE = any_of(
    r"""
    reschedule\w*|rebook|postpone\w*|reprogram\w+|pospon\w+|aplazar|instead(?: of)?|in place of
    (?:move|moved|change|changed|switch|swap|push|pushed|bump|shift) (?:\w+ ){0,3}(?:appt|it|me|time|day|days|date|hour|back|to|tday|one)
    (?:another|different|other|new|later|earlier|better|sooner) (?:appt|time|day|days|date|slot|hour|week|one|spot|opening|options)
    (?:next|following|other) week(?: same time)?
    (?:what|how) about
    (?:be|come|bit|hour|little|something|anything|time) (?:later|earlier|sooner)|(?:later|earlier|sooner) (?:please|if possible|in|on|than)
    (?:would|could|can|may) (?:we|i|you|it) (?:do|come|be|get|make it|have) (?:\w+ ){0,4}(?:tday|ttime|later|earlier|different|another|other|afternoon|morning|after|week|opening|spot)
    (?:would|does|is) (?:tday|ttime|there) (?:\w+ ){0,2}(?:work|ok|open|available|possible|opening|openings|slot|free)
    (?:would|does) (?:tday|ttime) work
    any(?:thing)? (?:\w+ ){0,2}(?:open|available|later|earlier|after|afternoon|morning|else|openings?|slots?|in the)
    any(?:thing)? (?:(?:time|times|day|slots?|openings?|appts?|spots?) ){0,1}tday
    (?:opening|openings|slots?|something) (?:\w+ ){0,2}(?:later|earlier|on|in|after|tday|for)
    too (?:early|late)|what else (?:\w+ )?(?:you|is)
    (?:tday|mornings?|afternoons?|ttime) (?:is|are|would be|works) (?:better|best|bad|no good|hard|difficult)
    (?:id|i would|would|i) (?:prefer|rather|like) (?:\w+ ){0,5}(?:tday|ttime|mornings?|afternoons?|time|day|date|end|later|earlier|week|change|switch)
    prefer (?:\w+ )?(?:tday|ttime|mornings?|afternoons?|evenings?)
    (?:afternoons?|mornings?|evenings?) (?:please|instead)
    (?:time|tday|day|ttime|that|it) (?:doesnt|wont|isnt|is not|is no|not) (?:work|good|ok|possible)
    (?:doesnt|wont|not going to) work (?:for|with)
    cant do (?:tday|ttime|that|mornings|afternoons|it then)
    not (?:on |at )?(?:tday|ttime)
    mejor (?:tday|ttime|en|otro|otra|mas|a|por|la|el)|me queda mejor|(?:tday|tarde|manana|ttime) mejor
    (?:otro|otra|otros|otras|nueva|diferente) (?:dia|dias|hora|fecha|horario|cita|semana|vez)
    mas (?:tarde|tardecito|temprano|despues)|(?:muy|demasiado) (?:temprano|tarde)
    (?:cambi|muev|mov|recorr|reprogram|pospo|adelant|atras)(?:o|e|a|en|an|ar|er|as|es|arla|erla|arme|enme|ada|emos|amos|ela|enmela) (?:\w+ ){0,3}(?:cita|hora|dia|fecha|tday|ttime|semana)
    (?:puede|pueden|podria|podrian|podemos|puedo|puedes|quiero|quisiera|necesito|gustaria|favor|llamenme) (?:\w+ ){0,4}(?:cambi\w+|mover\w*|muev\w+|recorrer\w*|reprogramar\w*|posponer|pasar(?:me)?la|pasar|adelantar\w*|atrasar\w*)
    (?:la|lo|me la|me lo) (?:cambiamos|cambian|mueven|recorren|pasan|cambia|mueve|dejamos|dejan)
    cambi(?:ar|e|en)(?:me|la|lo|mela|melo|nmela)+|mu[eo]v(?:an|a|er)(?:me|la|lo|mela)+
    (?:puede|podria|pueden|podrian) (?:ser|ir|dar\w*|poner\w*) (?:\w+ ){0,4}(?:tday|ttime|tarde|manana|temprano|semana|fecha|hora|cita|otro|dia)
    (?:podria|podriamos) ir (?:\w+ ){0,2}(?:tday|ttime|otro|otra|tarde|fecha|manana|en)
    se puede (?:\w+ )?(?:tday|ttime|otro|otra|mas)
    dejar (?:\w+ )?(?:para|pa)|para (?:otro|otra)
    (?:hay|habra|tienen|tendran|tiene) (?:\w+ ){0,2}(?:tday|ttime|tarde|temprano|despues|otro|otra|lugar|cita|horario|hora|manana)
    prefiero (?:\w+ )?(?:tday|ttime|tarde|manana|otro|otra|la|el)
    (?:hora|dia|fecha|tday|ttime|semana) no (?:(?:me|nos|le) (?:queda|conviene|sirve|acomoda)|puedo)|(?:ese|esa) (?:dia|hora) no
    no me (?:queda|conviene|sirve|acomoda)|no a esa hora|ese dia trabajo
    no puedo (?:\w+ )?(?:tday|dia|hora|ttime)
    (?:la )?(?:proxima|otra) semana|en vez del?|(?:me|nos) dan (?:otro|otra|uno|una)
    """
)
#: "Friday?" is a proposal.
DAY_ALONE = frozenset({"tday", "ttime", "or", "on", "the", "el", "o", "maybe", "at"})
#: Asks for another time only as a question: said, it is the time that was given.
MOVE_ASKED = any_of(
    r"""
    (?:puedo|podemos|pueden) ir (?:\w+ ){0,2}(?:tday|ttime|otro|otra|tarde|fecha|manana|en)
    (?:is|do|can|got|does|will) (?:\w+ ){0,4}(?:tday|ttime|mornings?|afternoons?|evening) (?:\w+ )?
    (?:can|could|would|will) (?:i|we|it|you) (?:\w+ ){0,4}(?:tday|ttime)
    otro|otra
    """
)
#: A word of moving that is none: what cannot be moved, what is new, what must stay.
NO_MOVE = any_of(
    r"""
    (?:dont|do not|no|never|not) (?:\w+ ){0,2}(?:change|move|reschedule|cambien|muevan|cambie|mover)
    (?:cant|hard to|trouble|barely) (?:\w+ )?(?:move|moving) (?!my appt|it to|the appt)\w+
    no puedo mover|accept|acepto
    new (?:shoes|pills?|insurance|number|phone|address|doctor|medication|medicine)
    change (?:\w+ )?(?:clothes|address|phone|insurance|number|medication|dressing|bandage)
    (?:see|talk to|call) you (?:\w+ )?later|later alligator|sooner or later|confirm (?:\w+ )?later
    """
)
CANCEL_ALONE = re.compile(
    r"^ (?:(?:i|we|no|sorry|yes|si|ya|she|he|lo siento|perdon|dad|mom|and|really|just) )*"
    r"(?:cant|cant tday|no puedo|no podre|no voy|no vamos|no ire|wont|no can do|no llego|cancel|cancelo|cancela|cancele|cancelen|cancelar|not going|not coming|no va|cannot)"
    r"(?: (?:sorry|please|favor|tday|then|by|por|thanks|gracias|lo siento|perdon|it|la))* $"
)
_GO = r"(?:come|coming|make|attend|attending|be there|be coming|be able|be at|be in|go|going|do it|get there|get off|get to|keep (?:it|that|this|my|the|our|tday|appt))"
CANCEL = any_of(
    rf"""
    (?:have to|need to|must|want to|like to|going to|can you|please|favor|lets|should|will|ill|yes|si|ok|so) (?:\w+ )?cancel\w*
    cancel(?:ling|ing)? (?:my|the|this|our|his|her) \w+|cancel(?:ling|ing)? (?:\w+ ){{0,3}}(?:appt|it|tday|ttime|please|this|week|because|mine)
    (?:cant|wont|unable to|not|not able to|dont want to|never|aint|no way i can) (?:be )?(?:able to )?(?:\w+ )?{_GO}(?: it| to| in| there)?
    not going|no longer coming
    (?:wont|will not|cant|not) be (?:able|there|in|at|coming|here|around)
    (?:decided|choose|chose) not to
    (?:take|remove|drop|scratch|delete) (?:\w+ ){{0,3}}(?:name|schedule|appt|calendar)(?: off)?
    take (?:me|us|her|him) off (?:for|of)? ?tday
    skip (?:this|my|the|next|tday)|dont bother with tday
    no (?:puedo|podre|podremos|voy|vamos|va|ire|iremos|podra|podemos|quiero|quiere|pueden|puede|podran)(?: a)? (?:poder )?(?:ir|asistir|llegar|venir|poder|mi cita|la cita)
    no (?:asistire|asistiremos|ire|iremos|vendre|vengo)|no (?:voy|vamos|llego) (?:\w+ )?(?:tday|cita|a la|a mi)
    no alcanzo a|voy a faltar|ya no (?:voy|puedo|podre|quiero|ire|va)(?: \w+)?
    (?:cancel[aeo]|cancelen|cancelar|cancelamos|anular|anulen|anule|quitar|quiten) (?:\w+ ){{0,3}}(?:cita|tday|ttime|favor|la|semana|estudio)
    (?:cancel|anul)(?:en|e|ar|a)(?:me|la|lo|mela|nmela)+|cancelo (?:porque|la|mi)
    (?:quiero|tengo que|necesito|deseo|quisiera|voy a|favor de|favor|puede|pueden|si) (?:\w+ )?(?:cancel\w+|anular\w*|quitar\w*)
    no (?:cuente|cuenten) (?:con ?migo|con nosotros|con ella|con el)
    no me es posible(?: ir| asistir| llegar)?|semana no
    """
)
NO_CANCEL = any_of(
    r"""
    (?:dont|do not|not|never|didnt|no) (?:\w+ ){0,2}(?:cancel\w*|anul\w+|quit[aeo]\w*)
    (?:has|was|is|been|why|did|fue|esta|estaba|quien) (?:\w+ ){0,3}(?:cancelled|canceled|cancelado|cancelada|cancel)
    (?:cant|no puedo|not|dont) (?:\w+ )?(?:confirm\w*|say|tell|read|wait)
    cancel(?:lation)? (?:policy|fee|class)
    texts?|messages?|mensajes?|list|number|lista
    not going to (?:cancel|miss)|no voy a (?:cancelar|faltar|perder)|wont miss
    """
)
DOUBT = any_of(
    r"""
    not (?:sure|certain|yet)|yet|maybe|perhaps|might|i think|think so|hope|hopefully|i guess|try|trying|depends?|if|unless|probably
    unsure|dont know|idk|let (?:you|u) know|let me|pending|should be able|waiting on|well see|ill see|undecided|havent
    no se|tal ?vez|quizas?|a lo mejor|creo|depende|a ver|ojala|espero|tratare|intentare|probablemente|no estoy segur[oa]
    puede que|cuando pueda|alguien|quien sabe|dejeme|voy a (?:preguntar|ver|checar)|aviso|or|o
    si (?:me|consigo|tengo|hay|no|encuentro|mejoro|amanezco|te|les|puedo te|puedo les|puedo le|logro|alcanzo)
    """
)
NO = any_of(
    r"""
    no|nope|not|nah|nel|n|never|cant|wont|dont|didnt|doesnt|isnt|wasnt|arent|emojino|nunca|tampoco|todavia|unable|already
    yesterday|was there|fui|ayer|ni|without|negative|moved
    """
)
NO_IN_VAIN = any_of(
    r"no problem|no doubt|no problema|no hay problema|no worries|why not|wouldnt miss it|sin falta|cant wait"
)
ASKS = re.compile(
    r"^ (?:and |y |but |pero |so )?(?:can|could|do|does|is|are|what|whats|when|where|who|how|may|did|has|have you|should|"
    r"will (?:it|they|you|i|we|someone)|why|which|puede|pueden|podria|tengo que|que|cual|donde|como|quien|cuando|"
    r"a que|se puede|hay|por que|esta (?:mi|la|confirmada)|debo|necesito llevar) "
)
#: Asks us to confirm, to call, or to say something: no yes of hers.
ASKS_US = any_of(
    r"""
    (?:please|can you|could you|did you|have you|to|did i|can i|do i) confirm(?: \w+)?
    (?:is|was|it) (?:\w+ ){0,2}confirmed
    (?:puede|pueden|podria|favor de|me|quiero) confirm\w+|como confirm\w+
    confirm (?:the|my) (?:time|date|day|address|location)
    (?:call|ring) (?:me|my)|ll?amen?me|(?:need|want) you to|confirmarme|question
    """
)
