from wardspace.privacy import Audit, Check, Verdict
from wardspace.privacy.record import Figure
from wardspace.report.card.audit import NOT_TESTED, with_audit

OVER = Check("exposure of secrets in 4 notes (bits)", Figure(value=6, low=5, high=7), 1.44, 3)
WITHIN = Check("membership by loss: AUC", Figure(value=0.52, low=0.45, high=0.6), 0.5, 0.6)
CARD = f"# m\n\n## Scores\n\nhigh\n\n## Privacy audit\n\n{NOT_TESTED}\n\n## Use\n\nopen it\n"
AUDIT = Audit(
    wardspace="0",
    study="s",
    model="m",
    weights="w",
    corpus="c",
    synthetic=True,
    confidence=0.95,
    not_measured={"recovery": "no names"},
)


def test_figures_stand_before_the_use():
    card = with_audit(CARD, AUDIT, Verdict([WITHIN], []))
    assert card.index("## Privacy audit") < card.index("membership by loss: AUC") < card.index("## Use")
    assert "0.52 (0.45 to 0.6)" in card
    assert "**" not in card
    assert "Not measured: recovery (no names)" in card
    assert "synthetic" in card
    assert card.endswith("open it\n")


def test_an_audited_card_no_longer_says_that_nothing_was_tested():
    assert NOT_TESTED not in with_audit(CARD, AUDIT, Verdict([WITHIN], []))
    assert NOT_TESTED in with_audit(CARD, None, Verdict([], ["it has not been audited"]), "why not")


def test_a_model_over_the_limits_is_marked_as_such():
    card = with_audit(CARD, AUDIT, Verdict([OVER, WITHIN], ["exposure is over"]))
    assert "**It does not pass" in card
    assert "- exposure is over" in card
    assert "| over |" in card


def test_the_reason_stands_in_one_line_and_only_where_the_gate_refuses():
    refused, passed = Verdict([OVER], ["exposure is over"]), Verdict([WITHIN], [])
    assert "Reason given: stays in the house" in with_audit(CARD, AUDIT, refused, "stays in\nthe house")
    assert "Reason given" not in with_audit(CARD, AUDIT, passed, "stays in the house")


def test_a_card_without_a_use_section_gets_it_at_the_end():
    assert with_audit("# m\n", AUDIT, Verdict([WITHIN], [])).startswith("# m\n\n## Privacy audit")
