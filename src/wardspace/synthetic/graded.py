"""Wording that leans with how ill someone is: five steps a cue, from well to gravely ill, none of them decisive.

The steps share their vocabulary on purpose: who reads one word learns little.
"""

from __future__ import annotations

from collections.abc import Mapping

Steps = tuple[tuple[str, ...], ...]

TEMPO: Steps = (
    (
        "This has been present on and off for several years without much change",
        "Symptoms have been stable for many months and were picked up at a routine check",
        "{He} has lived with this for years and it rarely stops {him} doing anything",
        "It was found by chance during checks for something else",
    ),
    (
        "Symptoms have crept up over the past few months",
        "There has been a slow change over about {few} weeks, with good days in between",
        "{He} thinks things have been a little worse since the spring",
        "It comes and goes, perhaps slightly more often over the last {few} weeks",
    ),
    (
        "Symptoms have built up over the past {few} weeks and {he} has cut down on activity",
        "Things have been getting worse over {few} days and {he} is managing less at home",
        "There has been a clear change over the last fortnight",
        "{He} had been coping until about {few} days ago and has struggled since",
    ),
    (
        "{He} has gone downhill over the last two days",
        "This came on over {few} hours and has kept getting worse",
        "There was a sharp change the evening before and {he} has not picked up since",
        "Worse through the night, and the family called for help early in the morning",
    ),
    (
        "This came on suddenly and {he} was brought straight in",
        "{He} deteriorated quickly over about an hour and was brought in by the crew",
        "There was an abrupt change while at home and {he} could not give an account of it afterwards",
        "Very rapid change over the course of the morning despite first treatment",
    ),
)
"""How fast it came."""

LOOKS: Steps = (
    (
        "{He} looks well and is up and dressed",
        "Comfortable and chatting, no concerns at present",
        "Bright, alert and walking about the bay",
        "Well in {himself}, reading the paper",
    ),
    (
        "{He} looks comfortable at rest but tires on the stairs",
        "Generally settled, a little washed out",
        "Not distressed, sitting out in the chair",
        "Comfortable when still, less so on moving about",
    ),
    (
        "{He} looks tired and a bit uncomfortable",
        "Looks under the weather, needs one to help to the bathroom",
        "Uncomfortable at times, settles with help",
        "Off colour and slow to mobilise",
    ),
    (
        "{He} looks unwell and prefers to stay in bed",
        "Clammy and uncomfortable, tired by talking",
        "Pale, restless and needs two to transfer",
        "Not {himself}, drowsy at times but rousable",
    ),
    (
        "{He} looks very unwell and speaks only a few words at a time",
        "Grey, sweaty and not keeping eyes open for long",
        "Exhausted, does not settle in any position",
        "Responds to voice, cool to the elbows",
    ),
)
"""How the patient looks."""

COPING: Steps = (
    (
        "{He} is independent and walks the dog every day",
        "Still working full time and driving",
        "{He} manages everything at home without help",
        "Usual activities are not affected",
    ),
    (
        "{He} manages at home but takes longer over the shopping",
        "Independent, with some help from the family for heavy tasks",
        "{He} has had the odd day off because of it",
        "Can still do most things, at {his} own pace",
    ),
    (
        "{He} needs some help with washing and dressing at the moment",
        "{He} has not been out of the house for a week",
        "Has needed the family to stay over and help with meals",
        "Gets about indoors holding on to the furniture",
    ),
    (
        "{He} has hardly been out of bed for two days",
        "{He} needs help with all care at present",
        "Has not managed the stairs, sleeping in a chair",
        "Barely eating and not managing at home even with help",
    ),
    (
        "{He} is fully dependent for care at present",
        "{He} was found unable to get up from the floor",
        "Not able to take anything by mouth safely",
        "Cannot stand even with two to help",
    ),
)
"""What the patient can do."""

MONITORING: Steps = (
    (
        "Observations once a day are enough",
        "No need for regular observations, can go out with the family",
        "Routine checks only",
        "Observations can be stepped down to daily",
    ),
    (
        "Observations every 12 hours",
        "Continue routine observations and encourage walking",
        "Observations twice a day, let us know if anything changes",
        "Keep an eye on fluids, observations each shift",
    ),
    (
        "Observations every 4 hours",
        "Continue 4 hourly observations with a fluid chart",
        "Repeat observations this evening and ask for review if not better",
        "Regular observations and urine output please",
    ),
    (
        "Hourly observations and strict fluid balance",
        "Observations every hour for now, doctor to review after each set",
        "Keep on the monitor in a bay close to the nurses' station",
        "Repeat bloods in {few} hours and review again",
    ),
    (
        "Observations every 15 minutes until reviewed by the consultant",
        "Continuous monitoring, a nurse to stay with {him}",
        "Stay at the bedside until the outreach nurse arrives",
        "Repeat gas within the hour, keep on full monitoring",
    ),
)
"""How closely the patient is watched."""

ESCALATION: Steps = (
    (
        "Happy for this to be dealt with as an outpatient",
        "No urgency, next routine slot is fine",
        "Can wait for the routine list",
        "No need to stay in for this",
    ),
    (
        "Would be grateful for a look within the next few weeks",
        "Could go home with early review",
        "Short stay expected",
        "Discussed on the round, carry on and review in the week",
    ),
    (
        "Needs to stay in for treatment and review",
        "Should be seen this week rather than wait for the routine list",
        "Registrar to review this afternoon",
        "Not safe to go home yet",
    ),
    (
        "Discussed with the registrar on call, who will see {him} now",
        "Low threshold to call for senior help",
        "Consultant informed and asked to be called with any change",
        "To be seen today, bed requested",
    ),
    (
        "Critical care outreach have been asked to see {him}",
        "Consultant at the bedside, higher level of care being arranged",
        "Discussed with the family how serious this could become",
        "Emergency call put out, team present",
    ),
)
"""Who has to know."""

TREATING: Steps = (
    (
        "No new treatment needed",
        "Carry on with usual tablets",
        "Simple advice given",
        "Nothing to add to the usual treatment",
    ),
    (
        "Treatment changed by mouth only",
        "A short course of tablets was started",
        "Simple measures first, then review",
        "Doses adjusted and to be checked later",
    ),
    (
        "Started on treatment through a drip and to change to tablets when able",
        "Needs fluids and regular pain relief for now",
        "Given oxygen by nasal cannula for comfort",
        "Treatment stepped up after a poor night",
    ),
    (
        "Needed a fluid bolus with some response",
        "On oxygen by mask and treatment through the drip",
        "Second line treatment started as the first did not hold",
        "Needed urgent treatment on arrival and a repeat {few} hours later",
    ),
    (
        "Little response to repeated fluid boluses",
        "High flow oxygen and a second drip needed",
        "Treatment limits to be discussed with the consultant today",
        "Needed support beyond what the ward can give overnight",
    ),
)
"""What had to be done."""

OUTLOOK: Steps = (
    (
        "Low concern overall",
        "Reassured, expect this to settle by itself",
        "Nothing worrying today",
        "Minor problem, likely to stay that way",
    ),
    (
        "Should do well with simple treatment",
        "Mild overall, worth keeping an eye on",
        "Improving slowly, no new worries",
        "Some concern but stable",
    ),
    (
        "Could go either way, needs watching",
        "More than a minor problem, although stable at present",
        "Slow progress so far",
        "Moderate concern, response to treatment will tell",
    ),
    (
        "Worrying picture",
        "At risk of getting worse overnight",
        "Serious concern unless things turn today",
        "Has not responded as hoped",
    ),
    (
        "Grave concern",
        "May not pull through without more support",
        "Very worrying picture, getting worse in spite of treatment",
        "At high risk, everyone involved is aware",
    ),
)
"""What the writer makes of it."""

CUES: Mapping[str, Steps] = {
    "tempo": TEMPO,
    "looks": LOOKS,
    "coping": COPING,
    "monitoring": MONITORING,
    "escalation": ESCALATION,
    "treating": TREATING,
    "outlook": OUTLOOK,
}
"""All cues by name."""

DEGREES: Steps = (
    ("very mild", "occasional", "slight", "long-standing and stable"),
    ("mild", "intermittent", "some", "fairly mild"),
    ("persistent", "troublesome", "moderate", "more frequent"),
    ("marked", "worsening", "considerable", "distressing"),
    ("severe", "intense", "rapidly worsening", "very marked"),
)
"""How much of it."""

PAST_TROUBLE = (
    "Spent a week on the high dependency unit some years ago with an unrelated problem",
    "Was very unwell after an operation years ago, fully recovered",
    "Had one emergency admission in the past, details not available",
    "Previous admissions were all short and routine",
    "Never needed to stay in hospital before",
    "Remembers being told years ago that it was serious, nothing came of it",
)
"""Old stories that say nothing about today."""
