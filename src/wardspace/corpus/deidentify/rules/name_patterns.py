"""Expressions for names: what stands before and after them, and what they are made of."""

from __future__ import annotations

import re

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶŁĽĻŃŇŅŐŒŘŚŠŞȘŤŢȚŪŮŰŲŸŹŽŻ"
LOWER = "a-zß-öø-ÿāăąćčďđēęěğģīıķłľļńňņőœřśšşșťţțūůűųźžż"

_PREFIX = rf"(?:[OD]['’](?=[{UPPER}])|Ma?c(?=[{UPPER}]))?"
_CAPITALISED = rf"{_PREFIX}[{UPPER}][{LOWER}]+(?:[{UPPER}][{LOWER}]+)?"
WORD = rf"(?:{_CAPITALISED}(?:[-‐]{_CAPITALISED}){{0,3}}(?![{LOWER}{UPPER}\d]))"
"""A capitalised word of two letters or more: Smith, O'Neil, McDonald, Jean-Luc."""

CAPITALS = rf"(?:(?:[OD]['’])?[{UPPER}]{{2,}}(?:['’-][{UPPER}]{{2,}})*(?![{LOWER}\d]))"
"""A word in capitals."""

INITIAL = rf"(?:[{UPPER}](?:\.|(?![{UPPER}{LOWER}\d'’.-])))"
"""One letter, with a full stop or alone."""

PARTICLE = (
    r"(?:[Vv]an|[Vv]on|[Dd]er|[Dd]en|[Dd]el|[Dd]ella|[Dd]e|[Dd]i|[Dd]a|[Dd]os|[Ll]a|[Ll]e|[Ee]l|[Aa]l"
    r"|bin|ibn|ter|ten|Mac|St\.?)"
)
"""A small word inside a surname."""

GAP = r"[ \t]{1,2}"
ANY = rf"(?:{WORD}|{CAPITALS})"

NAME = (
    rf"(?:(?:{INITIAL}[ \t]?){{0,3}}(?:{PARTICLE}{GAP}){{0,3}}{ANY}(?:{GAP}(?:{INITIAL}|"
    rf"(?:{PARTICLE}{GAP}){{0,2}}{ANY})){{0,3}})"
)
"""One to four words and initials, with particles."""

_SECOND = (
    r"(?:Anne?|Jo|Lou|Sue|Jane|Beth|Lee|Rose|Mae|Marie|Kate|Lynn|Paul|Luis|Carlos|Antonio|Jos[eé]|Ray|Joe|Bob|Jean)"
)
"""Second given names: Mary Ann Smith."""

FULL = (
    rf"(?:(?:{INITIAL}[ \t]?){{1,3}}(?:{PARTICLE}{GAP}){{0,2}}{WORD}|{WORD}(?:{GAP}{_SECOND}(?=[ ][{UPPER}]))?"
    rf"(?:{GAP}{INITIAL}){{0,2}}{GAP}(?:(?:{PARTICLE}{GAP}){{0,2}}{WORD}|{INITIAL}))"
)
SUFFIX = re.compile(r",?[ ](?:Jr|Sr)\b\.?|[ ](?:II|III|IV)\b(?![ ]?\d)")
"""What comes after a surname: Jr., III."""
"""Two words at least, one of which may be initials."""


_TITLE = (
    r"(?:Drs?|DRS?|Doctor|Mr|MR|Mrs|MRS|Ms|MS|Miss|Mx|Prof|Professor|Sir|Dame|Lord|Lady"
    r"|Nurse|Sister|Rev|Reverend|Fr|RN|SN|PA-C|NP)"
)
_CREDENTIAL = (
    r"(?:M\.?D|D\.?O|R\.?N|Ph\.?D|P\.?A(?:-C)?|N\.?P|DDS|DPM|FRCP|FRCS|MRCP|MRCGP|MBBS|BSN"
    r"|MSN|FNP|MBChB|LPN|CRNA|ARNP|FACS|Esq|Jr|Sr)\b"
)
_KIN = (
    r"mother|father|mom|mum|dad|sister|brother|daughter|son|wife|husband|spouse|partner"
    r"|aunt|uncle|niece|nephew|cousin|friend|guardian|carer|caregiver|grand(?:mother"
    r"|father|son|daughter)|girlfriend|boyfriend|fianc[eé]e?"
)
_DONE = (
    r"(?:seen|signed|dictated|reported|reviewed|written|typed|transcribed|performed"
    r"|interpreted|authored|referred|assessed|examined|discussed|entered|read|verified"
    r"|cared for|accompanied|operated on|attended|treated|ordered|supervised)"
)
_ROLE = (
    r"patient(?:'s)? name|patient|pt|name|surname|forename|first name|last name"
    r"|maiden name|re|next of kin|nok|gp|pcp|attending(?: physician)?|surgeon|assistant"
    r"|anesthesiologist|anaesthetist|physician|consultant|registrar|resident|cc|attn"
    r"|attention|author|signature|clinician|provider|practitioner|pharmacist|midwife"
    r"|therapist|contact|emergency contact|informant|interpreter|examiner|radiologist|pathologist"
    r"|cosigner|copies to"
)

_PROFESSION = (
    r"nurse practitioner|physician(?:'s)? assistant|(?:cardi|neur|onc|ur|hemat|derm|radi|path|rheumat|nephr|pulmon"
    r"|endocrin|gynec|immun|psych|hepat|gastroenter|anesthesi|ophthalm)(?:at)?ologist|(?:neuro)?surgeon|psychiatrist"
    r"|p(?:a)?ediatrician|obstetrician|hospitalist|intensivist|internist|dentist|social worker|dietitian"
    r"|paramedic|colleague|coworker"
)

# cue, what is looked for after it, how sure; the cue may be in any case, the name may not
CUES = tuple(
    (score, re.compile(rf"(?<![{UPPER}{LOWER}])(?i:{cue})(?P<name>{shape})"))
    for score, cue, shape in (
        (0.95, rf"{_DONE} (?:by|with):?[ ]+(?:{_TITLE}\.?[ ]+)?", NAME),
        (0.95, rf"(?:electronically )?(?:signed|dictated):?[ ]+(?:{_TITLE}\.?[ ]+)?", NAME),
        (
            0.9,
            r"(?:spoke|speaking|spoken|talked|conversation|meeting|met|liaised)[ ]+(?:to|with)[ ]+"
            r"(?:(?:his|her|their|the|pt's)[ ]+\w+,?[ ]+)?",
            NAME,
        ),
        (0.95, r"(?:named|called|known as|name is|my name is|name's|dear|alias|a\.?k\.?a\.?|regards to)[ ]+", NAME),
        (0.85, rf"(?:{_KIN})[ ]*(?:,|:|\()?[ ]*(?:is|was|named|called)?[ ]*", FULL),
        (0.75, rf"(?:{_KIN})(?:,?[ ]+\(?|\()", WORD),
        (0.8, r"\b(?:baby(?:[ ](?:boy|girl))?|newborn|toddler|infant|little|twin[ ][ab])[ ]+", WORD),
        (0.85, rf"\b(?:{_PROFESSION})[ ,]+(?:{_TITLE}\.?[ ]+)?", WORD),
        (0.9, rf"(?:{_ROLE})[ \t]*(?:[:=\-–]+|is|was|,)[ \t]*(?:{_TITLE}\.?[ ]+)?", NAME),
        (0.8, rf"(?:{_ROLE})[ ]+", FULL),
        (
            0.8,
            r"(?:like|as|similar to|for|referencing|regarding|concerning|involving|on behalf of"
            r"|patient|pt|case of)[ ,]+",
            FULL,
        ),
        (
            0.9,
            r"(?:(?:man|woman|male|female|boy|girl|gentleman|lady|pt|patient|year[- ]old|y/?o"
            r"|person|child|infant|teen|adult|M|F)),[ ]*(?:named[ ]|called[ ]|known as[ ])?",
            FULL,
        ),
    )
)
TITLED = re.compile(
    rf"(?<![{UPPER}{LOWER}\d])(?:{_TITLE}|(?i:dr|mr|mrs|ms|miss|prof|rn))(?:\.?[ \t]{{1,2}}|\.(?=[{UPPER}]))"
    rf"(?:and (?:Mrs|Ms)\.?[ ])?(?P<name>{NAME}|[{UPPER}]\.)"
)
SURE_TITLE = re.compile(r"(?:[Dd]r|[Mm]rs?|Ms|[Mm]iss|Mx|[Pp]rof(?:essor)?)\b|(?:DR|MRS?|MS)\.")
# Dr. P, Mr. X; Drs. Smith and Jones, of whom TITLED finds the first
TITLED_LETTER = re.compile(rf"\b(?:Drs?|Mrs?|Ms|Mx|Prof)\.?[ ](?P<name>[{UPPER}])(?![{UPPER}{LOWER}\d.'-])")
TITLED_TWO = re.compile(
    rf"\b(?:Drs|Doctors|Messrs|Mr\.? (?:and|&) Mrs|Nurses)\.?[ ]{NAME}(?:,[ ]{NAME}){{0,3}},?[ ]?(?:and|&|/)[ ]?"
    rf"(?P<name>{NAME})"
)
TITLED_SMALL = re.compile(rf"\b(?i:dr|mr|mrs|ms|prof)\.?[ ](?P<name>[{LOWER}]{{3,}})\b")
CREDITED = re.compile(
    rf"(?<![{UPPER}{LOWER}])(?P<name>{NAME})(?:,?[ ]{{1,2}}{_CREDENTIAL}"
    r"|,[ ](?i:(?:staff|charge|ward|specialist|practice) nurse|nurse|midwife|registrar|consultant|physio(?:therapist)?"
    r"|pharmacist|house officer|senior house|surgeon|physician|dietitian|social worker|for dr)\b)"
)
REVERSED = re.compile(
    rf"(?<![{UPPER}{LOWER}'’])(?P<name>(?P<last>{ANY}),[ ]?(?P<first>{ANY})(?:[ ]{INITIAL}|[ ]{ANY})?)(?![{LOWER}])"
)
# a line that begins with a name and goes on with what front sheets put after it
FRONT = re.compile(
    rf"(?:^|\n)[ \t]*(?:(?i:re|patient|pt|name)[:.]?[ \t]+)?(?P<name>{FULL}|{CAPITALS}{GAP}{CAPITALS})"
    r"(?=[ \t]*[,(]?[ \t]*(?:[\[(]?[A-Z]{0,3}[-#]?\d{5,}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|"
    r"(?i:born|dob|d\.o\.b|aged|age|mrn|nhs|hospital no)\b))"
)
PHONED = re.compile(rf"(?<![{UPPER}{LOWER}'’./-])(?P<name>{FULL})(?=,?[ ](?:on[ ]|at[ ])?[(+]?\d[\d() +-]{{8}})")
FULL_NAMES = re.compile(rf"(?<![{UPPER}{LOWER}'’./-])(?P<name>{FULL})(?![{LOWER}{UPPER}])")
IN_CAPITALS = re.compile(rf"(?<![{UPPER}{LOWER}'’.-])(?P<name>{CAPITALS}{GAP}(?:{INITIAL}{GAP})?{CAPITALS})")
INITIALS_ALONE = rf"(?:[{UPPER}]\.[ ]?){{2,3}}"
INITIALS = re.compile(
    r"(?i:\b(?:initials|patient|pt|signed|named?|by|mr|mrs|ms))[ :,]+"
    rf"(?P<name>[{UPPER}]\.[ ]?[{UPPER}]\.(?:[ ]?[{UPPER}]\.)?)"
)
APPOSED = re.compile(
    rf"(?:,|\b(?:in|to|of|on|-))[ ](?P<name>{FULL})"
    r"(?=,?[ ](?:who|whose|seen|treated|admitted|evaluated|assessed|diagnosed|presented|presenting|consulted|reviewed"
    r"|referred|last|first|currently|living|residing|from|post|with|born|aged|given|at|follow|registered|attended|visited"
    r"|age|hospitalized|scheduled|discharged|had|has|was|is)\b|'s[ ]|,[ ](?:a[ ])?\d\d)"
)
"""A name in the middle of a sentence: …, Jane Roe, who was seen."""
_WHO = (
    r"(?i:(?:man|woman|male|female|boy|girl|gentleman|lady|pt|patient|year[- ]old|y/?o|person|child|infant|teen"
    r"|teenager|adult|case|mother|father|son|daughter|wife|husband)|\d[MF])"
)
_WENT = (
    r"(?:seen|admitted|treated|evaluated|diagnosed|presented|presenting|discharged|referred|consulted|hospitalized|aged"
    r"|last seen|currently|living|residing)"
)
ONE_NAME = re.compile(
    rf"(?<![{UPPER}{LOWER}])(?:{_WHO}(?:[ ](?:patient|pt))?,[ ](?P<name>{WORD}|{INITIALS_ALONE})"
    r"(?=,|[ ]\(|'s\b|[ ](?:who|whose|is|was|has|had|with|seen)\b)"
    rf"|(?<=[{LOWER}\d],)[ ](?:(?P<other>{WORD})(?=,[ ]{_WENT}\b)"
    rf"|(?!M\.D|D\.O|P\.A|R\.N)(?P<letters>{INITIALS_ALONE})(?=,))"
    rf"|(?:\b(?:like|similar to|for|of|under|by|with|regarding|re)|\bw/)[ ](?P<listed>{WORD})"
    rf"(?=,[ ]{_WENT}\b|[ ]\((?:DOB|MRN|SSN|ID|[Aa]ged?)\b))"
)
"""One name between commas after whom it names: a 70-year-old man, Kwame, …"""
GIVEN_INITIAL = re.compile(
    rf"(?<![{UPPER}{LOWER}'.-])(?P<name>(?P<first>{WORD})[ ][{UPPER}]\.)"
    r"(?=[,;:)?]|'s\b|[ ](?:at|on|who|with|for|was|is|has|in|from|seen)\b)"
)
FOUND_SMALL = re.compile(
    rf"(?<![\w'.@-])(?=(?P<name>(?P<first>[{LOWER}]{{3,12}})[ ]"
    rf"(?P<last>[{LOWER}]{{3,14}}|[{LOWER}]\.))(?![\w@-]))"
)
"""Two words in small letters, which lists may know as a name: jane doe."""
TITLE_ALONE = re.compile(rf"{_TITLE}\.?")
TOKEN = re.compile(r"[^\s,]+")
