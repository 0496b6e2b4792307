"""The terms of the notes in a card."""

from wardspace.config import TermsConfig
from wardspace.report.card.terms import TERMS, with_terms

CARD = "# model\n\n## Scores\n\nhigh\n\n## Citation\n\nus\n"


def test_terms_are_added_once_and_renewed():
    first = with_terms(CARD, TermsConfig(licence="CC0-1.0"))
    second = with_terms(first, TermsConfig(agreement="DUA\n17"))
    assert first.count(f"## {TERMS}") == second.count(f"## {TERMS}") == 1
    assert "CC0-1.0" in first and "CC0-1.0" not in second and "DUA 17" in second
    assert second.startswith(CARD.rstrip())


def test_without_terms_the_card_is_as_it_was():
    assert with_terms(CARD, TermsConfig()) == CARD
    assert with_terms(with_terms(CARD, TermsConfig(export="forbidden")), TermsConfig()).rstrip() == CARD.rstrip()
