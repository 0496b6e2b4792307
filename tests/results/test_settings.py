import pytest

from wardspace.results import SettingRecord


@pytest.mark.parametrize(
    ("trained", "tuning"),
    [("nothing", "frozen"), ("head", "frozen"), ("adapters", "finetune"), ("model", "finetune")],
)
def test_predictions_are_stored_by_what_is_trained_and_not_by_a_name(trained, tuning):
    record = SettingRecord(name="anything", family="few-shot", trained=trained)
    assert record.tuning == tuning
    assert "tuning" not in record.model_dump()
