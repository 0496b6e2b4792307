"""Which names of the ontology read like words of an adult's note, and how they stand inside a sentence."""

from __future__ import annotations

import re

_WORDS = re.compile(r"[A-Za-z][A-Za-z'-]*(?: [A-Za-z][A-Za-z'-]*){0,3}")

# Real terms, but not of an adult's ward: each part of the pattern says of what kind.
_UNWANTED = re.compile(
    r"""(?ix)\b(?:
    # the laboratory, tissue under the microscope
    abnormal\w* | atypical | morphology | distribution | circulating | concentrations? | activity
    | antibod\w+ | positivity | cells? | fib(er|re)s? | membrane | lamina | mesangial | cleavage
    | mitochondrial | chromosom\w+ | deletions? | sperm | inheritance | modality
    # malformations
    | gonadoblastoma | \w*plasia\ of | aplasia | hypoplasia | hypoplastic | dysplasia | agenesis | atresia
    | dysgenesis | coloboma | bifid | duplicat\w+ | \w*dactyly | cleft | malrotation | malformation
    | accessory | supernumerary | situs | ectopi[ac] | crossed | annular | single | double | cyclopia
    | anophthalmia | microphthalm\w+ | embryotoxon | craniosynostosis | \w*cephaly | \w+cele | agyria
    | pachygyria | lissencephaly | heterotopia | polymicrogyria | phocomelia | didelphys | hypospadias
    | cryptorchidism | urogenital\ sinus
    # birth and infancy
    | neonatal | infan\w+ | fetal | birth | prenatal | stillbirth | gestational | delay\w* | growth
    | developmental | milestones? | disability | intelligence | learning | regression | autis\w+
    | childhood | juvenile | congenital | prelingual | onset | oligohydramnios | polyhydramnios | hydrops
    | premature\ rupture | suck | failure\ to\ thrive | head\ control | puberty | adrenarche | enuresis
    | fontanelle? | tube | death | arrest
    # looks that a geneticist describes
    | facial | facies | face | forehead | eyebrows? | hairline | eyelashes | palpebral | philtrum | helix
    | nasal | nostrils? | columella | nipples? | lips? | mouth | chin | jaw | ears? | palate | uvula
    | dent\w+ | tooth | teeth | carious | micrognathia | retrognathia | prognathism | malar | supraorbital
    | epicanthus | hypertelorism | hypotelorism | stature | build | scrotum | penis | micropenis
    | microphallus | anal | anus | creases? | short | broad | wide\w* | narrow\w* | long | small | large
    | absent | absence | low-set | thin | thick | prominent | tall | sparse | high | deeply
    | (up|down)slanted
    # single bones
    | phalan\w+ | metacarp\w+ | metatars\w+ | epiphys\w+ | metaphys\w+ | diaphys\w+ | digits? | toes?
    | hallux | thumbs? | fingers? | hands? | foot | feet | ribs? | clavic\w+ | scapul\w+ | femur | femoral
    | tibia\w* | fibula\w* | ulna\w* | radi(us|al) | humer\w+ | pelvis | iliac | acetabul\w*
    | ossification | skeletal | skull
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
