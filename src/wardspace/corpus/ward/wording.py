"""Which names of the ontology read like words of an adult's note, and how they stand inside a sentence."""

from __future__ import annotations

import re

_WORDS = re.compile(r"[A-Za-z][A-Za-z'-]*(?: [A-Za-z][A-Za-z'-]*){0,3}")

# Laboratory and tissue wording, malformation syndromes and features of infancy: real terms, but not of ward prose.
_UNWANTED = re.compile(
    r"""(?ix)\b(
    abnormal\w* | atypical | morphology | distribution | circulating | concentrations? | activity | antibod\w+ | positivity
    | cells? | fibers? | fibres? | membrane | lamina | mesangial | cleavage | mitochondrial | chromosom\w+ | deletions?
    | sperm | gonadoblastoma | \w*plasia\ of | aplasia | hypoplasia | hypoplastic | dysplasia | agenesis | atresia
    | dysgenesis | coloboma | bifid | duplicat\w+ | \w*dactyly | cleft | malrotation | malformation | accessory | supernumerary
    | situs | ectopi[ac] | crossed | annular | single | double | cyclopia | an?ophthalmia | microphthalm\w+ | embryotoxon
    | \w*cephaly | craniosynostosis | \w+ce?phal[oy]cele | agyria | pachygyria | lissencephaly | heterotopia | polymicrogyria
    | neonatal | infan\w+ | fetal | birth | prenatal | stillbirth | gestational | delay\w* | growth | developmental | milestones?
    | disability | intelligence | learning | regression | autis\w+ | childhood | juvenile | congenital | prelingual | onset
    | oligohydramnios | polyhydramnios | hydrops | premature\ rupture | suck | failure\ to\ thrive | head\ control | puberty
    | adrenarche | enuresis | fontanelle? | facial | facies | face | forehead | eyebrows? | hairline | eyelashes | palpebral
    | philtrum | helix | nasal | nostrils? | columella | nipples? | lips? | mouth | chin | jaw | ears? | palate | uvula | dent\w+
    | tooth | teeth | carious | micrognathia | retrognathia | prognathism | malar | supraorbital | epicanthus | telorism
    | hyp[eo]+rtelorism | hypotelorism | stature | build | scrotum | penis | micropenis | microphallus | cryptorchidism
    | hypospadias | urogenital\ sinus | uterus\ didelphys | anal | anus | phalan\w+ | meta\w*pals? | metatars\w+ | epiphys\w+
    | metaphys\w+ | diaphys\w+ | digits? | toes? | hallux | thumbs? | fingers? | hands? | foot | feet | ribs? | clavic\w+
    | scapul\w+ | femur | femoral | tibia\w* | fibula\w* | ulna\w* | radi(us|al) | humer\w+ | pelvis | iliac | acetabul\w*
    | ossification | skeletal | phocomelia | skull | crease | creases | short | broad | wide\w* | narrow\w* | long | small
    | large | absent | absence | low-set | thin | thick | prominent | tall | sparse | high | deeply | upslanted | downslanted
    | tube | death | arrest | inheritance | modality
    )\b"""
)

_LONGEST = 44
_PUNCTUATION = str.maketrans(dict.fromkeys('.,;:()[]"', " "))


def plain(name: str) -> bool:
    """Whether `name` is a few plain words (at most four) of the kind that stand in an adult's note."""
    return len(name) <= _LONGEST and _WORDS.fullmatch(name) is not None and _UNWANTED.search(name) is None


class Casing:
    """Tells proper nouns from words that are capital only because they stand first.

    Parameters
    ----------
    text : str
        Running text of the field (here: the ontology with its definitions).
    """

    def __init__(self, text: str) -> None:
        self._seen = set(text.translate(_PUNCTUATION).split())

    def inside(self, name: str) -> str:
        """`name` with a small first letter, unless its first word is a proper noun or an acronym.

        Proper nouns are told by never being written small; a name of a single word is hardly ever one.
        """
        first, _, rest = name.partition(" ")
        small = first[:1].lower() + first[1:]
        if first[1:] != first[1:].lower() or len(first) == 1 or (rest and small not in self._seen):
            return name
        return f"{small} {rest}" if rest else small
