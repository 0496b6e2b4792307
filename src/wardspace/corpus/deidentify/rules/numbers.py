"""Numbers that stand for a person: records, NHS, social security, insurance, accounts, licences, devices."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from wardspace.corpus.deidentify import nhs
from wardspace.corpus.deidentify.findings import Finding

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", re.I)
_URL = re.compile(r"\b(?:https?://|ftp://|www\.)[^\s<>\"')\]]+[^\s<>\"')\].,;:?!]", re.I)
_IP4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IP6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.I)

_EXT = r"(?:[ ,]*(?:ext|extension|x)\.?[ ]?\d{1,6})?"
_US = re.compile(
    rf"(?<![\w/-])(?:\+?1[ .-]?)?(?:\(\d{{3}}\)[ ]?|\d{{3}}[ .-])\d{{3}}[ .-]?\d{{4}}{_EXT}(?![\w/-])", re.I
)
_UK = re.compile(
    rf"(?<![\w./-])(?:\+44[ ]?(?:\(0\)[ ]?)?|\(?0(?=\d))\(?\d{{2,5}}\)?[ -]?\d{{2,7}}"
    rf"(?:[ -]?\d{{2,6}}){{0,2}}{_EXT}(?![\w/-])",
    re.I,
)
_ABROAD = re.compile(r"(?<![\w/])\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,5}(?![\w/])")
_CUED = re.compile(
    r"(?<![A-Za-z])(?:tele?phones?|tel|phone|fax|pager|beeper|bleep|mobile|cell"
    r"(?:[ ]?phone)?|contact[ ](?:number|no)|ext(?:ension)?|call(?:ed)?(?: back)?(?: at"
    r"| on)?|ph)"
    r"(?:[ ]*(?:numbers?|no|nr|at|on|is|\#))*[ ]*[.:#=]?[ ]*(?P<value>\+?\(?\d[\d ().-]{1,18}\d)(?![\d/%])",
    re.I,
)
_EXTENSION = re.compile(r"(?<!\w)x[ ]?(?P<value>\d{4,5})(?![\w/%]|\.\d)")
_NO_NUMBER = re.compile(r"[ ]?(?:mg|ml|mcg|%|days?|weeks?|hours?|hrs?|am\b|pm\b|years?|times|minutes|/)", re.I)


class ContactDetector:
    """Telephone numbers of the US, the UK and in international form; addresses of mail, web and network."""

    name = "contacts"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Contacts in `text`, typed PHONE, EMAIL, URL or IP."""
        findings = [Finding(*match.span(), "EMAIL", 1.0, self.name) for match in _EMAIL.finditer(text)]
        findings += [Finding(*match.span(), "URL", 0.95, self.name) for match in _URL.finditer(text)]
        findings += [
            Finding(*match.span(), "IP", 0.95, self.name)
            for pattern in (_IP4, _IP6)
            for match in pattern.finditer(text)
            if _is_ip(match[0])
        ]
        return findings + self._phones(text)

    def _phones(self, text: str) -> list[Finding]:
        matches = [(match.span(), 0.8) for match in _US.finditer(text)]
        matches += [(match.span(), 0.85) for match in _UK.finditer(text) if _digits(match[0]) in (10, 11, 12, 13)]
        matches += [(match.span(), 0.8) for match in _ABROAD.finditer(text) if _digits(match[0]) >= 8]
        matches += [(match.span("value"), 0.9) for match in _CUED.finditer(text) if _is_phone(text, match)]
        matches += [(match.span("value"), 0.5) for match in _EXTENSION.finditer(text)]
        return [Finding(*span, "PHONE", score, self.name) for span, score in matches]


def _digits(value: str) -> int:
    return sum(letter.isdigit() for letter in value)


def _is_phone(text: str, match: re.Match[str]) -> bool:
    cue = match[0].lower()
    least = 7 if cue.startswith("call") else 3
    digits = _digits(match["value"])
    if digits < 7 and "." in match["value"]:
        return False
    return digits >= least and not _NO_NUMBER.match(text, match.end())


def _is_ip(value: str) -> bool:
    if ":" in value and (_digits(value) + sum(letter.isalpha() for letter in value) < 8 and "::" not in value):
        return False
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


# letters and digits in groups, at least two digits of them; never a date's shape (the dates are marked for themselves)
_VALUE = (
    r"(?P<value>#?[A-Z0-9]{0,20}(?=[A-Z0-9\-/]{0,30}\d[A-Z0-9\-/]{0,30}\d)[A-Z0-9]{1,30}(?:[-/][A-Z0-9]{1,30}){0,5})"
    r"(?![A-Z0-9])"
)
_NUMBER = r"(?:numbers?|no|nr|nos|num|id|identifier|code|ref(?:erence)?|\#(?!\w)|(?=\#\w))"
_LINK = r"\.?(?:[ \t]*(?:is|was|of|[:=()\-–]))*[ \t]*"

_RECORD = (
    r"(?:MRN|M\.R\.N|MR[ ]?(?:\#|no)|NHS|CHI[ ]no|(?:medical|health|hospital|patient|pt"
    r"|unit|chart|case|clinic|study|accession"
    rf"|specimen|encounter|visit|admission|x[- ]?ray|file|urn)s?[ ]*(?:record|rec|file|chart)?s?[ ]*{_NUMBER}"
    rf"|(?:record|rec)[ ]*{_NUMBER}|medical[ ]record|URN|UHID|PID|CRN|ID(?:[ ]*(?:number|no|\#))?)"
)
_ACCOUNT = (
    r"(?:(?:health[ ]?(?:plan|insurance|card)?|insurance|ins|policy|plan|member(?:ship)?"
    r"|beneficiary|subscriber|group|HMO|PPO|account"
    r"|acct|billing|invoice|claim|licen[cs]e|certificate|DEA|NPI|passport|vehicle|plate"
    r"|registration|device|serial|model"
    r"|medicare|medicaid|bank|card|national[ ]insurance)s?"
    rf"[ ]*(?:health|policy|plan|member|group|card|beneficiary|account|licen[cs]e)?[ ]*(?:{_NUMBER}[ ]*)?"
    r"|VIN|SN|S/N)"
)
_CUED_NUMBERS = (
    ("MRN", re.compile(rf"(?<![A-Z0-9]){_RECORD}{_LINK}{_VALUE}", re.I)),
    ("ID", re.compile(rf"(?<![A-Z0-9]){_ACCOUNT}{_LINK}{_VALUE}", re.I)),
    (
        "SSN",
        re.compile(
            rf"(?<![A-Z])(?:SSN|social[ ]security(?:[ ]{_NUMBER})?|SS\#){_LINK}"
            rf"(?P<value>[\dX*]{{3}}[- ]?[\dX*]{{2}}[- ]?\d{{4}})(?!\d)",
            re.I,
        ),
    ),
)
_BARE = (
    ("SSN", 0.85, re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")),
    # a letter or a few with at least six digits; hospital prefixes and a number
    ("MRN", 0.65, re.compile(r"(?<![\w-])[A-Z]{1,3}\d{6,10}(?![\w-])")),
    ("MRN", 0.65, re.compile(r"(?<![\w-])\#?[A-Z]{2,5}-\d{4,9}(?![\w-])")),
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
        for kind, score, pattern in _BARE:
            findings += [Finding(*match.span(), kind, score, self.name) for match in pattern.finditer(text)]
        return findings + self._nhs(text)

    def _nhs(self, text: str) -> list[Finding]:
        matches = ((match, re.sub(r"\D", "", match[0])) for match in _TEN.finditer(text))
        return [Finding(*match.span(), "NHS", 0.95, self.name) for match, digits in matches if nhs.valid(digits)]


def _is_number(text: str, match: re.Match[str]) -> bool:
    value = match["value"]
    if sum(letter.isdigit() for letter in value) < 3 or len(value.strip("#")) < 4:
        return False
    return not _QUANTITY.match(text, match.end("value")) and not _DATE_LIKE.fullmatch(value)
