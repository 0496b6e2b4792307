"""Second editions: the same note filed again with a small change."""

from __future__ import annotations

from wardspace.synthetic.gold import Fragment
from wardspace.synthetic.scene import Scene

_FEWEST_TO_DROP = 5
_ADDENDA = (
    "Addendum: reviewed and agreed, Dr {consultant}.",
    "Amended {today}: typing error corrected.",
    "Version 2, checked by Dr {consultant}.",
    "Addendum {clock}: discussed with the {relation}, no change to the above.",
)


def edition(sections: list[Fragment], scene: Scene) -> list[Fragment]:
    """The same sections with one left out from the middle, or with a line added at the end."""
    if len(sections) >= _FEWEST_TO_DROP and scene.rng.random() < 0.4:
        at = scene.rng.randrange(2, len(sections) - 1)
        return [*sections[:at], *sections[at + 1 :]]
    writer = scene.writer()
    writer.sentence(scene.pick(_ADDENDA))
    return [*sections, writer.fragment()]
