"""Templates of running text, shared by the types of notes."""

from __future__ import annotations

COMPLAINTS = (
    "{age} year old {person} presenting with {findings}.",
    "{age} year old {person} admitted with {findings}.",
    "Admitted through the emergency department with {findings}.",
    "{He} came to hospital because of {findings}.",
    "Sent in by the GP with {findings}.",
    "This {age} year-old {person} complains of {findings}.",
    "{findings}, for assessment.",
    "Brought in by {his} family, who report {findings}.",
    "Referred from the assessment unit with {findings}.",
)
"""Opening of an admission."""

HISTORIES = (
    "{He} also mentions {findings}.",
    "On further questioning there is a history of {findings}.",
    "{His} family have noticed {findings}.",
    "Earlier letters describe {findings}.",
    "Notes from another hospital record {findings}.",
    "There has been {findings} as well, noted by the GP.",
    "Of note, {findings} for some time.",
    "{findings} recorded at the last visit.",
    "{He} has been troubled by {findings}.",
)
"""More of the patient's own phenotypes."""

SIGNS = (
    "On examination there is {findings}.",
    "{findings} on examination.",
    "Found to have {findings}.",
    "Positive findings: {findings}.",
    "Examination shows {findings}.",
    "There is evidence of {findings}.",
    "Assessment confirmed {findings}.",
)
"""What the examiner found."""

DENIALS = (
    "Denies {findings}.",
    "No {findings}.",
    "{He} denies {findings}.",
    "There is no evidence of {findings}.",
    "No history of {findings}.",
    "Negative for {findings}.",
    "Not known to have {findings}.",
    "{findings} not seen.",
    "No sign of {findings}.",
    "Has not had {findings}.",
)
"""What is not there."""

UNREMARKABLE = (
    "Chest clear, abdomen soft, calves soft.",
    "Heart sounds normal, abdomen soft and non tender.",
    "No new focal signs.",
    "Skin intact, pupils equal and reactive.",
    "Moving all limbs, gait not tested.",
    "Abdomen soft, bowel sounds present, no calf tenderness.",
    "Alert, oriented to time and place.",
    "Peripheral pulses felt, capillary refill as expected.",
)
"""A normal examination, whatever is wrong."""

KNOWN_DISEASE = (
    "Known {disease} with {findings}.",
    "Background of {disease}, {findings} being part of this.",
    "Features in keeping with {disease}, in particular {findings}.",
    "{disease} was diagnosed some years ago on the basis of {findings}.",
    "Looked after elsewhere for {disease} ({findings}).",
)
"""Where the disease is named with what belongs to it."""

ONLY_DISEASE = ("Background of {disease}.", "Known {disease}.", "{disease} previously diagnosed.")
"""Where it is named alone."""

PAST = (
    "Past medical history of {findings}.",
    "{findings} in the past.",
    "Other problems: {findings}.",
    "Background: {findings}.",
    "Also has {findings}, managed by the GP.",
    "Comorbidities include {findings}.",
)
"""Comorbid conditions."""

TREATED = (
    "Takes {drug} for {findings}.",
    "{drug} started for {findings}.",
    "On {drug} ({findings}).",
    "{findings}, treated with {drug}.",
    "Continues {drug} for {findings}.",
    "{drug} was increased because of {findings}.",
)
"""A drug with what it is for."""

KIN = (
    "{kin} had {findings} at the age of {years}.",
    "{kin} with {findings}.",
    "{His} {kin} is known to have {findings}.",
    "Family history of {findings} ({kin}).",
    "{kin} died at {years}, had {findings}.",
)
"""A relative's phenotype."""

NO_KIN = (
    "No family history of {findings}.",
    "Nobody in the family has had {findings}.",
    "Family history negative for {findings}.",
)
"""What does not run in the family."""

CONSULTS = (
    "Seen by the {team} team, no change advised.",
    "{team} opinion requested about an old problem.",
    "Has a routine {team} appointment next month for something else.",
    "Discussed with {team}, who were happy with the plan.",
    "Under {team} in the past, discharged from their clinic.",
    "{team} registrar reviewed on the ward, to go back if new problems.",
)
"""Other specialties passing by."""

TEAMS = (
    "cardiology",
    "respiratory",
    "neurology",
    "gastroenterology",
    "renal",
    "haematology",
    "endocrine",
    "orthopaedic",
    "dermatology",
    "eye",
    "surgical",
    "palliative care",
    "pain",
    "diabetes",
    "psychiatry",
    "dietetics",
    "urology",
    "oncology",
)
"""Who passes by; whoever it is says nothing about why the patient is here."""

SOCIAL = (
    "Lives with {his} {relation}.",
    "Lives alone in a first floor flat.",
    "Retired, previously worked in a school.",
    "Works in an office, currently off sick.",
    "Ex-smoker, 20 pack years.",
    "Never smoked, drinks socially.",
    "Smokes 10 a day, little alcohol.",
    "Carers twice a day.",
    "Two flights of stairs at home.",
    "Does not drive.",
    "Walks with a stick outdoors.",
)
"""Life at home."""

VITALS = (
    "BP {bp}, HR {hr}, RR {rr}, temp {temp}, SpO2 {spo2}% on {air}.",
    "Observations: HR {hr}, BP {bp}, RR {rr}, T {temp}, sats {spo2}% ({air}).",
    "Pulse {hr}, blood pressure {bp}, respiratory rate {rr}, temperature {temp}, saturation {spo2}% on {air}.",
    "T {temp} HR {hr} BP {bp} RR {rr} O2 {spo2}%.",
)
"""Observations."""

BLOODS = (
    "Hb {hb}, WCC {wcc}, platelets {plt}, CRP {crp}, Na {na}, K {k}, creatinine {cr}.",
    "Bloods: Hb {hb}, WCC {wcc}, CRP {crp}, creatinine {cr}, Na {na}.",
    "FBC and U&E today: Hb {hb}, platelets {plt}, K {k}, creatinine {cr}.",
    "CRP {crp}, WCC {wcc}, other bloods much as before.",
)
"""Blood results."""

PLANS = (
    "Await blood results",
    "Repeat bloods in the morning",
    "Continue usual medication",
    "Encourage fluids by mouth",
    "Physiotherapy to see",
    "Venous thromboembolism assessment done",
    "Obtain old notes",
    "Update the family",
    "Review on the morning round",
    "Chase outstanding results",
    "Weigh twice a week",
    "Medication reconciliation with pharmacy",
    "Simple pain relief as required",
    "Discuss at the board round",
    "Speak to the GP about recent changes",
    "Food chart",
)
"""Items of a plan that fit any problem."""
