"""YAML as a study file and `--set` have it: every fault of the text is one error with its line, and none takes long."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

MOST_LEVELS = 64
"""Lists and mappings inside each other."""
MOST_VALUES = 50_000
"""Keys, values, lists and mappings in all, those behind an alias counted wherever it stands."""


def read_yaml(text: str) -> Any:
    """The plain values of a YAML document; None for an empty one.

    Raises
    ------
    yaml.YAMLError
        For whatever is wrong with it: PyYAML itself also raises other errors, and takes very long for some documents.
    """
    loader = _Loader(text)  # finds characters that YAML forbids
    try:
        return loader.get_single_data()
    except (ValueError, OverflowError) as error:  # an escape such as "\UFFFFFFFF"
        raise yaml.MarkedYAMLError(None, None, f"not readable: {error}", loader.get_mark()) from error
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    """A safe loader that ends with a `yaml.YAMLError` for any fault and bounds how deep and how large values are.

    A key given twice is a mistake: YAML 1.2 forbids it, and PyYAML keeps the last in silence.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._level, self._values = 0, 0
        self._sizes: dict[int, int] = {}
        """Values in each node that has been read, by its identity; not yet in one whose end has not come."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Read the next node with all that is in it."""
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        mark: Any = event.start_mark
        before = self._values
        if self._level == MOST_LEVELS:
            what = f"more than {MOST_LEVELS} lists and mappings inside each other"
            raise ComposerError(None, None, what, mark)
        self._level += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self._level -= 1
        if isinstance(event, yaml.AliasEvent):
            if id(node) not in self._sizes:
                raise ComposerError(None, None, "a value that holds itself", mark)
            self._values += self._sizes[id(node)]
        else:
            self._values += 1
            self._sizes[id(node)] = self._values - before
        if self._values > MOST_VALUES:
            raise ComposerError(None, None, f"more than {MOST_VALUES:,} values, aliases counted", mark)
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """The value of a node."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
            kind = node.tag.rpartition(":")[2]
            raise ConstructorError(None, None, f"not a value of the kind {kind}", node.start_mark) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The values of a mapping, each key once."""
        seen = set()
        # a list may be tagged as a set: PyYAML then says that it expected a mapping
        for key_node, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise ConstructorError(None, None, f"the key {key!r} is given twice", key_node.start_mark)
                seen.add(key)
        return super().construct_mapping(node, deep)
