import pytest
import torch

from tests.fixtures.models import tiny_model
from wardspace.core.errors import ModelError
from wardspace.models import LanguageModel
from wardspace.models.heads.lm_head_file import HEAD_FILE, load_head, save_head


@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert", "modernbert", "mpnet"])
def test_an_encoder_with_its_kept_head_predicts_as_before(tmp_path, family):
    whole = LanguageModel.load(tiny_model(tmp_path / "base", family))
    whole.to_encoder().save(tmp_path / "adapted")
    save_head(whole, tmp_path / "adapted")
    again = LanguageModel.load(tmp_path / "adapted", seed=5)
    assert again.head_is_new
    assert load_head(again, tmp_path / "adapted")
    assert not again.head_is_new
    rows = torch.randn(4, whole.dimension)
    torch.testing.assert_close(again.logits(rows), whole.logits(rows))


def test_an_untrained_head_is_not_kept(tmp_path):
    masked = LanguageModel.load(tiny_model(tmp_path / "base", masked_head=False))
    save_head(masked, tmp_path)
    assert not (tmp_path / HEAD_FILE).exists()
    assert not load_head(masked, tmp_path)
    assert masked.head_is_new


def test_damaged_and_foreign_heads_are_refused(tmp_path):
    bert, roberta = (LanguageModel.load(tiny_model(tmp_path / name, name)) for name in ("bert", "roberta"))
    save_head(bert, tmp_path)
    with pytest.raises(ModelError, match="another model"):
        load_head(roberta, tmp_path)
    (tmp_path / HEAD_FILE).write_bytes(b"no tensors")
    with pytest.raises(ModelError, match="damaged"):
        load_head(bert, tmp_path)
