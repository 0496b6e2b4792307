import stat

import pytest

from tests.corpus.review.made import QUILLFEATHER, TEXT, answer, finding, judgement, said
from wardspace.core.errors import CorpusError
from wardspace.corpus.review.kept import judgement_file, latest_done, read_judgements


def judged(note_id="n1", *, done=True, verdict="accepted"):
    return judgement(TEXT, [finding(QUILLFEATHER)], answer(said(verdict, QUILLFEATHER, found=0), done=done), note_id)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "review.jsonl"


def test_what_was_said_is_on_the_disk_at_once(path):
    with judgement_file(path) as file:
        file.add(judged("n1"))
        assert read_judgements(path) == [judged("n1")]
        file.add(judged("n2", done=False))
        assert read_judgements(path) == file.lines == [judged("n1"), judged("n2", done=False)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_line_that_was_cut_off_spoils_nothing(path):
    with judgement_file(path) as file:
        file.add(judged("n1"))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert read_judgements(path) == [judged("n1")]
    with judgement_file(path) as file:
        file.add(judged("n2"))
    assert read_judgements(path) == [judged("n1"), judged("n2")]


def test_a_full_disk_leaves_what_was_there(path, monkeypatch):
    with judgement_file(path) as file:
        file.add(judged("n1"))

        def full(_):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched, pytest.raises(Exception, match="No space left"):
            patched.setattr("wardspace.corpus.journal.os.fsync", full)
            file.add(judged("n2"))
        assert file.lines == read_judgements(path) == [judged("n1")]


def test_a_damaged_line_is_named_and_not_quoted(path):
    with judgement_file(path) as file:
        file.add(judged())
    path.write_bytes(path.read_bytes() + b'{"note_id": "zebrafish"}\n')
    with pytest.raises(CorpusError, match="a line that is no judgement") as caught:
        read_judgements(path)
    assert caught.value.where == f"{path}, line 2"
    assert "zebrafish" not in str(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(CorpusError, match="no such file"):
        read_judgements(path.with_name("none.jsonl"))


def test_two_reviews_at_once_are_refused(path):
    with judgement_file(path), pytest.raises(CorpusError, match="another review"):
        judgement_file(path)
    judgement_file(path).__exit__(None, None, None)


def test_opening_a_note_again_takes_nothing_back():
    done, opened = judged(), judged(done=False, verdict="rejected")
    assert list(latest_done([done, opened]).values()) == [done]
    last = judged(verdict="rejected")
    assert list(latest_done([done, opened, last]).values()) == [last]
