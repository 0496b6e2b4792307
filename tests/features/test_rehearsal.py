from __future__ import annotations

from tests.fixtures.studies import small_study
from wardspace.core.files import read_json
from wardspace.study import Study


def test_other_texts_in_the_same_file_train_the_model_anew(tmp_path):
    texts = tmp_path / "public.txt"
    texts.write_text("\n".join(f"fever for {i} days and a cough" for i in range(40)))
    blend = {"dimensions": 4, "keep": 0.5, "texts": str(texts)}
    adapt = [{"name": "kept", "objectives": [{"blend": blend}]}]
    study = Study.parse(small_study(tmp_path, adapt=adapt, budget={"tokens": 1500}), tmp_path / "run")
    study.show_progress = False

    def moment():
        study.run(until="adapt")
        return (tmp_path / "run/models/kept/cost.json").stat().st_mtime_ns

    first = moment()
    (cost,) = read_json(tmp_path / "run/models/kept/cost.json")
    assert set(cost["losses"][0]["parts"]) == {"blend", "keep"}
    assert moment() == first
    texts.write_text("\n".join(f"no fever for {i} days" for i in range(40)))
    assert moment() != first
