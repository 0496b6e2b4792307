import pytest

from wardspace.config import BlendConfig, CategoryConfig, DeclutrConfig, MlmConfig, PairsConfig

COLUMNS = ["note_type", "ward"]


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        (MlmConfig(probability=0.2), "predicts hidden words from their context (20% of tokens)"),
        (MlmConfig(whole_words=True), "predicts hidden whole words from their context (15% of tokens)"),
        (DeclutrConfig(mlm_weight=0), "without masked words"),
        (
            DeclutrConfig(anchors=1, temperature=0.07),
            "1 anchor, 2 positives, spans of 32 to 256 tokens, temperature 0.07",
        ),
        (DeclutrConfig(learn_temperature=True), "temperature starting at 0.05, learned"),
        (DeclutrConfig(spans="paper"), "short notes are left out, as in the paper"),
        (CategoryConfig(), "predicts the note's note_type and ward (weight 0.1), and predicts hidden words"),
        (CategoryConfig(columns=["ward"], loss="supcon"), "notes with the same ward together"),
        (
            PairsConfig(columns=["title"]),
            "text of their own title and away from those of others, except",
        ),
        (
            BlendConfig(weight=2),
            "(400 dimensions, weight 2), each note pulled towards its 10",
        ),
        (BlendConfig(keep=0.35), "(the Human Phenotype Ontology, 0.35 tokens for each token of the notes)"),
        (BlendConfig(keep=1, texts="/home/me/public.txt"), "other texts (public.txt, 1 tokens"),
    ],
)
def test_objectives_in_words(objective, words):
    assert words in objective.description(COLUMNS)


def test_contrast_alone_says_nothing_of_masked_words():
    assert "hidden" not in CategoryConfig(mlm_weight=0).description(COLUMNS)


@pytest.mark.parametrize(
    ("objective", "learned"),
    [
        (MlmConfig(), []),
        (DeclutrConfig(), []),
        (CategoryConfig(), COLUMNS),
        (CategoryConfig(columns=["ward"]), ["ward"]),
        (PairsConfig(columns=["title"]), ["title"]),
        (BlendConfig(), []),
        (BlendConfig(across="metadata"), COLUMNS),
        (BlendConfig(across=["ward"]), ["ward"]),
    ],
)
def test_columns_that_an_objective_learns_from(objective, learned):
    assert objective.learned_from(COLUMNS) == learned


def test_words_are_needed_only_to_mask_whole_ones():
    whole = MlmConfig(whole_words=True)
    assert [MlmConfig().needs_words(), whole.needs_words()] == [False, True]
    assert DeclutrConfig(mlm=whole).needs_words()
    assert not DeclutrConfig(mlm=whole, mlm_weight=0).needs_words()
    assert not CategoryConfig(mlm=whole, mlm_weight=0).needs_words()


def test_metadata_by_name_in_the_place_of_all():
    assert BlendConfig(across="metadata").with_metadata(["ward"]).across == ["ward"]
    assert BlendConfig(across=["age"]).with_metadata(["ward"]).across == ["age"]
