"""What is public has a docstring, and the site finds it."""

import importlib
import inspect

import pytest

from wardspace.config import study_keys
from wardspace.config.fields import FieldsConfig
from website.commands import commands
from website.public import ROOMS, defining_module, public_names

NAMES = [name for room in ("", *ROOMS) for name in public_names(room)]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name.room}.{name.name}")
def test_every_public_name_says_what_it_is(name):
    assert len(name.doc.split()) >= 2


def test_methods_of_public_classes_say_what_they_do():
    silent = [
        f"{name.room}.{name.name}.{member}"
        for name in NAMES
        if inspect.isclass(name.value)
        for member, value in vars(name.value).items()
        if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property))
        if not inspect.getdoc(value)
    ]
    assert silent == []


def test_every_key_and_option_says_what_it_means():
    assert [key.place for key in [*study_keys(), *study_keys(FieldsConfig)] if len(key.help.split()) < 2] == []
    assert [name for name, command in commands().items() if not command.help] == []
    assert [(name, one.name) for name, command in commands().items() for one in command.params if not one.help] == []


@pytest.mark.parametrize(
    ("module", "name", "home"),
    [
        ("wardspace", "Encoder", "wardspace.models.encoder"),
        ("wardspace.corpus", "Corpus", "wardspace.corpus.corpus"),
        ("wardspace.models", "BASES", "wardspace.models.files.bases"),
    ],
)
def test_a_name_is_followed_to_where_it_is_defined(module, name, home):
    assert defining_module(module, name) == home
    assert hasattr(importlib.import_module(home), name)
