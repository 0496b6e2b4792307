"""Numbers that stand for a person: records, NHS, social security, insurance, accounts, licences, devices."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardspace.corpus.deidentify import nhs
from wardspace.corpus.deidentify.findings import Finding

# letters and digits in groups, at least two digits of them; never a date's shape (the dates are marked for themselves)
_GROUPS = (  # 12-34-56, 123 456 789, AB 123456, W123 45678
    r"\d{2}(?:-\d{2}){2}|\d{3,4}(?:[ .,]\d{3,4}){1,4}"
    r"|(?-i:[A-Z]{1,5}(?<!MRN))[ ](?-i:[A-Z])?\d{3,12}(?:[ -]\d{2,6}){0,3}|(?-i:[A-Z])\d{3}[ ]\d{3,6}"
)
_FORM = (
    rf"(?:{_GROUPS})(?![\w-])"
    r"|#?[A-Z0-9]{0,20}(?=[A-Z0-9\-/._]{0,30}\d[A-Z0-9\-/._]{0,30}\d)[A-Z0-9]{1,30}(?:[-/._][A-Z0-9]{1,30}){0,5}"
)
_END = r"(?![A-Z0-9]|[.,]\d)"
_VALUE = rf"(?P<value>{_FORM}){_END}"
_NUMBER = r"(?:numbers?|no|nr|nos|num|id|identifier|code|ref(?:erence)?|\#(?!\w)|(?=\#\w))"
_LINK = r"\.?(?:[ \t]*(?:is|was|of|ends?|ending|[:=(),\-–]|\#(?!\w)))*[ \t]*(?:(?:no|nr|num|number)\b\.?[ \t:]*)?"
_CALLED = r"(?=[ ]?[:=\#]|[ ]is[ ]|[ ]\(?(?!(?:19|20)\d\d\b)[\w-]*(?:\d[\w-]*){4})"

_RECORD = (
    r"(?:MRN|M\.R\.N|MR[ ]?(?:\#|no|number)|CHI[ ](?:no|number)|(?:medical|med|health|hospital|hosp|patient|pt"
    r"|unit|chart|case|clinic|study|accession"
    r"|specimen|encounter|visit|admission|x[- ]?ray|file|urn|reference|ref|confirmation|tracking|requisition|order"
    r"|prescription|rx|appointment|referral|episode|sample|barcode|badge|employee|staff|student|user|portal|subject"
    r"|participant|lab|ticket|authori[sz]ation|auth|approval|registration|reg|E[MH]R"
    rf")s?\.?[ ]*(?:record|rec|file|chart)?s?\.?[ ]*{_NUMBER}"
    rf"|NHS(?:[ ]{_NUMBER})?|(?:record|rec)s?\.?[ ]*{_NUMBER}|(?:medical|med)\.?[ ](?:record|rec)\b"
    r"|URN|UHID|PID|CRN|HRN"
    r"|(?:E[MH]R|Epic|chart|file|records?|case|reference|ref|specimen|accession|encounter|implant|coverage|ticket"
    rf"|authori[sz]ation|identifier|UU?ID|GUID|user[ ]?name|login|barcode|wristband){_CALLED}"
    r"|ID(?:[ ]*(?:number|no|\#))?)"
)
_ACCOUNT = (
    r"(?:(?:health[ ]?(?:plan|insurance|card)?|insurance|ins|insurer|HP|policy|plan|member(?:ship)?"
    r"|beneficiary|subscriber|group|HMO|PPO|account"
    r"|acct|billing|invoice|claim|licen[cs]e|certificate|DEA|NPI|passport|vehicle|plate"
    r"|registration|device|serial|model|lot"
    r"|medicare|medicaid|bank|card|national[ ](?:insurance|identity)|NI|service|inmate)s?\.?"
    rf"[ ]*(?:health|policy|plan|member|group|card|beneficiary|account|licen[cs]e)?[ ]*(?:{_NUMBER}[ ]*)?"
    r"|VIN|SN|S/N|HPN|HPBN|HICN|MBI|IMEI|UDI|IBAN|(?:tax|routing|visa)[ ]*(?:id|number|no)"
    rf"|(?:HPID|DL|PIN|SIN|PHN|IHI|OHIP|TIN|Aadhaar)(?:[ ]*{_NUMBER}|{_CALLED})"
    r"|(?:Aetna|Cigna|Humana|BCBS|Blue[ ]?Cross(?:[ ]Blue[ ]Shield)?|United[ ]?Healthcare|UHC|Anthem|Tricare|Bupa)"
    rf"(?:[ ]*(?:policy|plan|member|group))?[ ]*(?:{_NUMBER}[ ]*)?)"
)
_SOCIAL = rf"(?:SSN?[ ]?(?:\#|{_NUMBER})|SSN|SS\#|social[ ]security(?:[ ]{_NUMBER})?|soc\.?[ ]sec\.?(?:[ ]{_NUMBER})?)"
_CUED_NUMBERS = (
    ("MRN", re.compile(rf"(?<![A-Z0-9]){_RECORD}{_LINK}{_VALUE}", re.I)),
    ("ID", re.compile(rf"(?<![A-Z0-9]){_ACCOUNT}{_LINK}{_VALUE}", re.I)),
    (
        "SSN",
        re.compile(
            rf"(?<![A-Z]){_SOCIAL}{_LINK}"
            rf"(?P<value>(?:[\dX]{{3}}|\*{{3}})[- ]?(?:[\dX]{{2}}|\*\*)[- ]?\d{{4}}(?!\d)|{_FORM}){_END}",
            re.I,
        ),
    ),
)
# of any other kind that is called a number or an identifier, but not of a trial, an article or a gene
_OTHER = re.compile(
    r"(?<![\w-])(?!trial|nct|pubmed|pm|gene|cas|omim|icd|cpt|cell|platelet|copy|phone|fax|atomic|case[ ]of)"
    rf"[a-z]+[ ](?:numbers?|no\.|id|identifier)(?:[ ]?(?:[:=\#]|is|was))+[ ]?{_VALUE}",
    re.I,
)
_BARE = (
    ("SSN", 0.85, re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")),
    # a letter or a few with at least six digits; hospital prefixes and a number
    ("MRN", 0.65, re.compile(r"(?<![\w-])[A-Z]{1,3}\d{6,10}(?![\w-])")),
    ("MRN", 0.65, re.compile(r"(?<![\w-])\#?[A-Z]{2,5}[-_]\d{4,9}(?![\w-])")),
    ("MRN", 0.5, re.compile(r"(?<![\w.,/:+-])\#?\d{7,10}(?![\w/-]|[.,]\d)")),
    # groups of capitals and digits that no unit and no code of a disease has: HP-98-76543, AB12CD3456
    (
        "ID",
        0.6,
        re.compile(
            r"(?<![\w.-])\#?(?=[A-Z0-9-]*[A-Z])(?=(?:[A-Z-]*\d){5})(?!\d+[A-Z]{1,3}(?![\w-]))"
            r"[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12}){0,4}(?![\w-])"
        ),
    ),
    ("ID", 0.7, re.compile(r"(?i:(?<=ending in )|(?<=ends in )|(?<=ending )|(?<=last four )|(?<=last 4 ))\d{4}(?!\w)")),
    # a number that is called one: #12345, No. 445566
    ("ID", 0.6, re.compile(r"(?<!\w)(?:\#|(?<=\bno\. )|(?<=\bnumber )|(?<=\bNumber ))[ ]?\d{5,12}(?![\w/%]|[.,]\d)")),
    # a UK National Insurance number
    (
        "ID",
        0.8,
        re.compile(
            r"(?<![\w-])(?!BG|GB|KN|NK|NT|TN"
            r"|ZZ)[A-CEGHJ-PR-TW-Z]{2}[ ]?\d\d[ ]?\d\d[ ]?\d\d[ ]?[A-D](?![\w-])"
        ),
    ),
    # digits in three groups or more, and a payment card
    ("ID", 0.6, re.compile(r"(?<![\w./-])(?=(?:\d-?){8})\d{2,5}(?:-\d{2,6}){2,4}(?![\w/-]|\.\d)")),
    ("ID", 0.8, re.compile(r"(?<![\w./-])\d{4}(?:([ -])\d{4})(?:\1\d{4}){2}(?![\w/-]|\.\d)")),
    # a vehicle identification number
    ("ID", 0.7, re.compile(r"(?<!\w)(?=[A-HJ-NPR-Z]*\d)(?=\d*[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{17}(?!\w)")),
)
_TEN = re.compile(r"(?<![\w+.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-]|\.\d)")
_QUANTITY = re.compile(r"[ ]?(?:mg|mcg|ml|g|kg|cm|mm|units?|%|years?|days?|weeks?|months?|hours?|hrs?)\b", re.I)
_DATE_LIKE = re.compile(r"\d{1,2}[-/]\d{1,2}(?:[-/]\d{2,4})?|(?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}")


class NumberDetector:
    """Numbers by the words before them, by their check digit or by their shape."""

    name = "numbers"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Numbers in `text`, typed MRN, NHS, SSN or ID."""
        findings = [
            Finding(*match.span("value"), kind, 0.8 if match[0][:2].upper() == "ID" else 0.9, self.name)
            for kind, pattern in _CUED_NUMBERS
            for match in pattern.finditer(text)
            if _is_number(text, match)
        ]
        findings += [
            Finding(*match.span("value"), "ID", 0.6, self.name)
            for match in _OTHER.finditer(text)
            if _is_number(text, match) and sum(letter.isdigit() for letter in match["value"]) > 3
        ]
        for kind, score, pattern in _BARE:
            findings += [Finding(*match.span(), kind, score, self.name) for match in pattern.finditer(text)]
        return findings + self._nhs(text)

    def _nhs(self, text: str) -> list[Finding]:
        matches = ((match, re.sub(r"\D", "", match[0])) for match in _TEN.finditer(text))
        return [Finding(*match.span(), "NHS", 0.95, self.name) for match, digits in matches if nhs.valid(digits)]


def _is_number(text: str, match: re.Match[str]) -> bool:
    value = match["value"]
    called = re.search(r"[:#=]", text[match.start() : match.start("value") + 1]) and re.search("[A-Za-z]", value)
    if sum(letter.isdigit() for letter in value) < (2 if called else 3) or len(value.strip("#")) < 4:
        return False
    return not _QUANTITY.match(text, match.end("value")) and not _DATE_LIKE.fullmatch(value)
