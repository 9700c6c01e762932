"""The sources that starter rules, policies and warnings cite, by number: what was read, and where."""

from __future__ import annotations

import re

#: Whoever cites one of these says: no source was found. A clinician signs before use.
UNSOURCED = {
    "PROP": "proposed by Bonewatch; no source states it",
    "GK": "general knowledge; no source was read",
}

SOURCES: dict[str, str] = {
    "PAGE": 'the patient page "Bone Metastases: When Cancer Spreads to the Bones" (StayWell, reviewed 6/1/2018)',
    "S7": "consumer page on Xgeva, http://edrugswiki.com/drug/xgeva/",
    "S9": "acute-phase reaction, https://www.scilit.net/publications/4f17c1360950a93e8f6332979711494a",
    "S11": "MASCC/ISOO/ASCO guideline on the jaw, 2019, https://guidelinecentral.com/guideline/7283",
    "S22b": "Bonefos leaflet, https://www.drugs.com/uk/bonefos-800mg-tablets-leaflet.html",
    "S24": "denosumab leaflet, https://oladoctor.com/en/medicines/spain/xgeva-120-mg-solucion-inyectable",
    "S24b": (
        "MIMS, low calcium after denosumab, "
        "https://www.mims.co.uk/xgeva-risk-hypocalcaemia-cancer-setting/endocrine/article/1156742"
    ),
    "S24c": "Xgeva, possible side effects, https://www.xgeva.com/what-is-xgeva/possible-side-effects/",
    "S31": "leuprolide label copy, https://prescriberpoint.com/therapies/lupron-depot-cbc8f94",
    "S33": "NICE CG75, https://www.nice.org.uk/guidance/cg75/chapter/Key-priorities-for-implementation",
    "S34": "BMJ summary of NICE NG234, http://www.bmj.com/cgi/content/full/383/oct18_1/p1973",
    "S38": (
        "RNOH patient information, "
        "https://www.rnoh.nhs.uk/services/spinal-surgical-unit/metastatic-spinal-cord-compression/mscc-patient-information"
    ),
    "S38b": (
        "Acute oncology patient leaflet, "
        "https://docplayer.net/amp/15595905-Acute-oncology-service-patient-information-leaflet.html"
    ),
    "S38c": (
        "patient information on cord compression, "
        "https://hpal.medindex.co.uk/p/a/spinal-cord-compression-information-for-patients-and-carers/69"
    ),
    "S39": "delays in cord compression, https://doi.org/10.1136/bmj.317.7150.18",
    "S41": "outpatient fever and neutropenia guideline, https://www.guidelinecentral.com/guideline/7416/",
    "S41b": (
        "slides on the 2018 fever and neutropenia guideline, "
        "https://www.slideshare.net/marchhm/outpatient-management-of-fever-and-neutropenia-in-adults-treated-for-malignancy-jco-2018"
    ),
    "S41c": "CDC campaign for patients, http://www.preventcancerinfections.org/content/discover-3-steps",
    "S41d": "Sunnybrook, fever, https://sunnybrook.ca/content/?page=leukemia-guide-fever-neutropenia",
    "S48f": (
        "NCI PDQ, hypercalcemia, https://webarchive.library.unt.edu/eot2008/20090201140810/"
        "http://www.cancer.gov/cancertopics/pdq/supportivecare/hypercalcemia/Patient/page5"
    ),
    "S48g": (
        "Cancer Research UK, high calcium, http://www.cancerresearchuk.org/cancer-help/coping-with-cancer/"
        "coping-physically/calcium/high-calcium-in-people-with-cancer"
    ),
}
_MARKS = re.compile(r"\[([^\]]+)\]")


def cited(facts: str) -> tuple[str, ...]:
    """The marks that `facts` carries in square brackets, each once, in order."""
    return tuple(dict.fromkeys(mark.strip() for group in _MARKS.findall(facts) for mark in group.split(",")))


def with_references(facts: str) -> str:
    """The facts, and under them each source so that a reader can follow it. KeyError for a mark that is unknown."""
    known = SOURCES | UNSOURCED
    return "\n".join((facts, *(f"{mark}: {known[mark]}" for mark in cited(facts))))
