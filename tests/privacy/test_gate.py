import pytest

from wardspace.config import PrivacyConfig
from wardspace.core.errors import RunError
from wardspace.privacy import Audit, gate_verdict

NEAR_CHANCE = {"value": 0.52, "low": 0.44, "high": 0.6}


def made(**changes):
    values = {
        "wardspace": "0",
        "study": "s",
        "model": "m",
        "weights": "abc",
        "corpus": "c",
        "synthetic": True,
        "confidence": 0.95,
        "canaries": {
            "scored_by": "lots",
            "candidates": 255,
            "frequencies": [
                {"frequency": 4, "secrets": 9, "first": 0, "exposure": {"value": 1.4, "low": 0.8, "high": 2.2}}
            ],
        },
        "membership": {
            "members": 99,
            "others": 99,
            "attacks": [{"name": "loss", "auc": NEAR_CHANCE, "tpr": {"value": 0.02, "low": 0.0, "high": 0.04}}],
        },
        "not_measured": {"recovery": "no names"},
    }
    return values | changes


def exposed(value, low):
    canaries = made()["canaries"]
    canaries["frequencies"][0]["exposure"] = {"value": value, "low": low, "high": 8.0}
    return made(canaries=canaries)


def faults(values, weights="abc", **privacy):
    return gate_verdict(Audit.model_validate(values), PrivacyConfig(**privacy), weights).faults


def test_figures_within_limits_pass():
    assert faults(made()) == []
    assert gate_verdict(Audit.model_validate(made()), PrivacyConfig(), "abc").passed


def test_a_figure_over_its_limit_is_named_with_its_limit():
    (fault,) = faults(exposed(5.0, 3.5))
    assert "exposure of secrets in 4 notes (bits): 5 (3.5 to 8), and the limit is 3" in fault


def test_what_chance_might_give_is_not_over():
    assert faults(exposed(5.0, 1.2)) == []


def test_limits_are_those_of_the_study():
    assert faults(exposed(5.0, 3.5), limits={"exposure": 6}) == []
    assert len(faults(made(), limits={"exposure": 1.0, "membership_auc": 0.5})) == 0
    attack = {"name": "loss", "auc": {"value": 0.58, "low": 0.53, "high": 0.63}, "tpr": None}
    told = made(membership={"members": 99, "others": 99, "attacks": [attack]})
    assert faults(told) == []
    assert len(faults(told, limits={"membership_auc": 0.55})) == 1


def test_a_missing_audit_and_one_of_other_weights_are_refused():
    assert gate_verdict(None, PrivacyConfig(), "abc").faults == ["it has not been audited"]
    (fault,) = faults(made(), weights="abd")
    assert "other weights" in fault


def test_what_is_required_must_have_been_measured():
    values = made(canaries=None, not_measured={"canaries": "none were planted"})
    assert faults(values) == ["canaries not measured: none were planted"]
    assert faults(values, required=["membership"]) == []
    assert faults(made(), required=["recovery"]) == ["recovery not measured: no names"]


def test_names_given_away_are_judged_by_their_rise():
    rise = {"value": 0.3, "low": 0.2, "high": 0.4}
    found = {"name": "names filled in", "model": rise, "base": NEAR_CHANCE, "rise": rise, "n": 50}
    assert len(faults(made(recovery=[found]))) == 1
    assert faults(made(recovery=[found]), limits={"identifier_recovery": 0.35}) == []


def test_an_audit_is_read_as_it_was_written(tmp_path):
    audit = Audit.model_validate(made())
    audit.write(tmp_path)
    assert Audit.read(tmp_path) == audit
    assert Audit.read(tmp_path / "none") is None


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 1}', '{"version": 99}'])
def test_a_damaged_audit_is_a_fault_and_no_pass(tmp_path, text):
    (tmp_path / "audit.json").write_text(text)
    with pytest.raises(RunError, match="audit"):
        Audit.read(tmp_path)


@pytest.mark.parametrize(
    ("value", "low"), [("nan", "nan"), ("nan", 0.1), (5.0, "nan"), ("inf", 3.0), ("-inf", "-inf"), (1.0, "nan")]
)
def test_what_is_no_number_does_not_pass(value, low):
    (fault,) = faults(exposed(float(value), float(low)))
    assert f"exposure of secrets in 4 notes (bits): {float(value):.3g}" in fault
