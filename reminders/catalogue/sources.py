"""The sources that catalogue and ladder cite, by number: what was read, and where."""

from __future__ import annotations

import re

#: Whoever cites one of these says: no source was found. A clinician signs the entry before it is used.
PROPOSAL = "PROP"
GENERAL_KNOWLEDGE = "GK"
UNSOURCED = {
    PROPOSAL: "proposed by Bonewatch; no source states it",
    GENERAL_KNOWLEDGE: "general knowledge; no source was read",
}

SOURCES: dict[str, str] = {
    "PAGE": 'the patient page "Bone Metastases: When Cancer Spreads to the Bones" (StayWell, reviewed 6/1/2018)',
    "S1": "copy of the Zometa label, http://www.120ty.net/bencandy.php?aid=2333&fid=134&page=2",
    "S2": "MIMS, Zondrax dosage, https://sit.mimsdev.com/philippines/drug/info/zondrax/dosage",
    "S3": "Drugs.com, zoledronic acid dosage, http://www.drugs.com/dosage/zoledronic-acid.html",
    "S4": "Drugs.com, denosumab dosage, https://www.drugs.com/dosage/denosumab.html",
    "S6": "copy of the Xgeva label, https://fda.report/DailyMed/628f0998-1206-4001-aeee-18133aa9f3bf",
    "S6b": (
        "Xgeva label, 2019 text, "
        "https://docslib.org/doc/1186135/xgeva-denosumab-injection-for-subcutaneous-use-calcium-and-vitamin-d"
    ),
    "S6c": "copy of the Xgeva label, http://www.120ty.net/bencandy.php?fid=134&id=39140",
    "S7": "consumer page on Xgeva, http://edrugswiki.com/drug/xgeva/",
    "S8": (
        "Pfizer, zoledronic acid 5 mg dosing, "
        "https://www.pfizermedicalinformation.com/en-us/zoledronic-acid-injection-intravenous-infusion/dosage-admin"
    ),
    "S9": "acute-phase reaction, https://www.scilit.net/publications/4f17c1360950a93e8f6332979711494a",
    "S10": "Osteoporosis International, https://link.springer.com/article/10.1007%2Fs00198-011-1563-8",
    "S11": "MASCC/ISOO/ASCO guideline on the jaw, 2019, https://guidelinecentral.com/guideline/7283",
    "S12": "trial of 12 against 4 weeks, https://pmc.ncbi.nlm.nih.gov/articles/PMC5321662",
    "S13": "ASCO guideline, bone-modifying agents, https://www.guidelinecentral.com/guideline/7420/",
    "S14": "copy of the pamidronate label, http://www.120ty.net/bencandy.php?aid=11625&fid=134&page=20",
    "S15": (
        "Skyscape drug reference, pamidronate, "
        "https://download.skyscape.com/download/ota/lonestar/3C52715-7DF0-47C4-BF2A-379E6E7AC9B5"
        "/skyscaperx.edxx/content/HTML/o/tu384.htm"
    ),
    "S16": "Bondronat product information, https://id.scribd.com/document/359498429/wc500053178-1",
    "S17": "table of a Chinese consensus, https://pmc.ncbi.nlm.nih.gov/articles/PMC11256524/table/tbl0001",
    "S18": "NPS MedicineWise, https://www.nps.org.au/medical-info/medicine-finder/bondronat-tablets",
    "S18b": "Australian Prescriber, https://www.nps.org.au/australian-prescriber/articles/ibandronic-acid",
    "S18c": (
        "Dr.Oracle, ibandronic acid, "
        "https://www.droracle.ai/articles/367422/what-is-the-use-and-dosage-of-ibandronic-acid"
    ),
    "S19": "Pluvicto safety information, https://www.global.pluvicto.com/safety-information",
    "S19b": "Pluvicto dosing, https://www.pluvicto-hcp.com/psma-positive-mcrpc/dosing-and-administration",
    "S20": "UpToDate copy, radium-223, https://medilib.ir/uptodate/show/89425",
    "S20b": (
        "UPMC patient page, https://www.upmc.com/patients-visitors/education/cancer-chemo/radium-ra-223-dichloride"
    ),
    "S20c": "PeaceHealth, radium-223, https://www.peacehealth.org/medical-topics/id/fdbm35452-2362",
    "S21": "strontium-89, https://www.medicine.com/drug/strontium-89/hcp",
    "S21b": "Skyscape drug reference, strontium-89 (page tn427)",
    "S22": "Bonefos, https://www.rxreasoner.com/monographs/bonefos/usage",
    "S23": (
        "Xgeva (EU) posology, "
        "https://www.xgeva.eu/treat-with-xgeva/treat-with-xgeva-posology-and-method-of-administration/"
    ),
    "S24": "Xgeva leaflet (Spain), https://oladoctor.com/en/medicines/spain/xgeva-120-mg-solucion-inyectable",
    "S24b": (
        "MIMS, low calcium with Xgeva, "
        "https://www.mims.co.uk/xgeva-risk-hypocalcaemia-cancer-setting/endocrine/article/1156742"
    ),
    "S24c": "Xgeva side effects, https://www.xgeva.com/what-is-xgeva/possible-side-effects/",
    "S25": "copy of the Zoladex 3.6 label, http://www.120ty.net/bencandy.php?fid=134&id=37902",
    "S25b": "Drugs.com, goserelin monograph, https://www.drugs.com./monograph/goserelin.html?references=1",
    "S26": "ASTRO guideline 2024, https://www.guidelinecentral.com/guideline/3802027/",
    "S27": "pain flare, review, https://pmc.ncbi.nlm.nih.gov/articles/PMC4723641",
    "S28": (
        "pain flare, http://cancerlink.ru/radiation-therapy-for-the-management-of-painful-bone-metastases/pain-flare/"
    ),
    "S29": (
        "palliative radiation, updated guideline, "
        "https://www.oncologynurseadvisor.com/home/cancer-types/general-oncology"
        "/astro-issues-updated-guidelines-on-palliative-radiation-therapy/"
    ),
    "S30": "Lupron Depot dosage, https://themeditary.com/dosage-information/lupron-depot-dosage-847.html",
    "S31": "Lupron Depot label, https://prescriberpoint.com/therapies/lupron-depot-cbc8f94",
    "S32": "Drugs.com, degarelix dosage, https://www.drugs.com/dosage/degarelix.html",
}

_BRACKET = re.compile(r"\[([^\]]+)\]")


def cited(text: str) -> tuple[str, ...]:
    """Every mark in square brackets of `text` ("[S1, S2]", "[PROP]"), each once, in order of appearance."""
    marks = (mark.strip() for bracket in _BRACKET.findall(text) for mark in bracket.split(","))
    return tuple(dict.fromkeys(marks))


def with_references(text: str) -> str:
    """`text`, and under it what each of its marks stands for; KeyError where a mark is unknown."""
    lines = [f"[{mark}] {UNSOURCED[mark] if mark in UNSOURCED else SOURCES[mark]}" for mark in cited(text)]
    return "\n".join([text, "", *lines]) if lines else text


def is_unsourced(text: str) -> bool:
    """Whether `text` rests anywhere on a proposal or on general knowledge."""
    return any(mark in UNSOURCED for mark in cited(text))
