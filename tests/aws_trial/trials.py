"""Which function tries which claim, in the order in which they run, and what a person has to look at instead."""

from collections.abc import Mapping

from tests.aws_trial import changes, failures, given_up, orders, stream
from tests.aws_trial.trial import Attempt
from tests.judges.claims import RUNTIMES

TRIALS: Mapping[str, Attempt] = {
    "provider-properties": orders.everything_is_created,
    "key-policy-roles": orders.everything_is_created,
    "second-update": orders.a_second_update_changes_nothing,
    "same-declaration": orders.a_second_update_changes_nothing,
    "real-provider": changes.values_are_as_declared,
    "unconfirmed-subscription": changes.an_unconfirmed_subscription_is_removed,
    "autonaming": orders.names_are_unique,
    "bad-setting": orders.a_bad_setting_is_one_message,
    "role-permissions": orders.an_order_is_stored,
    "partiql-permission": orders.an_order_is_stored,
    "orders-in-table": orders.versions_are_decided,
    "stream-permissions": orders.events_reach_a_subscriber,
    "changes-in-stream": stream.the_stream_has_each_version,
    "filter-policy": orders.a_filter_policy_chooses_events,
    "key-policy-alone": orders.events_reach_a_subscriber,
    "log-groups": orders.functions_log_into_their_groups,
    "poison-order": failures.a_poison_order_keeps_its_message_id,
    "retry-at-once": failures.a_poison_order_does_not_wait,
    "move-task": failures.sqs_moves_dead_letters_back,
    "alarms-publish": failures.an_alarm_reaches_its_topic,
    "alarm-clears": failures.an_alarm_clears_by_itself,
    "key-use": changes.everything_uses_the_key,
    "given-up-permissions": given_up.what_either_gives_up_is_kept,
    "undelivered": failures.what_sns_cannot_deliver_is_kept,
    "dead-letter-source": failures.another_queue_may_not_use_the_dead_letter_queue,
    "tls": failures.a_request_without_tls_is_denied,
    "dlq-growing": failures.another_dead_letter_raises_an_alarm,
    "metrics-namespace": orders.metrics_have_the_namespace,
    **{f"zip-{runtime}": changes.a_runtime_stores_an_order(runtime) for runtime in RUNTIMES},
    "zip-arm64": changes.both_architectures_store_an_order,
    "events-off-and-on": changes.events_can_be_off_for_a_while,
    "new-stream": changes.events_can_be_off_for_a_while,
    "mapping-of-new-stream": changes.events_can_be_off_for_a_while,
    "events-fifo": changes.a_fifo_topic_tells_versions_in_order,
    "fifo-events": changes.a_fifo_topic_tells_versions_in_order,
    "key-on-and-off": changes.the_key_can_be_off_for_a_while,
    "key-changes": changes.the_key_can_be_off_for_a_while,
    "destroy-protected": changes.a_protected_stack_is_not_destroyed,
    "destroy": changes.destroy_leaves_nothing,
}
BY_PERSON: Mapping[str, str] = {
    "queue-policy": "only a request from a second account shows it",
    **dict.fromkeys(
        ("alert-mails", "event-mails", "event-mails-statuses"), "only the owner of a mailbox sees its mails"
    ),
    **dict.fromkeys(
        ("tracing-permissions", "trace-of-a-write"),
        "only a person sees whether a trace leads from a topic to the table",
    ),
    "dashboard": "only a person sees whether each graph is drawn",
    "lambda-lines": "the lines are for people, after you have broken the function",
    "dead-letter-tool": "you choose the moment at which the command is killed",
    "security-rules": "Security Hub is turned on for a whole account",
    "workflow-permissions": "only a repository with its roles shows it",
    "tool-permissions": "it needs a role for each command, and an account in which you may create roles",
    "system-errors": "nobody can cause such an error",
    "pulumi-install": "it comes before the trial, as the first command of docs/aws.md",
}
