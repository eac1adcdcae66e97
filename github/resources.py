"""The ARNs of a stack's resources, known before the stack is deployed."""

from dataclasses import dataclass

from github.stacks import Stack

ALARMS = (
    *("OrderTopicFailures", "OrderTopicLosses", "OrderUndeliveredNotEmpty"),
    *("OrderQueueTooOld", "OrderDLQNotEmpty", "OrderDLQGrowing"),
    *("OrderProcessorErrors", "OrderProcessorThrottles", "OrderProcessorSlow"),
    *("OrderTableThrottled", "OrderTableInsertErrors", "OrderTablePutErrors"),
)
"""The logical names of all alarms."""


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The ARNs of a stack's resources in an account. If Pulumi makes the names unique, the ARNs end with a `*`."""

    stack: Stack
    account: str

    @property
    def topics(self) -> list[str]:
        return [self._arn("sns", self._named(name)) for name in ("OrderTopic", "OrderAlerts")]

    @property
    def queues(self) -> list[str]:
        return [self._arn("sqs", self._named(name)) for name in ("OrderQueue", "OrderDLQ", "OrderUndelivered")]

    @property
    def table(self) -> str:
        return self._arn("dynamodb", f"table/{self._named('Orders')}")

    @property
    def function(self) -> str:
        return self._arn("lambda", f"function:{self._named('OrderProcessor')}")

    @property
    def mappings(self) -> str:
        """All event source mappings of the Region: Lambda generates their IDs. Only a condition can select some."""
        return self._arn("lambda", "event-source-mapping:*")

    @property
    def log_group(self) -> list[str]:
        """The log group, and its log streams: IAM checks some actions against one, some against the other."""
        group = self._arn("logs", f"log-group:{self._named('/aws/lambda/OrderProcessor')}")
        return [group, f"{group}:*"]

    @property
    def alarms(self) -> list[str]:
        return [self._arn("cloudwatch", f"alarm:{self._named(name)}") for name in ALARMS]

    @property
    def dashboard(self) -> str:
        """The ARN of a dashboard contains no Region."""
        return f"arn:aws:cloudwatch::{self.account}:dashboard/{self._named('OrderFlow')}"

    @property
    def role(self) -> str:
        return f"arn:aws:iam::{self.account}:role/{self._named('OrderProcessor')}"

    def _named(self, name: str) -> str:
        return name if self.stack.exact_names else f"{name}-*"

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.stack.region}:{self.account}:{resource}"
