"""Sentences that ask for something after this note, by kind (the seven kinds of CLIP; Mullenbach et al., ACL 2021)."""

from __future__ import annotations

from collections.abc import Mapping

FOLLOWUPS: Mapping[str, tuple[str, ...]] = {
    "appointment": (
        "Please see {him} in clinic in {weeks} weeks.",
        "Follow-up appointment with Dr {consultant} on {later}.",
        "To be seen in outpatients in about {weeks} weeks, letter to follow.",
        "GP to see {him} within {few} weeks of discharge.",
        "Review in the nurse-led clinic on {later}.",
        "Has an appointment with Dr {consultant} in {weeks} weeks, transport booked.",
    ),
    "lab": (
        "Please repeat bloods in {few} weeks at the practice.",
        "GP to check full blood count and renal function in {weeks} weeks.",
        "Blood tests to be repeated on {later} and results sent to Dr {consultant}.",
        "Cultures are still pending and need to be chased.",
        "Repeat urine sample in {few} days.",
        "Results of the remaining blood tests to be followed up by the ward.",
    ),
    "procedure": (
        "Listed for a biopsy as a day case, date to be confirmed.",
        "Endoscopy requested as an outpatient.",
        "Sutures to come out in {few} days at the practice.",
        "Lung function tests to be arranged after discharge.",
        "To come back on {later} for the planned procedure.",
        "Nerve conduction studies have been requested.",
    ),
    "medication": (
        "Continue {drug} until seen in clinic.",
        "GP please review the dose of {drug} in {weeks} weeks.",
        "To finish the course of tablets in {few} days and then stop.",
        "Please restart {drug} if blood pressure allows.",
        "Do not restart {drug} until reviewed.",
        "Please add {drug} to the repeat prescription.",
    ),
    "imaging": (
        "Repeat scan in {few} months to look for change.",
        "Please arrange an ultrasound as an outpatient.",
        "Follow-up chest radiograph in {weeks} weeks.",
        "MRI has been requested and the date will be sent by post.",
        "Outpatient CT on {later}.",
        "Echocardiogram to be done before the next appointment.",
    ),
    "patient instructions": (
        "Return to hospital if symptoms come back or get worse.",
        "Avoid driving until reviewed.",
        "Drink plenty of fluids and rest for {few} days.",
        "No heavy lifting for {weeks} weeks.",
        "Call the ward on {phone} with any concerns.",
        "Keep a diary of symptoms and bring it to the clinic.",
    ),
    "other": (
        "District nurse referral made for dressings.",
        "Social worker to contact the family about care at home.",
        "Occupational therapy to visit at home in {few} weeks.",
        "Letter for the employer to be sent by post.",
        "Community physiotherapy has been requested.",
        "Copy of this letter to the patient at {address}.",
    ),
}
"""Templates by kind."""
