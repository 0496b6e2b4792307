import xml.etree.ElementTree as ET

from wardspace.report import write_figures


def test_figures_stand_alone(results, tmp_path):
    written = write_figures(results, tmp_path / "figures")
    assert [path.name for path in written] == [
        "few-shot-specialty.svg",
        "few-shot-severity.svg",
        "alignment-uniformity-specialty.svg",
        "alignment-uniformity-severity.svg",
        "alignment-uniformity-note_type.svg",
    ]
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert "var(--" not in text
        root = ET.fromstring(text)
        assert root.get("aria-label")
        words = " ".join(element.text or "" for element in root.iter())
        assert "mlm-declutr" in words


def test_a_columns_name_cannot_leave_the_folder(results, tmp_path):
    space = [score.model_copy(update={"column": "../../x y"}) for score in results.space if score.column == "severity"]
    space += [score for score in results.space if score.column == "*"]
    changed = results.model_copy(update={"space": space, "scores": [], "classes": {}})
    (path,) = write_figures(changed, tmp_path / "figures")
    assert path == tmp_path / "figures" / "alignment-uniformity-x-y.svg"
    assert path.is_file()
