"""Places by their form: parts of a town or country, streets without a number, towns with a state behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from wardspace.corpus.deidentify import clinical_allow_list, lexicon
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.rules.name_patterns import LOWER, UPPER, WORD

_STATE_SHORT = (
    r"(?:Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kans?|Ky|La|Mass|Md|Mich|Minn|Miss|Mo|Mont|Neb|Nev"
    r"|N\.[ ]?[CDHJMY]|Okla|Ore|Penna?|Pa|R\.?I|S\.[ ]?[CD]|Tenn|Tex|Va|Vt|Wash|W\.?[ ]?Va|Wisc?|Wyo|D\.?C"
    r"|U\.?K|U\.?S\.?A|BC|ON|QC|AB|NSW|QLD)"
)
_STATES = (
    r"(?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois"
    r"|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri"
    r"|Montana|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)|(?:North|South) (?:Carolina|Dakota)|Ohio|Oklahoma"
    r"|Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|Vermont|(?:West )?Virginia|Washington|Wisconsin|Wyoming"
    r"|Ontario|Quebec|Alberta|Canada|Mexico|England|Scotland|Wales|Ireland|Germany|France|Spain|Italy|India|China|Japan"
    r"|Brazil|Australia|Nigeria|Kenya|Ghana|Egypt|Pakistan|Bangladesh|Vietnam|Philippines|Puerto Rico)"
)
_TWO_LETTERS = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|PR|RI|S[CD]|T[NX]|UT|V[AT]"
    r"|W[AIVY])"
)
_IN = (
    r"\b(?:[Ii]n|[Ff]rom|[Nn]ear|[Oo]f|[Aa]t|[Oo]utside|[Aa]round|[Tt]o|[Oo]ur|[Tt]he|[Aa]cross|is|lives|resides|via"
    r"|address)"
)
_DIRECTION = (
    r"(?:[Uu]p(?:per|town|state)|[Dd]own(?:town|state)|[Mm]idtown|[Gg]reater|[Cc]entral|[Rr]ural|[Ii]nner|[Oo]uter"
    r"|[Mm]etro|[Nn]orth(?:ern|east(?:ern)?|west(?:ern)?)?|[Ss]outh(?:ern|east(?:ern)?|west(?:ern)?)?|[Ee]ast(?:ern)?|[Ww]est(?:ern)?)"
)
_LAND = (
    r"(?:Beach|Heights|Gables|Hills?|Park|Lakes?|Valley|Springs|Falls|Grove|Village|Island|Harbou?r|Square|District"
    r"|Ridge|Woods?|Bay|Coast|Shores?|Haven|Mountains?|River|Creek|Meadows?|Gardens|Hollow|Landing|Mills?|Corners"
    r"|Canyon|Rapids|Forest|Glen|Junction|Cove|City|Borough|Province|Reservation|Peninsula|Vineyard|Havana|Italy|Tokyo)"
)
_STREET = (
    r"(?:Street|St\b\.?|Road|Rd\b\.?|Avenue|Ave\b\.?|Lane|Ln\b\.?|Drive|Boulevard|Blvd\b\.?|Court|Crescent|Parkway|Pkwy|Highway"
    r"|Hwy|Square|Terrace|Turnpike|Plaza|Broadway)"
)
_ORDINAL_STREET = re.compile(
    rf"(?<![\w/.-])(?P<place>(?:(?:[NSEW]|West|East|North|South)\.?[ ])?"
    rf"(?:\d{{1,3}}(?:st|nd|rd|th)|First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth)[ ]{_STREET}"
    rf"(?:[ ](?:Clinic|Hospital|Medical|Health)(?:[ ]{WORD})*)?)(?![{LOWER}])"
)
_ROAD = re.compile(
    rf"(?<![{UPPER}{LOWER}])(?P<place>(?:{WORD}[ ]){{1,2}}"
    r"(?:Street|Road|Avenue|Ave|Boulevard|Blvd|Parkway|Lane|Rd)\.?)(?![a-z])"
)
_REGION = re.compile(
    rf"(?<![\w-])(?P<place>{_DIRECTION}[ ](?P<base>LA|NYC?|SF|DC|L\.A\.|N\.Y\.|NJ|{WORD}(?:[ ]{WORD})?))(?![{LOWER}])"
)
_QUARTER = re.compile(
    rf"{_IN}[ ](?:the[ ]|our[ ])?(?P<place>{WORD}(?:[ ]{WORD})?[ ]{_LAND}(?:[ ]of[ ]{WORD})?)(?![{LOWER}'-])"
)
_SIDE = re.compile(
    r"(?P<place>(?:(?:Near |Far )?(?:North|South|East|West)|(?:Upper|Lower) (?:East|West))[ ][Ss]ide[ ]of[ ]"
    rf"{WORD})"
)
_AREA = re.compile(
    r"(?:(?<=\bin the )|(?<=\bfrom the ))(?P<place>Midwest|Northeast|Southeast|Southwest|Pacific Northwest|Deep South"
    r"|Poconos|Bronx|Hamptons|Ozarks|Panhandle|Rockies|Catskills|Berkshires|Carolinas|Dakotas|Twin Cities|Tri-State"
    r"|Delta|Rust Belt|Midlands|Highlands|Cotswolds|West Country|Home Counties|Outback)\b"
)
_WITH_STATE = re.compile(
    rf"{_IN}[ ](?P<place>{WORD}(?:[ ]{WORD}){{0,2}},[ ](?:{_TWO_LETTERS}(?![\w.])|{_STATES}\b|{_STATE_SHORT}\.?(?!\w)))"
)
_TOWN_SHORT = re.compile(rf"(?<![{UPPER}{LOWER}])(?P<place>{WORD}(?:[ ]{WORD}){{0,2}},[ ]{_STATE_SHORT}\.(?!\w))")
# behind these a town may be a word of the language: from Bend, OR, but not in Bone, MS
_LIVES = re.compile(
    r"(?:\bfrom|\b(?:liv|resid)(?:es?|ed|ing) in|\bnear|\bmoved to|\baddress is|\bborn in|\bnative of) $"
)
_BEFORE = 14  # characters in which they are


class RegionDetector:
    """Parts of towns and countries, streets without a number, towns that are words with a state behind them."""

    name = "whereabouts"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Places (PLACE)."""
        return [Finding(start, end, "PLACE", 0.6, self.name) for start, end in _places(text)]


def _places(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_ORDINAL_STREET, _SIDE, _AREA):
        yield from (match.span("place") for match in pattern.finditer(text))
    for match in _ROAD.finditer(text):
        if not clinical_allow_list.protects(text, *match.span("place")) or _known().search(match["place"]):
            yield match.span("place")
    for match in _REGION.finditer(text):
        if not match["base"][1:2].islower() or _known().match(match["base"]):
            yield match.span("place")
    for pattern in (_QUARTER, _WITH_STATE, _TOWN_SHORT):
        for match in pattern.finditer(text):
            town = match["place"].partition(",")[0]
            if _clinical(town) or clinical_allow_list.headed(text, match.end("place")):
                continue
            if not lexicon.common(town.split(maxsplit=1)[0]) or _is_sure(text, match):
                yield match.span("place")


def _is_sure(text: str, match: re.Match[str]) -> bool:
    """Whether words of the language are a place: with a state in full, of the list, or where somebody lives."""
    town, _, state = match["place"].partition(", ")
    start = match.start("place")
    return (
        len(state) > 3
        or _known().match(town) is not None
        or _LIVES.search(text[max(0, start - _BEFORE) : start]) is not None
    )


@cache
def _known() -> re.Pattern[str]:
    return re.compile(rf"(?:{lexicon.phrases('places')})(?![{LOWER}])")


def _clinical(place: str) -> bool:
    """Whether the first word is one of medicine or of a people: in Liver, CA; of the Bowman Ridge."""
    first = lexicon.bare(place.split(maxsplit=1)[0])
    return clinical_allow_list.clinical(first) or first in lexicon.words("not_places") | lexicon.words("units")
