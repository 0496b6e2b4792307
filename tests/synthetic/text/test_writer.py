from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from wardspace.synthetic.patients.ontology import Term
from wardspace.synthetic.text.mentions import Drawn, Findings, Identifies, Named
from wardspace.synthetic.text.style import Style
from wardspace.synthetic.text.writer import Writer, surface

COUGH = Term("HP:0012735", "Cough", "cough", ("coughing",), (), ("respiratory",))
HTN = Term("HP:0000822", "Hypertension", "hypertension", (), ("HTN",), ("cardiology",))
PLAIN = Style()


def write(template, style=PLAIN, seed=0, **slots):
    writer = Writer(Random(seed), style, {"He": "She"})
    placed = writer.sentence(template, **slots)
    return writer, placed


def test_a_template_with_everything_in_it():
    writer, placed = write(
        "{findings} seen by Dr {who}; {drug} given.",
        findings=Findings([COUGH, HTN], negated=True, last=" or "),
        who=Identifies("Lee", "clinician"),
        drug=Named("aspirin", "drug:aspirin"),
    )
    made = writer.fragment()
    assert made.text == "Cough or hypertension seen by Dr Lee; aspirin given."
    assert [(made.text[p.start : p.end], p.hpo_id, p.negated) for p in made.phenotypes] == [
        ("Cough", "HP:0012735", True),
        ("hypertension", "HP:0000822", True),
    ]
    assert [made.text[i.start : i.end] for i in made.identifiers] == ["Lee"]
    assert [made.text[p.start : p.end] for p in placed["drug"]] == ["aspirin"]


def test_the_grade_stands_outside_the_span():
    writer, _ = write("{findings}.", findings=Findings([COUGH], grade="marked"))
    made = writer.fragment()
    assert made.text == "Marked cough."
    assert made.text[made.phenotypes[0].start : made.phenotypes[0].end] == "cough"


def test_a_followup_covers_its_sentence_and_no_blank():
    writer, _ = write("One.")
    with writer.followup("lab"):
        writer.sentence("Repeat bloods.")
    with writer.followup("other"):
        writer.line("Send letter.")
    made = writer.fragment()
    assert made.text == "One. Repeat bloods.\nSend letter."
    assert [made.text[f.start : f.end] for f in made.followups] == ["Repeat bloods.", "Send letter."]


def test_a_relation_joins_what_was_placed():
    writer, placed = write("{drug} for {findings}.", drug=Named("ramipril", "drug:ramipril"), findings=Findings([HTN]))
    writer.relate("treats", placed["drug"][0], placed["findings"][0])
    made, relation = writer.fragment(), writer.fragment().relations[0]
    assert made.text[relation.head_start : relation.head_end] == "Ramipril"
    assert made.text[relation.tail_start : relation.tail_end] == "hypertension"
    assert (relation.head_id, relation.tail_id) == ("drug:ramipril", "HP:0000822")


def test_surface_follows_the_style():
    assert surface(HTN, Style(abbreviates=1.0), Random(0)) == "HTN"
    assert surface(COUGH, Style(lay=1.0), Random(0)) == "coughing"
    assert surface(COUGH, PLAIN, Random(0)) == "cough"


mentions = st.one_of(
    st.builds(Identifies, st.text("abcXYZ09 -", min_size=1).map(lambda s: f"<{s}>"), st.just("name")),
    st.builds(
        Findings,
        st.lists(st.sampled_from([COUGH, HTN]), min_size=1),
        st.booleans(),
    ),
    st.builds(
        lambda names: Drawn([Identifies(f"<{name}>", "phone") for name in names]),
        st.lists(st.text("abc", min_size=1), min_size=1),
    ),
)
styles = st.builds(Style, *[st.floats(0, 1)] * 3, st.booleans())


@given(
    st.lists(
        st.tuples(st.sampled_from(["The patient with history {x}.", "{x}", "Seen: {x} overnight"]), mentions),
        min_size=1,
    ),
    styles,
    st.integers(),
)
def test_spans_hold_whatever_the_author_does(sentences, style, seed):
    writer = Writer(Random(seed), style, {})
    for template, mention in sentences:
        writer.sentence(template, x=mention)
    made = writer.fragment()
    assert len(writer) == len(made.text)
    # identifiers are never misspelt, shortened or put in small letters
    assert all(made.text[i.start] == "<" and made.text[i.end - 1] == ">" for i in made.identifiers)
    assert made.text.count("<") == len(made.identifiers)
    spans = sorted((s.start, s.end) for s in (*made.identifiers, *made.phenotypes))
    assert all(0 <= start < end <= len(made.text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(made.text[p.start : p.end].strip() == made.text[p.start : p.end] for p in made.phenotypes)
