"""The stack outputs: the contract between the Pulumi program, which exports them, and the `orders` command.

The command imports this module at every start, so it imports neither Pulumi nor pydantic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryBudget:
    """The time until a failing order reaches OrderDLQ, its time there, and the throughput in the worst case."""

    earliest_dead_letter_seconds: int
    """Earliest time from the first receive to OrderDLQ, for an order that is retried after the visibility timeout."""
    latest_dead_letter_seconds: int
    """Latest time in OrderQueue. SQS deletes an order that has not reached OrderDLQ by then."""
    least_dead_letter_days: float
    """Shortest time in OrderDLQ, for an order that reached it at the latest time."""
    orders_per_second: float
    """Throughput at full concurrency if every batch is full and takes the whole function timeout. It is at most the
    maximum of the table, where an order of up to 1 KB takes a write unit. The account must allow that concurrency. A
    mapping with no maximum can use 1,250 executions, and a new account has 1,000."""
    events_per_second: float = 0
    """The same for the notifier and a shard of the table's stream, of which Lambda runs one batch at a time. The orders
    do not wait for it. 0 if the system tells no events, and in the output of a program that predates them."""

    def exports(self) -> dict[str, int | float]:
        """Return the numbers by their names in the stack output `deliveryBudget`."""
        return {export_name(name): value for name, value in asdict(self).items()}

    @classmethod
    def from_exports(cls, exported: Mapping[str, Any]) -> "DeliveryBudget":
        """Read the stack output `deliveryBudget`. Raises KeyError if a number is missing that every program exports."""
        keys = {field.name: export_name(field.name) for field in fields(cls)}
        found = {name: exported[key] for name, key in keys.items() if key in exported or name != "events_per_second"}
        return cls(**found)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class StackOutputs(Generic[T]):
    """The outputs of a stack. T is `pulumi.Output[str]` while the program runs, and `str` after the deployment."""

    topic_arn: T
    """ARN of OrderTopic, to which publishers send orders."""
    queue_url: T
    """URL of OrderQueue, from which the processor receives orders."""
    dead_letter_queue_url: T
    """URL of OrderDLQ, to which SQS moves an order after too many receives."""
    undelivered_queue_url: T
    """URL of OrderUndelivered, which receives the orders that SNS could not deliver to OrderQueue."""
    table_name: T
    """Name of the DynamoDB table of orders."""
    processor_name: T
    """Name of the Lambda function that stores orders."""
    log_group_name: T
    """Name of the log group of the Lambda function."""
    event_topic_arn: T | str
    """ARN of OrderEvents, which tells subscribers about changes of orders. This and the next three are empty if the
    system tells no events."""
    given_up_queue_url: T | str
    """URL of OrderEventsDLQ, which receives the events that could not be told."""
    notifier_name: T | str
    """Name of the Lambda function that tells events."""
    notifier_log_group_name: T | str
    """Name of the log group of that function."""
    commit: str
    """Commit of the program, with `-dirty` if files differed from it, or `unknown`."""
    deployed_by: str
    """Who ran Pulumi: a GitHub user, or the user of a machine."""
    package_sha256: str
    """SHA-256 of the function's zip file, in hexadecimal. It identifies the deployed code as a whole."""
    package_files: Mapping[str, str]
    """SHA-256 of each file in the function's zip file, in hexadecimal, by its path there."""
    alert_topic_arn: T
    """ARN of the topic that receives alarm notifications."""
    dashboard_name: T
    """Name of the CloudWatch dashboard."""
    alarm_names: Sequence[T]
    """Names of all alarms, in the order of the flow."""
    delivery_budget: DeliveryBudget
    """The delivery times and the throughput that follow from the settings."""

    def exports(self) -> dict[str, Any]:
        """Return the outputs by their exported names, such as `topicArn`."""
        values = {export_name(field.name): getattr(self, field.name) for field in fields(self)}
        return values | {"deliveryBudget": self.delivery_budget.exports()}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedVersion:
    """What the last deployment that ended was made from."""

    commit: str
    by: str
    package_sha256: str


class MissingOutput(Exception):
    """The deployed program predates an output."""

    def __init__(self, stack: str, name: str) -> None:
        super().__init__(f"stack {stack} has no output {name}: deploy it again with `pulumi up`")
        self.stack = stack
        self.name = name


class DeployedOutputs(StackOutputs[str]):
    """The outputs of a deployed stack, read from the values that it exports.

    An older deployment may lack an output. Only reading that output raises MissingOutput, so a command that does not
    need it works on the older deployment too.
    """

    def __init__(self, stack: str, exported: Mapping[str, Any]) -> None:
        # The base class is frozen. Its fields stay unset, so each read of an output goes to __getattr__.
        object.__setattr__(self, "stack", stack)
        object.__setattr__(self, "_exported", exported)

    if TYPE_CHECKING:
        stack: str
    else:  # With `__getattr__`, mypy would accept any attribute name, including a misspelled one.

        def __getattr__(self, name: str) -> Any:
            if name not in _OUTPUTS:
                raise AttributeError(f"there is no stack output {name}")
            try:
                value = self._exported[export_name(name)]
                return DeliveryBudget.from_exports(value) if name == "delivery_budget" else value
            except KeyError:
                raise MissingOutput(self.stack, export_name(name)) from None

    @property
    def tells_events(self) -> bool:
        """Whether the deployed program tells events. One that predates them does not."""
        try:
            return bool(self.event_topic_arn)
        except MissingOutput:
            return False

    @property
    def version(self) -> "DeployedVersion | None":
        """The version that was deployed. None if the program predates this output."""
        try:
            return DeployedVersion(commit=self.commit, by=self.deployed_by, package_sha256=self.package_sha256)
        except MissingOutput:
            return None

    @property
    def region(self) -> str:
        """The AWS Region of the stack, as its ARNs contain it."""
        return self.topic_arn.split(":")[3]


_OUTPUTS = {field.name for field in fields(StackOutputs)}


def export_name(field: str) -> str:
    """Return the field's name in camelCase, like `to_camel` of pydantic, which takes too long to import."""
    first, *others = field.split("_")
    return first + "".join(other.capitalize() for other in others)
