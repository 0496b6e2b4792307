"""What may be done with what was learned from the notes."""

from __future__ import annotations

from typing import Literal

from wardspace.config.section import Section

Permission = Literal["allowed", "forbidden"]


class TermsConfig(Section):
    """The terms under which the notes were given. Cards and exports carry them; commands refuse what they forbid."""

    licence: str | None = None
    """Licence of the notes, such as `CC0-1.0` or `PhysioNet Credentialed Health Data License 1.5.0`."""
    agreement: str | None = None
    """The data use agreement: its name or number, and who signed it."""
    export: Permission = "allowed"
    """Whether adapted models may leave the run folder; `wardspace export` refuses if `forbidden`."""
    serve: Permission = "allowed"
    """Whether adapted models may answer others; `wardspace serve` refuses if `forbidden`."""

    @property
    def stated(self) -> bool:
        """Whether the study says anything of them."""
        return self != TermsConfig()
