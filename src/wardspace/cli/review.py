"""`wardspace prepare --review`: a local page on which a person looks at random redactions."""

from __future__ import annotations

from pathlib import Path

from wardspace.core.progress import say


def review(study: Path, overrides: list[str], out: Path | None, *, notes: int, port: int | None) -> None:
    """Prepare the corpus if need be, then serve the page until Ctrl-C and tell the estimate."""
    from wardspace.config import load_study
    from wardspace.corpus.review.review import detectors_of
    from wardspace.serve import Loopback, need_serve

    config = load_study(study, overrides)
    detectors_of(config.corpus)
    need_serve()
    say(f"study {config.name}: reading the libraries …")

    from wardspace.corpus.review.estimate import estimate_lines
    from wardspace.corpus.review.review import Review
    from wardspace.report.wording import counted
    from wardspace.serve.review_app import review_app
    from wardspace.study import Study

    asked = Study(config, out)
    with Loopback(port) as place, asked.review_opened() as file:
        corpus = asked.run(until="prepare", apply_review=False)
        drawn = Review.draw(config.corpus, notes, file, corpus)
        say(f"• review: {counted(len(drawn.notes), 'note')}, {sum(drawn.done)} done; judgements go to {file.path}")
        if len(drawn.notes) < notes:
            say(f"  note: the source has no more, at one note a patient, than these {len(drawn.notes)}")
        say(f"  open {place.address}")
        say("  whoever has this address sees the notes; Ctrl-C ends the review, and the same command goes on with it")
        place.serve(review_app(drawn))
    for line in estimate_lines(drawn.estimate):
        say(f"  {line}")
    say(f"✓ {file.path}: the next `wardspace prepare` takes out what was marked there")
