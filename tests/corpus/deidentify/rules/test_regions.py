import pytest

from tests.corpus.deidentify.finding import found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("residing in Upstate NY", "Upstate NY"),
        ("from downtown LA, a man", "downtown LA"),
        ("lives in the South Side of Zelbrook", "South Side of Zelbrook"),
        ("address is 42nd Street, seen", "42nd Street"),
        ("from Maple Ave in May", "Maple Ave"),
        ("lives in Bend, OR and works", "Bend, OR"),
        ("lives in Mobile, Alabama", "Mobile, Alabama"),
        ("near Quarmton, Mass. since", "Quarmton, Mass."),
        ("our Coral Gables office", "Coral Gables"),
        ("from the Bronx who", "Bronx"),
        ("he lives in chicago now", "chicago"),
        ("seen at johns hopkins", "johns hopkins"),
    ],
)
def test_parts_of_towns_streets_and_towns_with_their_state(text, value):
    assert value in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "in Liver, CA was found; in the Left Lower Field; of the Colles Ridge",
        "a diet of great falls and a long island flap, in the mobile phone, from reading",
        "metastasis in Bone, MS excluded",
    ],
)
def test_what_is_no_region(text):
    assert found(text) == []
