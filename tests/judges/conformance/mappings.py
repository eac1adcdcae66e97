"""Cases of event source mappings: what Lambda accepts."""

from typing import Any

from tests.judges.conformance.case import Aws, Service, answer_to, refusal_of
from tests.judges.conformance.dynamodb import Table
from tests.judges.conformance.functions import Function
from tests.judges.conformance.lambda_ import API, GUIDE
from tests.judges.conformance.queues import Queue
from tests.support.waiting import eventually

MAPPINGS = Service("Event source mappings", at_once=4)
CREATE = f"{API}, CreateEventSourceMapping"
SOURCE = "def handler(event, context): pass"


class Mapping:
    """A new function with the request for a mapping."""

    def __init__(self, aws: Aws, source_arn: str = "") -> None:
        self.client = aws.client("lambda")
        self.function: Function = aws.function(SOURCE)
        self.source_arn = source_arn or Queue(aws).arn

    def create(self, **settings: Any) -> dict[str, Any]:
        parameters = {"FunctionName": self.function.name, "EventSourceArn": self.source_arn, **settings}
        return dict(self.client.create_event_source_mapping(**parameters))

    def answer(self, **settings: Any) -> str:
        return answer_to(self.create, **settings)


@MAPPINGS.case(
    "By default, a batch of a queue has up to 10 messages, for which Lambda does not wait",
    source=CREATE,
    documented="10 messages, 0 s",
)
def queue_defaults(aws: Aws) -> str:
    created = Mapping(aws).create()
    return f"{created.get('BatchSize')} messages, {created.get('MaximumBatchingWindowInSeconds')} s"


@MAPPINGS.case(
    "By default, a batch of a stream has up to 100 records, and is retried until they expire",
    source=CREATE,
    documented="100 records, -1 retries, bisecting False",
)
def stream_defaults(aws: Aws) -> str:
    created = Mapping(aws, Table(aws).arn).create(StartingPosition="TRIM_HORIZON")
    return (
        f"{created.get('BatchSize')} records, {created.get('MaximumRetryAttempts')} retries, "
        f"bisecting {created.get('BisectBatchOnFunctionError')}"
    )


@MAPPINGS.case(
    "A batch of more than 10 messages without a batching window is refused",
    source=CREATE,
    documented="InvalidParameterValueException",
)
def large_batch(aws: Aws) -> str:
    return Mapping(aws).answer(BatchSize=11)


@MAPPINGS.case(
    "A batch of more than 10,000 messages is refused",
    source=CREATE,
    documented="InvalidParameterValueException",
)
def too_large_batch(aws: Aws) -> str:
    return Mapping(aws).answer(BatchSize=10_001, MaximumBatchingWindowInSeconds=1)


@MAPPINGS.case(
    "A queue whose visibility timeout is shorter than the function's timeout is refused",
    source=f"{GUIDE}, Creating and configuring an Amazon SQS event source mapping",
    documented="InvalidParameterValueException",
)
def short_visibility(aws: Aws) -> str:
    return Mapping(aws, Queue(aws, VisibilityTimeout="2").arn).answer()


@MAPPINGS.case(
    "A second mapping of the same queue and function is refused",
    source=CREATE,
    documented="ResourceConflictException",
)
def same_mapping(aws: Aws) -> str:
    mapping = Mapping(aws)
    mapping.create()
    return mapping.answer()


@MAPPINGS.case("A queue that does not exist is refused", source=CREATE, documented="refused")
def no_such_queue(aws: Aws) -> str:
    return refusal_of(Mapping(aws, f"{Queue(aws).arn}-missing").create)


@MAPPINGS.case(
    "A function that does not exist is refused",
    source=CREATE,
    documented="ResourceNotFoundException",
)
def no_such_function(aws: Aws) -> str:
    return Mapping(aws).answer(FunctionName="missing")


@MAPPINGS.case(
    "The maximum concurrency of a queue is at least 2",
    source=f"{API}, ScalingConfig",
    documented="refused",
)
def concurrency(aws: Aws) -> str:
    return refusal_of(Mapping(aws).create, ScalingConfig={"MaximumConcurrency": 1})


@MAPPINGS.case(
    "A stream needs a starting position",
    source=CREATE,
    documented="InvalidParameterValueException",
)
def no_starting_position(aws: Aws) -> str:
    return Mapping(aws, Table(aws).arn).answer()


@MAPPINGS.case(
    "A mapping can be disabled and enabled",
    source=f"{API}, UpdateEventSourceMapping",
    documented="Disabled, Enabled",
)
def disabled(aws: Aws) -> str:
    mapping = Mapping(aws)
    name = mapping.create(Enabled=False)["UUID"]
    states = [_settled(mapping, name)]
    mapping.client.update_event_source_mapping(UUID=name, Enabled=True)
    return ", ".join([*states, _settled(mapping, name)])


def _settled(mapping: Mapping, name: str) -> str:
    """The state of a mapping after Lambda has changed it."""

    def state() -> str:
        found = str(mapping.client.get_event_source_mapping(UUID=name)["State"])
        return found if found in {"Enabled", "Disabled"} else ""

    return eventually(state, "the mapping")
