"""What changes of the topic, the subscription, the event source mapping and the function do to orders on their way."""

from collections.abc import Iterator

from ops.review import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import UNKNOWN, Change
from ops.review.rules.context import Context, finding

REPORTS_ITEMS = "ReportBatchItemFailures"


def enabled(change: Change, _context: Context) -> Iterator[Finding]:
    """A disabled mapping processes nothing."""
    if change.after.get("enabled") is not False:
        yield finding(Verdict.SAFE, change, f"enables the event source mapping {change.name}", "Orders are processed.")
        return
    yield finding(
        Verdict.INTERRUPTS,
        change,
        f"disables the event source mapping {change.name}",
        "Orders wait until it is enabled, and expire at the end of the queue's retention.",
    )


def filtered(change: Change, _context: Context) -> Iterator[Finding]:
    """Lambda deletes what a filter does not match."""
    if not change.after.get("filterCriteria"):
        yield finding(Verdict.SAFE, change, f"removes the filter of {change.name}", "Every order is processed.")
        return
    yield finding(
        Verdict.LOSES,
        change,
        f"filters the orders of {change.name}",
        "Lambda deletes each message that does not match, and no dead letter remains.",
        "Let the processor decide: it logs what it does not store.",
    )


def response_types(change: Change, _context: Context) -> Iterator[Finding]:
    """Without partial responses, Lambda deletes a whole batch although some of its orders failed."""
    if REPORTS_ITEMS in (change.after.get("functionResponseTypes") or ()):
        yield finding(
            Verdict.SAFE,
            change,
            f"{change.name} reports failures of single orders",
            "Only these orders are delivered again.",
        )
        return
    yield finding(
        Verdict.LOSES,
        change,
        f"{change.name} does not report failures of single orders any more",
        "The processor reports failed orders in its response. Lambda would ignore it, and delete them.",
        f"Keep {REPORTS_ITEMS} in function_response_types.",
    )


def subscription_filter(change: Change, _context: Context) -> Iterator[Finding]:
    """SNS does not deliver what a filter policy does not match."""
    if not change.after.get("filterPolicy"):
        yield finding(Verdict.SAFE, change, f"removes the filter policy of {change.name}", "Every order is delivered.")
        return
    yield finding(
        Verdict.LOSES,
        change,
        f"filters what {change.name} delivers",
        "SNS drops each order that does not match. Nobody keeps a copy.",
    )


def undelivered(change: Change, _context: Context) -> Iterator[Finding]:
    """The redrive policy of a subscription keeps what SNS could not deliver."""
    if "redrivePolicy" not in change.after:
        yield finding(
            Verdict.LOSES,
            change,
            f"removes the redrive policy of {change.name}",
            "SNS drops the orders that the queue rejects, instead of keeping them in OrderUndelivered.",
        )
    else:
        yield finding(
            Verdict.LOOK,
            change,
            f"changes the redrive policy of {change.name}",
            "Undelivered orders go to another queue: check its policy and its alarm.",
        )


def raw_delivery(change: Change, _context: Context) -> Iterator[Finding]:
    yield finding(
        Verdict.SAFE,
        change,
        f"changes the raw delivery of {change.name}",
        "The processor reads an order with or without the envelope of SNS.",
    )


def topic_key(change: Change, context: Context) -> Iterator[Finding]:
    """The key of a topic. Alarms publish to one of the topics, and publishers of orders to the other."""
    verdict = Verdict.INTERRUPTS if context.delivers_orders(change) else Verdict.WEAKENS
    yield finding(
        verdict,
        change,
        f"changes the key of {change.name}",
        "Until the policies of the key take effect, the topic rejects messages, or cannot deliver them.",
        "Deploy when few orders come.",
    )


def second_reader(change: Change, context: Context) -> Iterator[Finding]:
    """Two event source mappings of one queue each receive a part of its messages."""
    source = change.after.get("eventSourceArn")
    others = (other for other in context.preview.changes if other.type == types.MAPPING and other.urn != change.urn)
    if source != UNKNOWN and any(
        other.before.get("eventSourceArn") == source for other in others if not other.is_removed
    ):
        yield finding(
            Verdict.LOSES,
            change,
            f"adds {change.name}, a second reader of the same queue",
            "Each function receives a part of the orders, and deletes it from the queue.",
            "Subscribe a queue of its own to the topic.",
        )


def reserved(change: Change, _context: Context) -> Iterator[Finding]:
    """A reservation of 0 stops the function; a small one throttles it."""
    if change.after.get("reservedConcurrentExecutions") == 0:
        yield finding(
            Verdict.INTERRUPTS,
            change,
            f"reserves no execution for {change.name}",
            "Lambda does not run it: orders wait.",
        )
    else:
        yield finding(
            Verdict.LOOK,
            change,
            f"changes the reserved concurrency of {change.name}",
            "Batches beyond it are throttled. A throttled order can become a dead letter without a log record.",
        )
