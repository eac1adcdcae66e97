"""Each stored version is told at least once and in sequence, whatever fails and whenever the function crashes.

The model contains the table with its stream, Lambda's event source mapping on two shards, SNS, and the queue of events
that the notifier gave up. Two instances of the function may run at a time. Orders are written by the real store.
"""

import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from handler.contract import INSTANT
from handler.log import Log
from handler.notifier.change import read_change
from handler.notifier.event import event_of
from handler.notifier.given_up import GivenUpQueue
from handler.notifier.memory import LONE_FAILURE_SECONDS
from handler.notifier.notifier import Notifier
from handler.notifier.topic import EventTopic
from handler.store import DynamoDBStore
from tests.support.event_source_mapping import Crashed, Record, Shard, changed_at, number
from tests.support.fake_dynamodb import FakeDynamoDB, Item
from tests.support.fake_sns import TOPIC, Entry, FakeSNS, order_id, sns_error
from tests.support.fake_sqs import Clock, FakeSQS
from tests.support.lone_tries import lone_tries
from tests.support.orders import order
from tests.support.stream_records import item, stream_record

URL = "https://sqs/OrderEventsDLQ"
RETRY_SECONDS = 14_400
MAX_AGE = RETRY_SECONDS + 3_600
BATCH_SIZE = 4
NAMES = [f"O{at}" for at in range(6)]
REFUSED_STATUS = "refused"
"""The status of orders whose events SNS never accepts."""

BY_HAND: list[Mapping[str, Any]] = [
    {"notes": {"SS": ["x"]}},
    {"notes": {"B": "AP8="}, INSTANT: {"N": "5"}},
    item("-") | {"timestamp": {"N": "0"}},
    item("-") | {INSTANT: {"S": "2025-05-03T11:00:00"}},
    item("-") | {INSTANT: {"S": "2025-05-03T12:00:09.5"}},
]
"""Items that are no orders, without their key."""

BEFORE = ["throttled", "bug", "crash before", "told late", "run another"]
AFTER = ["crash after", "lost answer", "answer makes no sense", "entry missing"]
FATES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*BEFORE, *AFTER, "entry throttled"]), max_size=3)
"""What happens before or after the first request with an event of an order takes effect.

It depends on nothing else, because requests that are sent at once come in any sequence.
"""
QUEUE = ["takes", "takes", "refuses", "crash before", "crash after", "lost answer"]


class Table(FakeDynamoDB):
    """A table that passes each change to its stream."""

    def __init__(self, on_change: Callable[[Item | None, Item | None], None]) -> None:
        super().__init__(lambda: None)
        self._on_change = on_change

    def _store(self, item: Item) -> None:
        old = self.items.get(item["orderId"]["S"])
        super()._store(item)
        self._on_change(item, old)

    def put_by_hand(self, name: str, new: Item | None) -> None:
        old = self.items.pop(name, None)
        if new:
            self.items[name] = new
        if new != old:
            self._on_change(new, old)


class System:
    """The table, the stream, two instances of the function, SNS and the queue."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.shards = [Shard(self.clock, BATCH_SIZE, MAX_AGE) for _ in range(2)]
        self.table = Table(self.add_record)
        self.store = DynamoDBStore("Orders", cast("Any", self.table))
        self.published: list[Entry] = []
        self.late: list[Entry] = []
        """What SNS has received in requests that it did not answer in time, and not yet published."""
        self.sqs = FakeSQS(self.clock)
        self.records: list[Record] = []
        self.fates: dict[str, str] = {}
        self.another: Callable[[], None] | None = None
        self.stuck: set[str] = set()
        """Orders whose events SNS refuses for now."""
        self.killing: set[str] = set()
        """Orders whose events stop the function for now."""
        self.topic_error: str | None = None
        self.queue = "takes"
        """What the queue does with each message: one of QUEUE."""
        self.environments = [lone_tries(self.clock), lone_tries(self.clock)]
        self.instances = [self.new_instance(0), self.new_instance(1)]

    def new_instance(self, at: int) -> Notifier:
        sns = FakeSNS(before=self.before_publish, after=self.after_publish, refuse=self.refuse)
        sns.published = self.published
        log = Log(io.StringIO())
        sqs = SimpleNamespace(send_message=self.give_up)
        topic, queue = EventTopic(TOPIC, cast("Any", sns)), GivenUpQueue(URL, lambda: cast("Any", sqs), log)
        return Notifier(topic, queue, log, self.environments[at], retry_seconds=RETRY_SECONDS, now=self.clock)

    def add_record(self, new: Item | None, old: Item | None) -> None:
        record = stream_record(new, old, number=len(self.records) + 1)
        self.records.append(record)
        self.shards[int(name_of(record)[1:]) % 2].add(record)

    def write(self, name: str, second: int, status: str) -> None:
        self.store.put([order(name, timestamp=f"2025-05-03T12:00:0{second}Z", status=status)], time.monotonic() + 60)

    def deliver(self, at: int, instance: int, fates: Mapping[str, str], seconds_left: float = 60) -> None:
        """Deliver a batch of a shard to an instance. Another shard may go to the other instance during a request."""
        self.fates = dict(fates)
        self.another = partial(self.shards[1 - at].deliver, partial(self.run, 1 - instance, 60))
        self.shards[at].deliver(partial(self.run, instance, seconds_left))
        self.fates, self.another = {}, None

    def run(self, instance: int, seconds_left: float, records: Sequence[Record]) -> list[str]:
        try:
            response = self.instances[instance].tell(records, seconds_left)
        except Crashed:
            close(self.instances[instance])
            self.instances[instance] = self.new_instance(instance)
            raise
        failed = [failure["itemIdentifier"] for failure in response["batchItemFailures"]]
        if self.queue == "takes" and seconds_left:
            old = {number(one) for one in records if self.clock.now - changed_at(one) >= RETRY_SECONDS}
            assert not old & set(failed), "an event whose time is up does not delay others any more"
        return failed

    def before_publish(self, entries: Sequence[Entry]) -> None:
        fate = self.fate(entries)
        if self.killing & set(map(order_id, entries)):
            raise Crashed
        if self.topic_error:
            raise sns_error(self.topic_error)
        match fate:
            case "throttled":
                raise sns_error("Throttling")
            case "bug":
                raise RuntimeError("a bug")
            case "crash before":
                raise Crashed
            case "told late":
                self.late += entries
                raise ReadTimeoutError(endpoint_url="https://sns")
            case "run another" if self.another:
                run, self.another = self.another, None
                run()

    def after_publish(self, entries: Sequence[Entry]) -> Mapping[str, Any] | None:
        names = [order_id(entry) for entry in entries]
        match [self.fates.pop(name) for name in names if self.fates.get(name) in AFTER]:
            case ["crash after", *_]:
                raise Crashed
            case ["lost answer", *_]:
                raise ReadTimeoutError(endpoint_url="https://sns")
            case ["answer makes no sense", *_]:
                return {"Successful": [{}]}
            case ["entry missing", *_]:
                # SNS never says of a message that it refused that it published it.
                return {"Successful": [{"Id": entry["Id"]} for entry in entries[1:] if entry in self.published]}
        return None

    def fate(self, entries: Sequence[Entry]) -> str | None:
        fates = [self.fates.pop(name) for name in map(order_id, entries) if self.fates.get(name) in BEFORE]
        return fates[0] if fates else None

    def refuse(self, entry: Entry) -> str | None:
        if entry["MessageAttributes"]["status"]["StringValue"] == REFUSED_STATUS:
            return "InvalidParameter"
        name = order_id(entry)
        if self.fates.get(name) == "entry throttled":
            return self.fates.pop(name)
        return "Throttled" if name in self.stuck else None

    def give_up(self, **request: Any) -> Mapping[str, Any]:
        match self.queue:
            case "refuses":
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SendMessage")
            case "crash before":
                raise Crashed
        answer = self.sqs.send_message(**request)
        match self.queue:
            case "crash after":
                raise Crashed
            case "lost answer":
                raise ReadTimeoutError(endpoint_url="https://sqs")
        return answer

    def publish_late(self) -> None:
        self.published += [entry for entry in self.late if not self.refuse(entry)]
        self.late = []

    def heal(self) -> None:
        self.topic_error, self.queue = None, "takes"
        self.stuck.clear()
        self.killing.clear()
        self.publish_late()

    def drain(self) -> None:
        for _ in range(2 * len(self.records)):
            for at in range(2):
                self.deliver(at, at, {})
        assert all(shard.is_done for shard in self.shards), "the function never comes to an end"

    def close(self) -> None:
        self.store._threads.shutdown()
        for instance in self.instances:
            close(instance)

    @property
    def given_up(self) -> list[Record]:
        return [json.loads(body)["record"] for body in self.sqs.bodies(URL)]

    @property
    def told(self) -> list[str]:
        return [json.loads(entry["Message"])["id"] for entry in self.published]


def close(instance: Notifier) -> None:
    instance._topic._threads.shutdown()
    instance._given_up._threads.shutdown()


def name_of(record: Record) -> str:
    return str(record["dynamodb"]["Keys"]["orderId"]["S"])


def version_of(record: Record) -> str | None:
    """The ID of the event that a record has to be told by. None if it shows no order."""
    new = record["dynamodb"].get("NewImage")
    if new is None or any(new == {**by_hand, "orderId": new["orderId"]} for by_hand in BY_HAND):
        return None
    return f"{name_of(record)}@{new[INSTANT]['S']}Z"


class Events(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.system = System()

    @initialize(count=st.integers(0, 8))
    def write_first_versions(self, count: int) -> None:
        for at in range(count):
            self.system.write(NAMES[at % 3], at, "new")

    @rule(
        name=st.sampled_from(NAMES), second=st.integers(0, 9), status=st.sampled_from(["new", "paid", REFUSED_STATUS])
    )
    def write(self, name: str, second: int, status: str) -> None:
        self.system.write(name, second, status)

    @rule(name=st.sampled_from(NAMES), by_hand=st.none() | st.sampled_from(BY_HAND))
    def write_by_hand(self, name: str, by_hand: Mapping[str, Any] | None) -> None:
        """Write an item that is no order, or delete the item."""
        self.system.table.put_by_hand(name, {**by_hand, "orderId": {"S": name}} if by_hand else None)

    @rule(
        at=st.integers(0, 1),
        instance=st.integers(0, 1),
        fates=FATES,
        seconds_left=st.sampled_from([60.0, 60.0, 60.0, 0.0]),
    )
    def deliver(self, at: int, instance: int, fates: dict[str, str], seconds_left: float) -> None:
        self.system.deliver(at, instance, fates, seconds_left)

    @rule(error=st.sampled_from([None, None, "AuthorizationError", "NotFound", "Throttling"]))
    def change_the_topic(self, error: str | None) -> None:
        self.system.topic_error = error

    @rule(does=st.sampled_from(QUEUE))
    def change_the_queue(self, does: str) -> None:
        self.system.queue = does

    @rule(names=st.sets(st.sampled_from(NAMES), max_size=2))
    def refuse_orders(self, names: set[str]) -> None:
        self.system.stuck = names

    @rule(names=st.sets(st.sampled_from(NAMES), max_size=1))
    def let_orders_stop_the_function(self, names: set[str]) -> None:
        self.system.killing = names

    @rule(seconds=st.sampled_from([10, LONE_FAILURE_SECONDS, 3_600, RETRY_SECONDS]))
    def pass_time(self, seconds: int) -> None:
        self.system.clock.now += seconds

    @rule()
    def publish_late(self) -> None:
        self.system.publish_late()

    @invariant()
    def nothing_is_told_that_was_not_stored(self) -> None:
        stored = [
            (version_of(record), record["dynamodb"]["NewImage"]) for record in self.system.records if version_of(record)
        ]
        for entry in self.system.published:
            event = json.loads(entry["Message"])
            assert event["id"] == f"{event['subject']}@{event['time']}"
            told = event["data"]["order"]
            assert any(
                version == event["id"]
                and told["status"] == new["status"]["S"]
                and told["quantity"] == int(new["quantity"]["N"])
                for version, new in stored
            )

    def teardown(self) -> None:
        self.system.heal()
        self.system.drain()
        self.nothing_is_told_that_was_not_stored()
        self.each_version_is_told_or_kept()
        for name in NAMES:
            self.the_first_events_of_an_order_are_in_sequence(name)
        self.system.close()

    def each_version_is_told_or_kept(self) -> None:
        told = set(self.system.told)
        kept = {number(record) for record in self.system.given_up}
        discarded = {number(record) for shard in self.system.shards for record in shard.discarded}
        told_later = {told_by(record) for record in self.system.given_up}
        for record in self.system.records:
            version = version_of(record)
            if record["eventName"] == "REMOVE" or number(record) in discarded:
                continue
            if version is None:
                assert number(record) in kept, "an item that is no order is kept"
            else:
                assert version in told or number(record) in kept, "a version is told or kept"
                assert version in told | told_later, "what is kept is enough to tell it"

    def the_first_events_of_an_order_are_in_sequence(self, name: str) -> None:
        records = [record for record in self.system.records if name_of(record) == name]
        unusual = {number(record) for record in self.system.given_up}
        unusual |= {number(record) for shard in self.system.shards for record in shard.discarded}
        exempt = {version_of(record) for record in records if number(record) in unusual}
        told = [one for one in dict.fromkeys(self.system.told) if one.startswith(f"{name}@") and one not in exempt]
        stored = dict.fromkeys(
            version for record in records if (version := version_of(record)) and version not in exempt
        )
        assert told == list(stored)


def told_by(record: Record) -> str | None:
    """The ID of the event that tells what a record from the queue shows."""
    if version_of(record) is None:
        return None
    change = read_change(record)
    return event_of(change).event_id if change else None


TestEvents = Events.TestCase
TestEvents.settings = settings(max_examples=300, stateful_step_count=20, deadline=None)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 9)), max_size=20))
@settings(deadline=None)
def test_an_order_that_sns_refuses_for_hours_keeps_no_other_from_being_told(writes: list[tuple[str, int]]) -> None:
    system = System()
    for name, second in writes:
        system.write(name, second, "new")
    system.stuck = {NAMES[0]}
    for _ in range(RETRY_SECONDS // 100 + len(writes) + 1):
        for at in range(2):
            system.deliver(at, at, {})
        system.clock.now += 100
    system.close()
    versions = {version for record in system.records if (version := version_of(record))}
    stuck = {version for version in versions if version.startswith(f"{NAMES[0]}@")}
    assert set(system.told) == versions - stuck
    assert {told_by(record) for record in system.given_up} == stuck
    assert all(shard.is_done and not shard.discarded for shard in system.shards)
    assert len(system.told) == len(set(system.told)), "nothing is told again while the order is refused"


def test_an_order_that_stops_the_function_each_time_is_given_up_and_others_go_on() -> None:
    system = System()
    system.killing = {NAMES[0]}
    for at in range(10):
        system.write(NAMES[2 * (at % 3)], at // 3, "new")
    for _ in range(60):
        system.deliver(0, 0, {})
        system.clock.now += LONE_FAILURE_SECONDS / 10
    system.close()
    assert len(system.told) == len(set(system.told)) == 6, "all versions of the others are told"
    assert [name_of(record) for record in system.given_up] == [NAMES[0]] * 4, "each version is tried, and kept"
    assert system.shards[0].is_done
    assert not system.shards[0].discarded


def test_others_behind_the_batch_wait_only_minutes_for_an_order_that_sns_refuses_alone() -> None:
    system = System()
    system.stuck = {NAMES[0]}
    for at in range(10):
        system.write(NAMES[2 * (at % 3)], at // 3, "new")
    system.deliver(0, 0, {})
    told = {order_id(entry) for entry in system.published}
    for _ in range(6):
        system.clock.now += LONE_FAILURE_SECONDS / 3
        system.deliver(0, 0, {})
    system.close()
    assert told == {NAMES[2], NAMES[4]}
    assert len(system.told) == 6, "all versions of the others are told"
    assert len(system.given_up) == 4, "each version of the order is tried, and kept"
    assert system.shards[0].is_done
