"""docs/conformance.md: what AWS documents, and what each implementation does."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.judges.conformance.case import Case, Service
from tests.judges.conformance.implementations import EMULATOR, HAVE, SERVICES, Outcomes

HEAD = """\
# Conformance

AWS documents what SQS, SNS and DynamoDB do. These tables show what implementations of them do that run on one machine.
✓ is the documented outcome. ✗ is another outcome, and the cell names it. The cases were not tried on AWS itself.

ministack is the emulator of `make demo` and of the system tests. The unit tests use moto. `make record-conformance`
writes this page, and `make test-judges` compares each implementation with it.
"""


class Held(NamedTuple):
    """Why the project is right on AWS although the emulator differs, and a file with tests of that."""

    why: str
    tests: str


_MOVES = Held(
    "The commands for move tasks are tried on ElasticMQ and LocalStack, and on a fake that answers as AWS.",
    "tests/judges/dead_letters/test_move.py",
)
HELD: Mapping[str, Mapping[str, Held]] = {
    "SQS": {
        "not_in_flight": Held(
            "A lease that SQS does not renew is lost. If SQS renews it, the letter is hidden again.",
            "tests/unit/ops/dead_letters/test_keeping.py",
        ),
        "deleted_again": Held(
            "`orders dlq` reports each deletion that fails.", "tests/unit/ops/dead_letters/test_move_failures.py"
        ),
        "attributes_count": Held(
            "The size of a dead letter includes its attributes.", "tests/unit/ops/dead_letters/test_letter.py"
        ),
        "eleven_attributes": Held(
            "A dead letter with ten attributes gets no eleventh one.", "tests/unit/ops/dead_letters/test_letter.py"
        ),
        "other_source": Held(
            "The program sets the permission. No implementation here enforces it.",
            "tests/system/test_deployment.py",
        ),
        "move_task": _MOVES,
        "second_move_task": _MOVES,
        "move_from_any_queue": _MOVES,
        "move_from_no_queue": _MOVES,
        "canceled_move_task": _MOVES,
    },
    "SNS": {
        "eleven_attributes": Held(
            "An event has at most three attributes.", "tests/unit/handler/notifier/test_event.py"
        ),
        "batch_too_long": Held(
            "Events and orders are split into requests by their size.", "tests/unit/handler/notifier/test_topic.py"
        ),
        "undelivered": Held(
            "The deployed program is tried on LocalStack.", "tests/judges/deployed/test_undelivered.py"
        ),
        "queue_policy": Held("The policy of each queue lets the topic send.", "tests/unit/infra/test_policies.py"),
        "fifo_without_group": Held(
            "Each event on a FIFO topic has a message group ID.", "tests/unit/handler/notifier/test_topic.py"
        ),
    },
    "DynamoDB": {
        "same_key_twice": Held("A batch of the processor contains an order once.", "tests/unit/handler/test_batch.py"),
    },
}
"""By service and case. A test asserts that these are the cases in which the emulator differs."""


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
            yield f"| {service.cases[name].text} | {held.why} | [{held.tests}](../{held.tests}) |"
