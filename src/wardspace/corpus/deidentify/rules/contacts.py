"""Ways to reach somebody: telephones, addresses of mail, of the web and of a network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from wardspace.corpus.deidentify import lexicon
from wardspace.corpus.deidentify.findings import Finding

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", re.I)
# without a domain's ending, or written so that no machine collects it
_MAILBOX = re.compile(r"(?<![\w.+-])[a-z][\w.+'-]{2,}@[a-z][\w-]{2,}(?![\w@])", re.I)
_SPELT_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+'-]+(?:[ ]?[\[({]at[\])}][ ]?[\w-]+(?:[ ]?(?:\.|[\[({]dot[\])}])[ ]?[\w-]+)*"
    r"|[ ]at[ ][\w-]+(?:[ ]dot[ ][\w-]+)+)",
    re.I,
)
_MAIL_HINT = re.compile(r"@|[\[({]at[\])}]| dot ", re.I)
_HANDLE = re.compile(r"(?<![\w@./-])@(?P<value>[A-Za-z_]\w{3,})(?![\w.]*\w)")
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9-]+\.){1,4}(?:com|org|net|edu|gov|info|health|nhs\.uk|ac\.uk|co\.uk)(?:/[^\s<>\"')\]]*[^\s<>\"')\].,;:?!])?(?![\w@-])",
    re.I,
)
_URL = re.compile(r"\b(?:https?://|ftp://|www\.)[^\s<>\"')\]]+[^\s<>\"')\].,;:?!]", re.I)
_IP4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IP6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.I)

_EXT = r"(?:[ ,]*(?:ext|extension|x)\.?[ ]?\d{1,6})?"
_US = re.compile(
    rf"(?<![\w/-])(?:\+?1[ .-]?)?(?:\(\d{{3}}\)[ -]?|\d{{3}}[ .–/-])\d{{3}}[ .–-]?\d{{4}}{_EXT}(?![\w/-])", re.I
)
_UK = re.compile(
    rf"(?<![\w./-])(?:\+44[ ]?(?:\(0\)[ ]?)?|\(?0(?=\d))\(?\d{{2,5}}\)?[ -]?\d{{2,7}}"
    rf"(?:[ -]?\d{{2,6}}){{0,2}}{_EXT}(?![\w/-])",
    re.I,
)
_ABROAD = re.compile(r"(?<![\w/])\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,5}(?![\w/])")
_IN_LETTERS = re.compile(
    r"(?<![\w-])(?:1[ -])?8(?:00|33|44|55|66|77|88)[ -](?=[\d-]*[A-Z])[A-Z\d]{3,4}-?[A-Z\d]{3,5}(?![\w-])"
)
_CUED = re.compile(
    r"(?<![A-Za-z])(?:tele?phones?|tel|phone|fax|pager|beeper|bleep|mobile|cell"
    r"(?:[ ]?phone)?|ext(?:ension)?|ph|call(?:ed|ing)?(?: back)?(?: at| on)?|texted(?: at)?|whatsapp|landline|voicemail"
    r"|contact(?:able|ed)?(?:[ ](?:info(?:rmation)?|details))?|reach(?:ed|able)?(?:[ ]\w+)?[ ](?:at|on)"
    r"|(?:home|work|emergency|direct)[ ](?:number|line|no))"
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
        findings += [
            Finding(*match.span(), "EMAIL", 0.8, self.name)
            for pattern in ((_MAILBOX, _SPELT_MAIL) if _MAIL_HINT.search(text) else ())
            for match in pattern.finditer(text)
        ]
        findings += [
            Finding(*match.span(), "URL", score, self.name)
            for pattern, score in ((_URL, 0.95), (_DOMAIN, 0.8))
            for match in pattern.finditer(text)
        ]
        findings += [
            Finding(*match.span(), "URL", 0.6, self.name)
            for match in _HANDLE.finditer(text)
            if not lexicon.common(match["value"])
        ]
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
        matches += [(match.span(), 0.8) for match in _IN_LETTERS.finditer(text)]
        matches += [(match.span("value"), 0.5) for match in _EXTENSION.finditer(text)]
        return [Finding(*span, "PHONE", score, self.name) for span, score in matches]


def _digits(value: str) -> int:
    return sum(letter.isdigit() for letter in value)


def _is_phone(text: str, match: re.Match[str]) -> bool:
    cue = match[0].lower()
    least = 7 if cue.startswith(("call", "contact", "reach", "text", "home", "work", "emerg", "direct")) else 3
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
