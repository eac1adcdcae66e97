"""docs/conformance.md: what AWS documents, and what each implementation does."""

from collections.abc import Iterator, Mapping, Sequence
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
    """Why the project is right on AWS although the emulator differs, and the node IDs of tests that assert it."""

    why: str
    tests: Sequence[str]


_MOVES = "tests/judges/dead_letters/test_move.py"
_ON_A_FAKE = "tests/unit/ops/cli/dlq/test_move.py"
_FAILURES = "tests/unit/ops/dead_letters/test_move_failures.py"
_LETTER = "tests/unit/ops/dead_letters/test_letter.py"
_TOPIC = "tests/unit/handler/notifier/test_topic.py"
HELD: Mapping[str, Mapping[str, Held]] = {
    "SQS": {
        "not_in_flight": Held(
            "A lease that SQS does not renew is lost. If SQS renews it, the letter is hidden again.",
            ["tests/unit/ops/dead_letters/test_keeping.py::test_a_renewal_that_sqs_never_makes_is_no_hold"],
        ),
        "deleted_again": Held(
            "`orders dlq` reports each deletion that fails.",
            [f"{_FAILURES}::test_a_letter_that_cannot_be_deleted_is_reported_as_sent_and_stays_in_the_source"],
        ),
        "attributes_count": Held(
            "The size of a dead letter includes its attributes.",
            [f"{_LETTER}::test_a_size_is_what_sqs_counts_body_names_types_and_values_but_nothing_of_its_own"],
        ),
        "eleven_attributes": Held(
            "A dead letter with ten attributes gets no eleventh one.",
            [f"{_LETTER}::test_a_letter_is_not_marked_where_it_has_as_many_attributes_as_sqs_takes"],
        ),
        "other_source": Held(
            "The program sets the permission. No implementation here enforces it.",
            ["tests/system/test_deployment.py::test_the_queue_redrives_to_the_dead_letters"],
        ),
        "move_task": Held(
            "The command is tried on ElasticMQ and LocalStack.",
            [f"{_MOVES}::test_all_dead_letters_are_moved_and_the_status_says_so"],
        ),
        "second_move_task": Held(
            "The command is tried on ElasticMQ and LocalStack.",
            [f"{_MOVES}::test_a_second_start_while_one_runs_is_one_line_and_a_canceled_task_leaves_the_rest"],
        ),
        "move_from_any_queue": Held(
            "The command is tried on LocalStack, and on a fake that answers as AWS.",
            [f"{_ON_A_FAKE}::test_dead_letters_of_no_queue_are_not_moved_and_one_line_says_why"],
        ),
        "move_from_no_queue": Held(
            "The command asks for the ARN of `OrderDLQ` before it starts a move task.",
            [f"{_MOVES}::test_a_dead_letter_queue_that_does_not_exist_is_one_line"],
        ),
        "canceled_move_task": Held(
            "The command is tried on ElasticMQ and LocalStack.",
            [f"{_MOVES}::test_a_second_start_while_one_runs_is_one_line_and_a_canceled_task_leaves_the_rest"],
        ),
    },
    "SNS": {
        "eleven_attributes": Held(
            "The contract of an event has three attributes.",
            ["tests/unit/handler/notifier/test_event.py::test_every_event_keeps_the_contract"],
        ),
        "batch_too_long": Held(
            "Events and orders are split into requests by their size.",
            [
                f"{_TOPIC}::test_large_events_share_a_request_only_up_to_its_limit",
                "tests/unit/ops/test_publish.py::test_batches_keep_the_order_and_both_limits",
            ],
        ),
        "undelivered": Held(
            "The deployed program is tried on LocalStack.",
            [
                "tests/judges/deployed/test_undelivered.py::test_an_order_that_sns_cannot_deliver_is_in_order_undelivered"
            ],
        ),
        "queue_policy": Held(
            "The policy of each queue lets the topic send.",
            ["tests/unit/infra/test_policies.py::test_each_queue_accepts_messages_from_the_topic_alone_if_at_all"],
        ),
        "fifo_without_group": Held(
            "Each event on a FIFO topic has a message group ID.",
            [f"{_TOPIC}::test_a_fifo_topic_gets_the_order_as_group_and_the_version_as_deduplication_id"],
        ),
    },
    "DynamoDB": {
        "same_key_twice": Held(
            "A batch of the processor contains an order once.",
            ["tests/unit/handler/test_batch.py::test_no_two_versions_of_an_order_are_put_together"],
        ),
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
            tests = "<br>".join(f"[`{test.partition('::')[2]}`](../{test.partition('::')[0]})" for test in held.tests)
            yield f"| {service.cases[name].text} | {held.why} | {tests} |"
