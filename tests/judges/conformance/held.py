"""Why the differences of the emulator do not matter."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Held(NamedTuple):
    """Why the project is right on AWS although the emulator differs, and the node IDs of tests that assert it."""

    why: str
    tests: Sequence[str]


_MOVES = "tests/judges/dead_letters/test_move.py"
_ON_A_FAKE = "tests/unit/ops/cli/dlq/test_move.py"
_FAILURES = "tests/unit/ops/dead_letters/test_move_failures.py"
_LETTER = "tests/unit/ops/dead_letters/test_letter.py"
_TOOL = "tests/judges/deployed/test_tool.py"
_TOPIC = "tests/unit/handler/notifier/test_topic.py"
_RUNTIME = "tests/judges/aws_lambda/test_runtimes.py"
_PROCESSOR = "tests/unit/infra/test_processor.py"
_NOTIFIER = "tests/unit/infra/test_notifier.py"
_RULES = "tests/unit/infra/test_rules.py"
_LINES = "tests/unit/ops/log/test_lines.py"
_STOPPED = (
    "tests/properties/test_events.py::test_an_order_that_stops_the_function_each_time_is_given_up_and_others_go_on"
)
_CRASHED = Held(
    "`orders logs` is tried with the log of AWS's runtime.",
    [f"{_RUNTIME}::test_an_exception_is_recognized_with_its_request"],
)
_LINE = Held(
    "`orders logs` knows Lambda's line about it.", [f"{_LINES}::test_a_line_gives_the_cause_of_a_failed_invocation"]
)
_RESPONSE = Held(
    "The response has a list, with the IDs of messages of the batch.",
    ["tests/unit/handler/test_processor.py::test_the_response_is_valid_for_lambda"],
)
_STREAM = Held(
    "The program sets where the mapping starts, and how it retries.",
    [f"{_NOTIFIER}::test_the_mapping_reads_the_stream_from_its_beginning_and_keeps_what_it_discards"],
)
_GIVEN_UP = Held(
    "The notifier gives up a change before Lambda discards its record.",
    [
        f"{_NOTIFIER}::test_lambda_discards_a_change_after_the_notifier_gives_it_up_and_before_the_stream_forgets_it",
        _STOPPED,
    ],
)
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
        "message_groups_of_a_batch": Held(
            "The command is tried on LocalStack.",
            [f"{_TOOL}::test_orders_arrive_in_the_queue_with_their_customers_as_message_groups"],
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
    "Lambda": {
        "no_json": _RESPONSE,
        "exception": Held(
            "Nothing reads the payload. `orders logs` reads the log.",
            [f"{_LINES}::test_a_line_gives_the_cause_of_a_failed_invocation"],
        ),
        "exception_in_log": _CRASHED,
        "printed": Held(
            "`orders logs` tells these lines from what the code prints.",
            [
                f"{_LINES}::test_lambdas_lines_about_a_success_are_routine",
                f"{_LINES}::test_what_the_code_writes_is_no_routine",
            ],
        ),
        "process_exit": _LINE,
        "import_error": _LINE,
        "no_handler": _LINE,
        "large_response": Held(
            "The response about the largest batch is smaller.",
            ["tests/unit/handler/test_processor.py::test_the_response_about_the_largest_batch_is_not_too_large"],
        ),
        "variables": Held(
            "The functions read only variables that the program sets.",
            [f"{_PROCESSOR}::test_every_environment_variable_that_the_handler_reads_is_set"],
        ),
        "request_id": _CRASHED,
    },
    "Event source mappings": {
        "stream_defaults": _STREAM,
        "large_batch": Held(
            "A rule between the settings refuses it.",
            [f"{_RULES}::test_a_rule_holds_up_to_its_boundary_and_no_further"],
        ),
        "too_large_batch": Held(
            "The limit of the setting refuses it.",
            ["tests/unit/infra/test_settings.py::test_a_value_is_legal_up_to_its_limits_and_no_further"],
        ),
        "short_visibility": Held(
            "A rule between the settings refuses it.",
            [f"{_RULES}::test_a_rule_holds_up_to_its_boundary_and_no_further"],
        ),
        "same_mapping": Held(
            "The program makes one mapping for a function.",
            [f"{_PROCESSOR}::test_the_mapping_feeds_the_function_and_reports_partial_failures"],
        ),
        "no_such_queue": Held(
            "The program makes the mapping after its queue.",
            [f"{_PROCESSOR}::test_the_mapping_is_made_after_its_queue"],
        ),
        "no_starting_position": _STREAM,
    },
    "Event source mappings of queues": {
        "null_failures": _RESPONSE,
        "unknown_identifier": _RESPONSE,
        "empty_identifier": _RESPONSE,
        "null_identifier": _RESPONSE,
        "misspelled_identifier": _RESPONSE,
    },
    "Event source mappings of streams": {
        "retries": _GIVEN_UP,
        "discarded": _GIVEN_UP,
        "bisecting": Held(
            "The notifier is tried with a mapping that bisects as AWS documents it. No implementation here does.",
            [_STOPPED],
        ),
    },
}
"""By service and case. A test asserts that these are the cases in which the emulator differs."""
