"""The ARNs of a stack's resources, known before the stack is deployed."""

from dataclasses import dataclass

from github.stacks import Stack
from infra.names import SystemNames
from infra.resource_types import ALARM, QUEUE, TOPIC


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The ARNs of a stack's resources in an account. They contain a `?` for each random character of a name."""

    stack: Stack
    account: str

    @property
    def topics(self) -> list[str]:
        return [self._arn("sns", name) for name in self._names(TOPIC)]

    @property
    def queues(self) -> list[str]:
        return [self._arn("sqs", name) for name in self._names(QUEUE)]

    @property
    def order_queue(self) -> str:
        return self._arn("sqs", self._named(f"{self._logical.system}Queue"))

    @property
    def keys(self) -> str:
        """All keys of the Region: KMS generates their IDs. Only a condition can select some."""
        return self._arn("kms", "key/*")

    @property
    def table(self) -> str:
        return self._arn("dynamodb", f"table/{self._named(self._logical.table)}")

    @property
    def function(self) -> str:
        return self._arn("lambda", f"function:{self._named(self._logical.processor)}")

    @property
    def mappings(self) -> str:
        """All event source mappings of the Region: Lambda generates their IDs. Only a condition can select some."""
        return self._arn("lambda", "event-source-mapping:*")

    @property
    def log_group(self) -> list[str]:
        """The log group, and its log streams: IAM checks some actions against one, some against the other."""
        group = self._arn("logs", f"log-group:{self._named(self._logical.log_group)}")
        return [group, f"{group}:*"]

    @property
    def alarms(self) -> list[str]:
        return [self._arn("cloudwatch", f"alarm:{name}") for name in self._names(ALARM)]

    @property
    def dashboard(self) -> str:
        """The ARN of a dashboard contains no Region."""
        return f"arn:aws:cloudwatch::{self.account}:dashboard/{self._named(f'{self._logical.system}Flow')}"

    @property
    def role(self) -> str:
        return f"arn:aws:iam::{self.account}:role/{self._named(self._logical.processor)}"

    @property
    def _logical(self) -> SystemNames:
        return self.stack.system

    def _names(self, type_token: str) -> list[str]:
        return [self._named(name) for kind, name in self._logical.named_by_pulumi() if kind == type_token]

    def _named(self, name: str) -> str:
        return self.stack.physical(name)

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.stack.region}:{self.account}:{resource}"
