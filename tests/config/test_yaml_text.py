"""Whatever a study file holds, reading it ends soon, with values or with a fault that has a line."""

from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wardspace.config import load_study, parse_study
from wardspace.config.yaml_text import MOST_LEVELS, MOST_VALUES, read_yaml
from wardspace.core.errors import StudyError

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
)
FAULTS = {
    "an impossible date": ("name: x\nday: 2024-02-30\n", 2),
    "an impossible time": ("name: x\nday: 2024-02-03 25:00:00\n", 2),
    "a zone that is none": ("day: 2024-02-03 10:00:00 +99:00\n", 1),
    "a word for a number": ("name: x\n\nbudget: !!int foo\n", 3),
    "nothing for a number": ('budget: !!int ""\n', 1),
    "a word for a float": ("budget: !!float foo\n", 1),
    "a word for a truth": ("a: !!bool foo\n", 1),
    "a word for a time": ("a: !!timestamp foo\n", 1),
    "a number of 5,000 digits": (f"a: {'9' * 5000}\n", 1),
    "a tag of Python": ("name: x\na: !!python/object/apply:os.getcwd []\n", 2),
    "a key twice": ("name: x\nb: 1\nname: y\n", 3),
    "a list as a key": ("? [a]\n: b\n", 1),
    "a sign out of range": ('name: x\na: "\\UFFFFFFFF"\n', 2),
    "deep lists": ("name: x\na: " + "[" * 100_000, 2),
    "deep mappings": ("name: x\na: " + "{a: " * 100_000, 2),
    "deep blocks": ("name: x\na:\n  " + "- " * 10_000 + "x\n", 3),
    "a bomb of aliases": (BOMB, None),
    "a value that holds itself": ("name: x\na: &a [1, *a]\n", 2),
    "a mapping that holds itself": ("name: x\na: &a\n  b: *a\n", 3),
    "very many values": ("a: [" + "1," * (MOST_VALUES + 10) + "]\n", 1),
    "a merge": ("a: &a {b: 1}\nc:\n  <<: *a\n", 3),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_study_file_at_fault_is_told_with_its_line(tmp_path, name):
    text, line = FAULTS[name]
    path = tmp_path / "study.yaml"
    path.write_text(text)
    with pytest.raises(StudyError) as told:
        load_study(path)
    assert str(path) in told.value.where
    if line:
        assert f"line {line}, column " in told.value.where
    assert len(str(told.value)) < 1000


@pytest.mark.parametrize(
    "value", ["!!int foo", "[" * 100_000, "[2024-02-30]", "&a [*a]", '"\\UFFFFFFFF"', "{a: 1, a: 2}"]
)
def test_a_value_of_set_at_fault_is_told(value):
    with pytest.raises(StudyError, match="the value is not YAML"):
        parse_study({}, [f"name={value}"])


def test_a_key_of_set_may_not_be_deep():
    with pytest.raises(StudyError, match="parts"):
        parse_study({}, ["a." * 100_000 + "a=1"])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.dates() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans())
@settings(max_examples=200, deadline=None)
def test_what_is_sound_reads_as_pyyaml_reads_it(value, flow):
    text = yaml.safe_dump([value, value], default_flow_style=flow)  # the second is an alias, where it is no scalar
    assert read_yaml(text) == yaml.safe_load(text)


PIECES = st.sampled_from(
    [*"[]{}:,-?!&*|>'\"#%@ \n\t\\", "!!int ", "!!timestamp ", "&a ", "*a", "<<: ", "2024-13-01", "a", "0x", "1:2",
     "---\n", "!!set ", "!!omap ", "!!binary ", "\\U", "\x00", "\ud800", "é"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
@example("!!set \n-")
@settings(max_examples=500, deadline=None)
def test_no_text_raises_anything_else(text):
    with suppress(yaml.YAMLError):
        read_yaml(text)


def test_levels_up_to_the_limit_are_read():
    value = read_yaml("[" * (MOST_LEVELS - 1) + "1" + "]" * (MOST_LEVELS - 1))
    for _ in range(MOST_LEVELS - 1):
        (value,) = value
    assert value == 1
    with pytest.raises(yaml.YAMLError):
        read_yaml("[" * MOST_LEVELS + "1" + "]" * MOST_LEVELS)
