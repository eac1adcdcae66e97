"""The ARNs of a stack's resources, known before the stack is deployed."""

from dataclasses import dataclass

from github.stacks import Stack
from infra.names import SystemNames
from infra.resource_types import ALARM, FUNCTION, LOG_GROUP, QUEUE, ROLE, TOPIC


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The ARNs of a stack's resources in an account. They contain a `?` for each random character of a name."""

    stack: Stack
    account: str

    @property
    def topics(self) -> list[str]:
        return [*(self._arn("sns", name) for name in self._names(TOPIC)), self.event_topics[1]]

    @property
    def queues(self) -> list[str]:
        return [self._arn("sqs", name) for name in self._names(QUEUE)]

    @property
    def order_queue(self) -> str:
        return self._arn("sqs", self._named(f"{self._logical.system}Queue"))

    @property
    def given_up_queue(self) -> str:
        return self._arn("sqs", self._named(f"{self._logical.system}EventsDLQ"))

    @property
    def event_topics(self) -> list[str]:
        """The ARNs that the topic of events has as a standard topic and as a FIFO topic."""
        arn = self._arn("sns", self._named(f"{self._logical.system}Events"))
        return [arn, f"{arn}.fifo"]

    @property
    def keys(self) -> str:
        """All keys of the Region: KMS generates their IDs. Only a condition can select some."""
        return self._arn("kms", "key/*")

    @property
    def table(self) -> str:
        return self._arn("dynamodb", f"table/{self._named(self._logical.table)}")

    @property
    def functions(self) -> list[str]:
        return [self._arn("lambda", f"function:{name}") for name in self._names(FUNCTION)]

    @property
    def mappings(self) -> str:
        """All event source mappings of the Region: Lambda generates their IDs. Only a condition can select some."""
        return self._arn("lambda", "event-source-mapping:*")

    @property
    def log_groups(self) -> list[str]:
        return [self._arn("logs", f"log-group:{name}") for name in self._names(LOG_GROUP)]

    @property
    def logs(self) -> list[str]:
        """The log groups, and their log streams: IAM checks some actions against one, some against the other."""
        return [arn for group in self.log_groups for arn in (group, f"{group}:*")]

    @property
    def alarms(self) -> list[str]:
        return [self._arn("cloudwatch", f"alarm:{name}") for name in self._names(ALARM)]

    @property
    def dashboard(self) -> str:
        """The ARN of a dashboard contains no Region."""
        return f"arn:aws:cloudwatch::{self.account}:dashboard/{self._named(f'{self._logical.system}Flow')}"

    @property
    def roles(self) -> list[str]:
        return [f"arn:aws:iam::{self.account}:role/{name}" for name in self._names(ROLE)]

    @property
    def _logical(self) -> SystemNames:
        return self.stack.system

    def _names(self, type_token: str) -> list[str]:
        return [self._named(name) for kind, name in self._logical.named_by_pulumi() if kind == type_token]

    def _named(self, name: str) -> str:
        return self.stack.physical(name)

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.stack.region}:{self.account}:{resource}"
