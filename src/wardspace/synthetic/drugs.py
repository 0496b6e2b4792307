"""Drugs in common use, how each is written on a chart, and the conditions it treats.

General knowledge, as in any formulary. Conditions are terms of the Human Phenotype Ontology, so that a mention of one
is a phenotype as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

CONDITIONS: Mapping[str, float] = {
    "HP:0000822": 10.0,  # hypertension
    "HP:0001635": 4.0,  # congestive heart failure
    "HP:0005110": 5.0,  # atrial fibrillation
    "HP:0001681": 4.0,  # angina pectoris
    "HP:0003124": 7.0,  # hypercholesterolemia
    "HP:0002099": 6.0,  # asthma
    "HP:0006510": 5.0,  # chronic pulmonary obstruction
    "HP:0002090": 2.0,  # pneumonia
    "HP:0002204": 2.0,  # pulmonary embolism
    "HP:0002625": 2.0,  # deep venous thrombosis
    "HP:0001250": 3.0,  # seizure
    "HP:0002076": 4.0,  # migraine
    "HP:0001300": 2.0,  # parkinsonism
    "HP:0009830": 3.0,  # peripheral neuropathy
    "HP:0000726": 2.0,  # dementia
    "HP:0001257": 1.0,  # spasticity
    "HP:0012452": 1.5,  # restless legs
    "HP:0002020": 7.0,  # gastroesophageal reflux
    "HP:0004398": 2.0,  # peptic ulcer
    "HP:0002019": 4.0,  # constipation
    "HP:0100280": 1.5,  # Crohn's disease
    "HP:0100279": 1.5,  # ulcerative colitis
    "HP:0002480": 1.0,  # hepatic encephalopathy
    "HP:0001738": 1.0,  # exocrine pancreatic insufficiency
    "HP:0002018": 1.5,  # nausea
    "HP:0000010": 3.0,  # recurrent urinary tract infections
    "HP:0000012": 2.5,  # urinary urgency
    "HP:0008711": 3.0,  # benign prostatic hyperplasia
    "HP:0000100": 1.0,  # nephrotic syndrome
    "HP:0002905": 1.0,  # hyperphosphatemia
    "HP:0000787": 1.5,  # nephrolithiasis
    "HP:0001891": 4.0,  # iron deficiency anemia
    "HP:0001889": 1.5,  # megaloblastic anemia
    "HP:0001973": 1.0,  # autoimmune thrombocytopenia
    "HP:0001875": 1.0,  # neutropenia
    "HP:0001894": 1.0,  # thrombocytosis
    "HP:0000821": 6.0,  # hypothyroidism
    "HP:0000836": 2.0,  # hyperthyroidism
    "HP:0005978": 7.0,  # type II diabetes mellitus
    "HP:0100651": 2.0,  # type I diabetes mellitus
    "HP:0000846": 1.0,  # adrenal insufficiency
    "HP:0002900": 1.5,  # hypokalemia
    "HP:0001997": 3.0,  # gout
    "HP:0001370": 2.5,  # rheumatoid arthritis
    "HP:0002758": 6.0,  # osteoarthritis
    "HP:0000939": 3.5,  # osteoporosis
    "HP:0003418": 3.0,  # back pain
    "HP:0003765": 2.5,  # psoriasiform dermatitis
    "HP:0000964": 3.0,  # eczematoid dermatitis
    "HP:0001061": 1.5,  # acne
    "HP:0001025": 2.0,  # urticaria
    "HP:0000989": 1.5,  # pruritus
    "HP:0100658": 2.0,  # cellulitis
    "HP:0000501": 3.0,  # glaucoma
    "HP:0000554": 1.0,  # uveitis
    "HP:0001097": 2.5,  # keratoconjunctivitis sicca
    "HP:0000509": 1.5,  # conjunctivitis
    "HP:0000608": 1.0,  # macular degeneration
    "HP:0000716": 5.0,  # depression
    "HP:0000739": 4.0,  # anxiety
    "HP:0100785": 2.0,  # insomnia
}
"""Conditions with how common they are beside another disease (a relative weight)."""


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug with a usual dose and what it is given for."""

    name: str
    dose: str
    treats: tuple[str, ...]

    @property
    def drug_id(self) -> str:
        """An identifier for relations: the generic name."""
        return f"drug:{self.name.replace(' ', '-')}"


def _drug(name: str, dose: str, *treats: str) -> Drug:
    return Drug(name, dose, tuple(f"HP:{number}" for number in treats))


DRUGS: tuple[Drug, ...] = (
    _drug("amlodipine", "5 mg OD", "0000822", "0001681"),
    _drug("ramipril", "2.5 mg OD", "0000822", "0001635"),
    _drug("losartan", "50 mg OD", "0000822"),
    _drug("indapamide", "2.5 mg OM", "0000822"),
    _drug("bisoprolol", "2.5 mg OD", "0001635", "0005110", "0001681"),
    _drug("furosemide", "40 mg OM", "0001635", "0000100"),
    _drug("spironolactone", "25 mg OD", "0001635"),
    _drug("dapagliflozin", "10 mg OD", "0001635", "0005978"),
    _drug("digoxin", "125 micrograms OD", "0005110"),
    _drug("apixaban", "5 mg BD", "0005110", "0002204", "0002625"),
    _drug("warfarin", "as per yellow book", "0005110", "0002204", "0002625"),
    _drug("dalteparin", "by weight OD", "0002204", "0002625"),
    _drug("isosorbide mononitrate", "30 mg OM", "0001681"),
    _drug("atorvastatin", "40 mg ON", "0003124"),
    _drug("ezetimibe", "10 mg OD", "0003124"),
    _drug("salbutamol", "2 puffs PRN", "0002099", "0006510"),
    _drug("beclometasone", "200 micrograms BD", "0002099"),
    _drug("montelukast", "10 mg ON", "0002099"),
    _drug("tiotropium", "18 micrograms OD", "0006510"),
    _drug("carbocisteine", "750 mg TDS", "0006510"),
    _drug("amoxicillin", "500 mg TDS", "0002090"),
    _drug("clarithromycin", "500 mg BD", "0002090"),
    _drug("levetiracetam", "500 mg BD", "0001250"),
    _drug("lamotrigine", "100 mg BD", "0001250"),
    _drug("sumatriptan", "50 mg PRN", "0002076"),
    _drug("propranolol", "40 mg BD", "0002076", "0000739", "0000836"),
    _drug("co-careldopa", "25/100 TDS", "0001300"),
    _drug("ropinirole", "2 mg TDS", "0001300", "0012452"),
    _drug("gabapentin", "300 mg TDS", "0009830"),
    _drug("duloxetine", "60 mg OD", "0009830", "0000716"),
    _drug("donepezil", "10 mg ON", "0000726"),
    _drug("baclofen", "10 mg TDS", "0001257"),
    _drug("omeprazole", "20 mg OD", "0002020", "0004398"),
    _drug("lansoprazole", "30 mg OD", "0002020", "0004398"),
    _drug("macrogol", "1 sachet BD", "0002019"),
    _drug("senna", "15 mg ON", "0002019"),
    _drug("mesalazine", "2.4 g OD", "0100279"),
    _drug("azathioprine", "100 mg OD", "0100280", "0100279"),
    _drug("infliximab", "infusion every 8 weeks", "0100280", "0001370"),
    _drug("lactulose", "20 ml TDS", "0002480", "0002019"),
    _drug("rifaximin", "550 mg BD", "0002480"),
    _drug("pancreatin", "25,000 units with meals", "0001738"),
    _drug("cyclizine", "50 mg TDS PRN", "0002018"),
    _drug("nitrofurantoin", "100 mg ON", "0000010"),
    _drug("trimethoprim", "100 mg ON", "0000010"),
    _drug("solifenacin", "5 mg OD", "0000012"),
    _drug("mirabegron", "50 mg OD", "0000012"),
    _drug("tamsulosin", "400 micrograms OD", "0008711", "0000787"),
    _drug("finasteride", "5 mg OD", "0008711"),
    _drug("prednisolone", "30 mg OD", "0000100", "0001973", "0000554"),
    _drug("sevelamer", "800 mg TDS", "0002905"),
    _drug("ferrous fumarate", "210 mg BD", "0001891"),
    _drug("hydroxocobalamin", "1 mg every 3 months", "0001889"),
    _drug("folic acid", "5 mg OD", "0001889"),
    _drug("eltrombopag", "50 mg OD", "0001973"),
    _drug("filgrastim", "300 micrograms SC", "0001875"),
    _drug("hydroxycarbamide", "500 mg OD", "0001894"),
    _drug("levothyroxine", "100 micrograms OM", "0000821"),
    _drug("carbimazole", "20 mg OD", "0000836"),
    _drug("metformin", "500 mg BD", "0005978"),
    _drug("gliclazide", "80 mg BD", "0005978"),
    _drug("insulin glargine", "18 units ON", "0005978", "0100651"),
    _drug("insulin aspart", "with meals", "0100651"),
    _drug("hydrocortisone", "10 mg/5 mg/5 mg", "0000846"),
    _drug("potassium chloride", "2 tablets TDS", "0002900"),
    _drug("allopurinol", "300 mg OD", "0001997"),
    _drug("colchicine", "500 micrograms BD", "0001997"),
    _drug("methotrexate", "15 mg weekly", "0001370", "0003765"),
    _drug("sulfasalazine", "1 g BD", "0001370", "0100279"),
    _drug("naproxen", "500 mg BD", "0002758", "0003418"),
    _drug("paracetamol", "1 g QDS", "0002758", "0003418"),
    _drug("alendronic acid", "70 mg weekly", "0000939"),
    _drug("colecalciferol", "800 units OD", "0000939"),
    _drug("calcipotriol", "apply OD", "0003765"),
    _drug("betamethasone", "apply BD", "0000964", "0003765"),
    _drug("emollient", "apply PRN", "0000964", "0000989"),
    _drug("lymecycline", "408 mg OD", "0001061"),
    _drug("cetirizine", "10 mg OD", "0001025", "0000989"),
    _drug("flucloxacillin", "1 g QDS", "0100658"),
    _drug("latanoprost", "1 drop ON", "0000501"),
    _drug("timolol", "1 drop BD", "0000501"),
    _drug("prednisolone acetate", "1 drop QDS", "0000554"),
    _drug("hypromellose", "1 drop PRN", "0001097"),
    _drug("chloramphenicol", "1 drop QDS", "0000509"),
    _drug("aflibercept", "injection every 8 weeks", "0000608"),
    _drug("sertraline", "50 mg OD", "0000716", "0000739"),
    _drug("mirtazapine", "15 mg ON", "0000716", "0100785"),
    _drug("zopiclone", "3.75 mg ON", "0100785"),
)
"""The formulary."""


def _by_condition() -> dict[str, tuple[Drug, ...]]:
    found: dict[str, list[Drug]] = defaultdict(list)
    for drug in DRUGS:
        for condition in drug.treats:
            found[condition].append(drug)
    return {condition: tuple(drugs) for condition, drugs in found.items()}


TREATMENTS: Mapping[str, tuple[Drug, ...]] = _by_condition()
"""Drugs by the condition they treat."""
