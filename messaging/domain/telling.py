"""What a message to a patient never names by default: drugs, illnesses, and what gives them away, as stems."""

from __future__ import annotations

import re
import unicodedata

DRUGS = (
    *("zoledron", "zometa", "reclast", "aclasta", "pamidron", "aredia", "ibandron", "bondronat", "boniva"),
    *("clodron", "bonefos", "denosumab", "xgeva", "prolia", "bisphosphonat", "bisfosfonat", "bifosfonat"),
    *("radium", "radio-223", "xofigo", "lutetium", "lutecio", "pluvicto", "vipivotid", "strontium", "estroncio"),
    *("metastron", "samarium", "samario", "quadramet", "leuprol", "lupron", "eligard", "goserel", "zoladex"),
    *("degarel", "firmagon", "triptorel", "trelstar", "fulvestrant", "faslodex", "hormon", "metformin"),
    *("aspirin", "ibuprofen", "paracetamol", "acetaminophen", "steroid", "dexamethason"),
)
ILLNESSES = (
    *("cancer", "tumor", "tumour", "metasta", "oncolog", "malign", "carcinoma", "myeloma", "mieloma", "chemo"),
    *("quimio", "radiat", "radiac", "radioact", "bone", "hueso", "skelet", "esquelet", "fractur", "hypercalc"),
    *("hipercalc", "hypocalc", "hipocalc", "calcium", "calcio", "prostat", "breast", "seno ", "infusion"),
    *("spinal", "biops", "surgery", "cirug", "ablation", "ablacion", "necrosis"),
)
_TELLING = re.compile("|".join(map(re.escape, (*DRUGS, *ILLNESSES))))


def named_in(text: str) -> list[str]:
    """Every stem of a drug or an illness that `text` holds, whatever its accents and capitals."""
    return _TELLING.findall(_plain(text))


def words_named_in(text: str) -> list[str]:
    """The whole words of `text` that name a drug or an illness, each once, as they are written."""
    return list(dict.fromkeys(word for word in re.findall(r"[\w'-]+", text) if named_in(f"{word} ")))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c))
