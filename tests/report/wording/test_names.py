from __future__ import annotations

from wardspace.report.wording.names import explained, meanings, metric_name, metric_order, setting_name
from wardspace.tasks import KINDS


def test_a_kind_of_task_has_its_own_order_and_words():
    """Several kinds share names of metrics and settings."""
    for name, kind in KINDS.items():
        assert metric_order(name) == list(kind.words.metrics)
        assert meanings(name) == kind.words.meaning
        assert all(setting_name(setting, name) == told for setting, told in kind.words.settings.items())
        terms = dict(kind.words.glossary)
        for metric in kind.words.metrics:
            term = next((term for term in terms if term.lower() == metric_name(metric).lower()), None)
            assert term is None or explained(metric, name) == terms[term]


def test_where_the_kind_is_not_known_all_are_asked_in_their_order():
    every = [metric for kind in KINDS.values() for metric in kind.words.metrics]
    assert metric_order() == list(dict.fromkeys(every))
    assert setting_name("head") == next(k.words.settings["head"] for k in KINDS.values() if "head" in k.words.settings)
