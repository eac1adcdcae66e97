"""The table of claims in docs/aws.md. `make docs` writes it, from the markers of the tests and the record of a run."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from infra.project import ROOT
from tests.judges.claims import CLAIMS
from tests.judges.judge import Kind
from tests.judges.recording import RECORD, Record, recorded
from tests.judges.trials import Trial, marked
from tests.support.generated_docs import with_parts

PAGE = ROOT / "docs/aws.md"


def table(trials: AbstractSet[Trial], record: Record) -> Iterator[str]:
    """The lines of the table. Raises ValueError for a recorded trial that no test marks."""
    for unmarked in sorted(record.keys() - trials):
        raise ValueError(f"{RECORD.name}: {unmarked.judge} passed {unmarked.claim!r}, but no test has this marker")
    yield "| Claim | Judged by, and last passed | How to test it on AWS |"
    yield "| --- | --- | --- |"
    for name, claim in CLAIMS.items():
        judges = _judges({trial for trial in trials if trial.claim == name}, record)
        nobody = ": ".join(filter(None, ("nobody yet", claim.why_nobody)))
        yield f"| {claim.text} | {judges or nobody} | {claim.on_aws} |"


def _judges(trials: AbstractSet[Trial], record: Record) -> str:
    kinds = []
    for kind in reversed(Kind):
        of_kind = sorted(trial for trial in trials if trial.judge.kind is kind)
        if of_kind:
            judges = ", ".join(f"{trial.judge} ({record.get(trial, 'not run')})" for trial in of_kind)
            kinds.append(f"{kind}: {judges}")
    return "; ".join(kinds)


def page() -> str:
    """The page with the table as it should be."""
    return with_parts(PAGE.read_text(), {"claims": table(marked().keys(), recorded())})


if __name__ == "__main__":
    PAGE.write_text(page())
