"""docs/conformance.md: what AWS documents, and what each implementation does."""

from collections.abc import Iterator, Mapping

from tests.judges.conformance.case import Case, Service
from tests.judges.conformance.held import HELD
from tests.judges.conformance.implementations import EMULATOR, HAVE, SERVICES, Outcomes

HEAD = """\
# Conformance

AWS documents what SQS, SNS, DynamoDB and Lambda do. These tables show what implementations do that run on one machine.
✓ is the documented outcome. ✗ is another outcome, and the cell names it. The cases were not tried on AWS itself.

ministack is the emulator of `make demo` and of the system tests. The unit tests use moto. AWS's Lambda runtime is AWS's
own code, in AWS's Runtime Interface Emulator. This emulator, not the runtime, omits `FunctionError` and sets fewer
variables than Lambda. LocalStack runs functions in the runtime and has its tables in DynamoDB Local. Its event source
mappings are its own. `make record-conformance` writes this page, and `make test-judges` compares each implementation
with it.
"""


def conformance(outcomes: Outcomes) -> str:
    return "\n".join([HEAD, *(line for service in SERVICES for line in _table(service, outcomes)), *_held()]) + "\n"


def differing(service: Service, outcomes: Mapping[str, str]) -> list[str]:
    """The cases in which an implementation does not do what AWS documents."""
    return [name for name, case in service.cases.items() if outcomes[name] != case.documented]


def _table(service: Service, outcomes: Outcomes) -> Iterator[str]:
    names = [name for name, services in HAVE.items() if service in services]
    yield f"## {service.name}"
    yield ""
    yield f"| AWS documents | Outcome | {' | '.join(names)} |"
    yield f"| --- | --- |{' --- |' * len(names)}"
    for key, case in service.cases.items():
        cells = [_cell(case, outcomes[service.name][name][key]) for name in names]
        yield f"| {case.text} ({case.source}) | `{case.documented}` | {' | '.join(cells)} |"
    yield ""


def _cell(case: Case, outcome: str) -> str:
    return "✓" if outcome == case.documented else f"✗ `{outcome}`"


def _held() -> Iterator[str]:
    yield f"## Where {EMULATOR} differs"
    yield ""
    yield "The system tests run on ministack. So other tests assert what it does not do as AWS documents it."
    yield ""
    yield "| Case | Why the project is right on AWS | Tests |"
    yield "| --- | --- | --- |"
    for service in SERVICES:
        for name, held in HELD[service.name].items():
            tests = "<br>".join(f"[`{test.partition('::')[2]}`](../{test.partition('::')[0]})" for test in held.tests)
            yield f"| {service.cases[name].text} | {held.why} | {tests} |"
