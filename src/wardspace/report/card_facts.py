"""What a card tells beyond the results: years of the notes, the machine, the energy."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CardFacts:
    """Facts of a run that results.json does not hold; what is not known stays empty, and the card says so."""

    years: tuple[int, int] | None = None
    """First and last year of the notes' times."""
    machine: str | None = None
    """Kind of hardware, without any name of it."""
    kilowatt_hours: dict[str, float] = field(default_factory=dict)
    """Energy of training that `wardspace plan` worked out, by model."""
