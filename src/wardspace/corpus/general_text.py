"""A short text in plain general English, to compare the tokenizer's pieces per word on notes with."""

GENERAL_TEXT = (
    "The morning train leaves the harbour a little after seven, and on most days half of its seats are empty. "
    "People who live along the coast take it to the market, where they sell bread, eggs and whatever grew in the "
    "garden that week. The journey is slow because the track follows every bend of the shore.",
    "When the old bridge was closed for repair, the town council asked the schools to start an hour later. Some "
    "parents were pleased, since breakfast became a quiet meal again; others had to find new ways of getting to "
    "work on time. After three months almost nobody wanted to go back to the former hours.",
    "My neighbour keeps a small workshop behind her house. She mends chairs, sharpens knives and once built a "
    "boat that was too wide for the gate. We took the fence down on a Sunday, carried the boat to the river and "
    "put the fence up again before it was dark.",
    "Weather forecasts have become much better over the past forty years. A prediction for the next five days is "
    "now about as reliable as one for three days used to be. The gain comes from satellites, from faster "
    "computers and from a clearer understanding of how small errors grow.",
    "To cook rice well you need a heavy pot with a lid that fits. Wash the grains until the water runs clear, let "
    "them rest for a while, and use a little more water than rice. Once it boils, turn the heat down and leave "
    "the lid alone.",
    "The library bought a collection of letters written by two sisters who moved to different countries as young "
    "women. They wrote to each other every week about prices, friends, music and the price of coal. Historians "
    "value such letters because they describe ordinary days that no newspaper would have mentioned.",
)
"""About three hundred words in six paragraphs on everyday matters."""
