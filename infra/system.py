"""The whole pipeline as one component."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from infra.autonaming import autonaming_of_the_stack
from infra.budget import delivery_budget
from infra.config import refuse
from infra.effects import NAMESPACE
from infra.events import OrderEvents
from infra.key import OrderKey
from infra.metrics import EventFlow, Flow
from infra.monitoring import OrderMonitoring
from infra.names import name_violations, system_names
from infra.notifier import OrderNotifier
from infra.outputs import StackOutputs
from infra.processor import OrderProcessor
from infra.project import ROOT
from infra.protection import protect_holder
from infra.queue import OrderQueue
from infra.role import NotifierRole, ProcessorRole
from infra.settings import Settings, as_inputs
from infra.subscription import OrderSubscription
from infra.table import OrderTable
from infra.topic import OrderTopic
from infra.tracing import OrderTracing
from infra.undeclared import keep_undeclared
from infra.version import commit_of, deployer


class OrderSystem(pulumi.ComponentResource):
    """Topic, subscription, queue with its dead-letter queue, processor and table, and the monitoring of all of them.

    All logical names begin with the name of the system, except `table`, the name of the table. So a program can contain
    several systems. `outputs` are the stack outputs; infra/outputs.py describes each of them.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        table: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self._names = system_names(name, table)
        with_key = settings.encryption.customer_managed_key
        refuse(name_violations(self._names, autonaming_of_the_stack(), with_key=with_key), pulumi.get_project())
        # These settings decide which components there are, so that only the system can always record them.
        deciding = (settings.encryption, settings.protection, settings.events, settings.tracing)
        recorded = {key: value for group in deciding for key, value in as_inputs(group).items()}
        inputs = recorded | {"systemName": name, "tableName": self._names.table, NAMESPACE: settings.namespace}
        protection = [protect_holder] if settings.protection.protect_orders else []
        kept = pulumi.ResourceOptions(transformations=[keep_undeclared, *protection])
        super().__init__("orders:index:OrderSystem", name, inputs, pulumi.ResourceOptions.merge(opts, kept))
        self._child = pulumi.ResourceOptions(parent=self)
        self._settings = settings
        self._role = ProcessorRole(f"{name}ProcessorRole", settings.processor, opts=self._child).role
        self._notifier_role = self._role_of_notifier(name)
        self._key = self._encryption_key(name)
        self._topic = OrderTopic(f"{name}Topic", tracing=settings.tracing, key=self._key, opts=self._child)
        self._queue = self._order_queue(name)
        self._subscription = self._subscribe(name)
        self._table = self._order_table()
        self._processor = self._order_processor(name)
        self._events = self._order_events(name)
        self._notifier = self._order_notifier(name)
        self._trace(name)
        self._monitoring = self._monitor(name)
        self.outputs = self._stack_outputs()
        self.register_outputs(self.outputs.exports())

    def _role_of_notifier(self, name: str) -> aws.iam.Role | None:
        if not self._settings.events.order_events:
            return None
        return NotifierRole(f"{name}NotifierRole", self._settings.processor, opts=self._child).role

    def _encryption_key(self, name: str) -> aws.kms.Key | None:
        if not self._settings.encryption.customer_managed_key:
            return None
        return OrderKey(
            f"{name}Key",
            processor=self._role,
            notifier=self._notifier_role,
            log_groups=self._names.log_groups,
            opts=self._child,
        ).key

    def _order_queue(self, name: str) -> OrderQueue:
        return OrderQueue(
            f"{name}Queue", self._settings.queue, fed_by=self._topic.topic, key=self._key, opts=self._child
        )

    def _subscribe(self, name: str) -> OrderSubscription:
        return OrderSubscription(
            f"{name}Subscription",
            self._settings.queue,
            topic=self._topic.topic,
            queue=self._queue,
            key=self._key,
            opts=self._child,
        )

    def _order_table(self) -> OrderTable:
        protected = self._settings.protection.protect_orders
        return OrderTable(
            self._names.table,
            self._settings.table,
            protected=protected,
            with_stream=self._settings.events.order_events,
            key=self._key,
            opts=self._child,
        )

    def _order_processor(self, name: str) -> OrderProcessor:
        return OrderProcessor(
            f"{name}Processor",
            self._settings.processor,
            tracing=self._settings.tracing,
            runs_as=self._role,
            reads=self._queue,
            writes=self._table.table,
            key=self._key,
            opts=self._child,
        )

    def _order_events(self, name: str) -> OrderEvents | None:
        if not self._settings.events.order_events:
            return None
        return OrderEvents(
            f"{name}Events",
            self._settings.events,
            tracing=self._settings.tracing,
            retention_seconds=self._settings.queue.dead_letter_retention_seconds,
            key=self._key,
            opts=self._child,
        )

    def _order_notifier(self, name: str) -> OrderNotifier | None:
        if not (self._notifier_role and self._events):
            return None
        return OrderNotifier(
            f"{name}Notifier",
            self._settings,
            code=self._processor.code,
            runs_as=self._notifier_role,
            reads=self._table.table,
            tells=self._events,
            key=self._key,
            opts=self._child,
        )

    def _trace(self, name: str) -> None:
        if self._settings.tracing.active_tracing:
            topics = [self._topic.topic, *([self._events.topic] if self._events else [])]
            OrderTracing(f"{name}Tracing", topics=topics, opts=self._child)

    def _monitor(self, name: str) -> OrderMonitoring:
        flow = Flow(
            topic=self._topic.topic,
            queue=self._queue.queue,
            dead_letters=self._queue.dead_letters,
            undelivered=self._subscription.undelivered,
            function=self._processor.function,
            function_timeout_seconds=self._settings.processor.processor_timeout_seconds,
            table=self._table.table,
            events=self._event_flow(),
            custom_metrics=self._settings.processor.custom_metrics,
        )
        return OrderMonitoring(
            f"{name}Monitoring", self._settings.monitoring, watches=flow, key=self._key, opts=self._child
        )

    def _event_flow(self) -> EventFlow | None:
        if not (self._events and self._notifier):
            return None
        return EventFlow(
            function=self._notifier.function,
            topic=self._events.topic,
            given_up=self._events.given_up,
            custom_metrics=self._settings.processor.custom_metrics,
        )

    def _stack_outputs(self) -> StackOutputs[pulumi.Output[str]]:
        return StackOutputs(
            topic_arn=self._topic.topic.arn,
            queue_url=self._queue.queue.url,
            dead_letter_queue_url=self._queue.dead_letters.url,
            undelivered_queue_url=self._subscription.undelivered.url,
            table_name=self._table.table.name,
            processor_name=self._processor.function.name,
            log_group_name=self._processor.log_group.name,
            event_topic_arn=self._events.topic.arn if self._events else "",
            given_up_queue_url=self._events.given_up.url if self._events else "",
            notifier_name=self._notifier.function.name if self._notifier else "",
            notifier_log_group_name=self._notifier.log_group.name if self._notifier else "",
            commit=commit_of(Path(pulumi.get_root_directory() or ROOT)),
            deployed_by=deployer(),
            package_sha256=self._processor.package.sha256,
            package_files=self._processor.package.files,
            alert_topic_arn=self._monitoring.alerts.arn,
            dashboard_name=self._monitoring.dashboard.dashboard_name,
            alarm_names=[alarm.name for alarm in self._monitoring.alarms],
            delivery_budget=delivery_budget(self._settings.by_key()),
        )
