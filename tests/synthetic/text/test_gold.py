from wardspace.synthetic.text.gold import (
    SCHEMA,
    FollowUp,
    Fragment,
    Identifier,
    Phenotype,
    Relation,
    is_offset,
    joined,
    moved,
    records,
)


def test_moving_shifts_offsets_and_nothing_else():
    relation = Relation("treats", 1, 4, 9, 12, "drug:x", "HP:1")
    assert moved(relation, 10) == Relation("treats", 11, 14, 19, 22, "drug:x", "HP:1")
    assert moved(Phenotype(0, 3, "HP:1", True, "family"), 2) == Phenotype(2, 5, "HP:1", True, "family")


def test_joining_keeps_spans_on_their_words():
    first = Fragment("Ann Lee", identifiers=[Identifier(0, 7, "name")])
    second = Fragment("has cough.", phenotypes=[Phenotype(4, 9, "HP:0012735", False, "patient")])
    third = Fragment("See us.", followups=[FollowUp(0, 7, "appointment")])
    whole = joined([first, Fragment(), second, third], gap="\n\n")
    assert whole.text == "Ann Lee\n\nhas cough.\n\nSee us."
    spans = [*whole.identifiers, *whole.phenotypes, *whole.followups]
    assert [whole.text[span.start : span.end] for span in spans] == ["Ann Lee", "cough", "See us."]
    assert first.identifiers == [Identifier(0, 7, "name")]


def test_records_have_the_fields_of_the_schema():
    fragment = Fragment(
        "x",
        [Identifier(0, 1, "name")],
        [Phenotype(0, 1, "HP:1", False, "patient")],
        [Relation("treats", 0, 1, 0, 1, "a", "b")],
        [FollowUp(0, 1, "lab")],
    )
    for column, spans in records(fragment).items():
        names = [part.name for part in SCHEMA.field(column).type.value_type]
        assert list(spans[0]) == names
        assert all(
            is_offset(name) == (SCHEMA.field(column).type.value_type.field(name).type == "int32") for name in names
        )
