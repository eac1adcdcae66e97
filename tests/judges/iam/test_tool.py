"""The permissions in the docs allow each request of the `orders` command, and the command uses each of them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from itertools import product, starmap
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.model import OperationModel

from handler.contract import PARTITION_KEY, GivenUpField
from handler.item import item_of
from infra.resource_types import ROLE
from local.deployer import deploy
from local.emulator import emulator
from ops.cli.dlq import looking
from ops.cli.exit_codes import Exit
from ops.clients import Clients
from ops.dead_letters.timing import Timing
from ops.system import local_system
from tests.judges.iam.documented import arns, commands_in, policy_for, restored_table
from tests.judges.iam.policies import Document, Kind, Policy
from tests.judges.iam.questions import USUAL, Question
from tests.judges.iam.simulator import Case, first_other_answers
from tests.judges.judge import Judge
from tests.support.arns import ACCOUNT, REGION, arn
from tests.support.command import find_system, run_orders
from tests.support.orders import body, order
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

pytestmark = pytest.mark.judged(Judge.IAM_SIMULATE, "tool-permissions")

OPERATOR = arn(ROLE, "Operator")
GUIDE, DEAD_LETTERS = "running.md", "dead-letters-guarantees.md"
INTERRUPTED = 130
"""How Ctrl-C ends a command."""
COMMANDS: tuple[tuple[str, str, str, int | None], ...] = (
    ("publish", GUIDE, "publish -", Exit.DONE),
    ("get", GUIDE, "get O-1", Exit.DONE),
    ("list", GUIDE, "list", Exit.DONE),
    ("logs", GUIDE, "logs", Exit.DONE),
    ("logs", GUIDE, "logs --notifier --order nobody", Exit.INCOMPLETE),
    ("status", GUIDE, "status", Exit.DONE),
    ("pause", GUIDE, "pause --reason work --confirm", Exit.DONE),
    ("status", GUIDE, "status", Exit.DONE),
    ("resume", GUIDE, "resume --confirm", Exit.DONE),
    ("mute", GUIDE, "mute --for 2h --confirm", Exit.DONE),
    ("unmute", GUIDE, "unmute --confirm", Exit.DONE),
    ("trace", GUIDE, "trace O-3", Exit.INCOMPLETE),
    ("capacity --deployed", GUIDE, "capacity --deployed --rate 1 --for 60s", Exit.DONE),
    ("capacity --measured", GUIDE, "capacity --measured 1d", None),  # Other tests publish orders, too.
    ("events failed", GUIDE, "events failed", Exit.DONE),
    ("events failed", GUIDE, "events failed --retry", Exit.DONE),
    ("events replay", GUIDE, "events replay --order O-1 --confirm", Exit.DONE),
    ("events replay", GUIDE, "events replay --all", Exit.DONE),
    ("table restore", GUIDE, "table restore --to latest --table Orders-again --confirm", Exit.DONE),
    ("table compare", GUIDE, "table compare Orders-restored", Exit.INCOMPLETE),
    ("table merge", GUIDE, "table merge Orders-restored --confirm", Exit.DONE),
    ("list", DEAD_LETTERS, "dlq list", Exit.DONE),
    ("groups", DEAD_LETTERS, "dlq groups", Exit.DONE),
    ("show", DEAD_LETTERS, "dlq show O-3", Exit.DONE),
    ("edit", DEAD_LETTERS, "dlq edit O-2 --set quantity=1 --confirm", Exit.DONE),
    ("edit", DEAD_LETTERS, "dlq edit --all --set quantity=3", Exit.DONE),
    ("edit", DEAD_LETTERS, "dlq edit --where userId=U123 --set quantity=3 --confirm", Exit.DONE),
    ("move start", DEAD_LETTERS, "dlq move start --confirm", Exit.DONE),
    ("move status", DEAD_LETTERS, "dlq move status", Exit.DONE),
    ("move cancel", DEAD_LETTERS, "dlq move cancel", Exit.DONE),
    ("archive", DEAD_LETTERS, "dlq archive kept.jsonl O-2 --keep --confirm", Exit.DONE),
    ("purge", DEAD_LETTERS, "dlq purge kept.jsonl --confirm", Exit.DONE),
    ("restore", DEAD_LETTERS, "dlq restore kept.jsonl --confirm", Exit.DONE),
    ("redrive", DEAD_LETTERS, "dlq redrive O-3 --confirm --wait", Exit.DONE),
    ("archive", DEAD_LETTERS, "dlq archive rest.jsonl --would store --confirm", Exit.DONE),
    ("history", DEAD_LETTERS, "dlq history", Exit.DONE),
    ("watch", DEAD_LETTERS, "dlq watch", INTERRUPTED),
    ("list", DEAD_LETTERS, "dlq list --queue undelivered", Exit.DONE),
    ("groups", DEAD_LETTERS, "dlq groups --queue undelivered", Exit.DONE),
    ("show", DEAD_LETTERS, "dlq show O-4 --queue undelivered", Exit.DONE),
    ("edit", DEAD_LETTERS, "dlq edit O-4 --set quantity=2 --confirm --queue undelivered", Exit.DONE),
    ("archive", DEAD_LETTERS, "dlq archive sns.jsonl O-4 --keep --confirm --queue undelivered", Exit.DONE),
    ("purge", DEAD_LETTERS, "dlq purge sns.jsonl --confirm --queue undelivered", Exit.DONE),
    ("restore", DEAD_LETTERS, "dlq restore sns.jsonl --confirm --queue undelivered", Exit.DONE),
    ("redrive", DEAD_LETTERS, "dlq redrive O-4 --confirm --wait --queue undelivered", Exit.DONE),
    ("archive", DEAD_LETTERS, "dlq archive sns2.jsonl --all --confirm --queue undelivered", Exit.DONE),
)
"""A command, the page with its permissions, what to run, and how it ends. Each one has something to do."""
USED_BY_SQS = {
    ("move start", "sqs:ReceiveMessage", "queue OrderDLQ"),
    ("move start", "sqs:DeleteMessage", "queue OrderDLQ"),
    ("move start", "sqs:SendMessage", "queue OrderQueue"),
}
"""Permissions in the docs that no request of the command needs, but SQS itself, which moves the letters."""
USED_BY_DYNAMODB = {"BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"}
"""The same for `table restore`, for which DynamoDB writes the restored table."""
MOVE_TASKS = {
    "StartMessageMoveTask": {"TaskHandle": "task"},
    "ListMessageMoveTasks": {"Results": [{"TaskHandle": "task", "Status": "RUNNING"}]},
    "CancelMessageMoveTask": {"ApproximateNumberOfMessagesMoved": 0},
}
"""What clients get for requests about move tasks, which the emulator does not have."""
MUTE_RULES = {
    "PutAlarmMuteRule": {},
    "GetAlarmMuteRule": {"Status": "ACTIVE", "ExpireDate": datetime(2026, 11, 27, tzinfo=UTC)},
    "DeleteAlarmMuteRule": {},
}
"""The same for requests about alarm mute rules."""

PERMITTED_AS = {
    **{f"{name}Batch": name for name in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility", "Publish")},
    "BatchExecuteStatement": "PartiQLInsert",
}
"""Operations that need a permission of another name: for several messages, and for statements that insert."""

DATASET = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:dataset/any"
"""What the simulator needs for GetMetricData. The metrics of AWS are in none, so only `*` allows them."""
ONLY = {"UUID": "OrderProcessor-id", "TaskHandle": "OrderDLQ"}
"""The resource of a request that names it by an ID which only AWS knows."""
MUTE_RULE = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm-mute-rule:"
LISTS = {"ListEventSourceMappings"}
"""Operations whose permission has no resource, although a request names one."""


class Request(NamedTuple):
    """A request of the command."""

    action: str
    resource: str


@contextmanager
def noted() -> Iterator[set[Request]]:
    """Note the requests of all clients that are created in the meantime."""
    found: set[Request] = set()

    def note(*, params: Mapping[str, Any], model: OperationModel, **_: object) -> None:
        service = model.service_model.service_name.removesuffix("streams")
        name = PERMITTED_AS.get(model.name, model.name)
        resources = {"*"} if name in LISTS else resources_of(params)
        found.update(Request(f"{service}:{name}", resource) for resource in resources)

    def answer(*, model: OperationModel, **_: object) -> tuple[object, object]:
        return SimpleNamespace(status_code=200), (MOVE_TASKS | MUTE_RULES)[model.name]

    handlers = [
        ("before-parameter-build", note),
        *((f"before-call.sqs.{name}", answer) for name in MOVE_TASKS),
        *((f"before-call.cloudwatch.{name}", answer) for name in MUTE_RULES),
    ]
    BUILTIN_HANDLERS.extend(handlers)
    try:
        yield found
    finally:
        for handler in handlers:
            BUILTIN_HANDLERS.remove(handler)


def resources_of(request: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ARNs of the resources that a request names. A list of alarms has none."""
    known = {one.rpartition(":")[2].removeprefix("table/"): one for one in arns().values()}
    match request:
        case (
            {"QueueUrl": name} | {"TopicArn": name} | {"TableName": name} | {"SourceArn": name} | {"FunctionName": name}
        ):
            known_as = name.replace("/", ":").rpartition(":")[2]
            yield known.get(known_as) or _table(known_as)
        case {"UUID": _} | {"TaskHandle": _}:
            yield from (known[name] for key, name in ONLY.items() if key in request)
        case {"RequestItems": _} | {"SourceTableName": _} | {"Statements": _}:
            yield from map(_table, request.get("RequestItems") or [request.get("SourceTableName", "Orders")])
        case {"StreamArn": _} | {"ShardIterator": _}:
            yield f"{known['Orders']}/stream/2026-11-27T00:00:00.000"
        case {"logGroupName": group, "logStreamName": stream}:
            yield f"{known[group]}:log-stream:{stream}"
        case {"logGroupName": group}:
            yield known[group]
        case {"Name": rule} | {"AlarmMuteRuleName": rule}:
            yield f"{MUTE_RULE}{rule}"
            yield from (known[name] for name in request.get("MuteTargets", {}).get("AlarmNames", ()))
        case {"AlarmNames": names}:
            yield from (known[name] for name in names)
        case {"MetricDataQueries": _}:
            yield DATASET
        case _:
            yield "*"


def _table(name: str) -> str:
    """Return the ARN of the table, or of a restored one."""
    assert name.startswith("Orders"), f"the command names the table {name}"
    return arns()["table Orders"] + name.removeprefix("Orders")


def interrupt(_seconds: float) -> None:
    """Press Ctrl-C while a command waits for its next page."""
    raise KeyboardInterrupt


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Pipeline]:
    """A system with a stored order, two dead letters, two undelivered orders and two events that were given up."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("ops.cli.terminal.time", SimpleNamespace(sleep=interrupt))
    monkeypatch.setattr(looking, "TIMING", Timing(poll_seconds=0, check_seconds=0.2))
    monkeypatch.chdir(tmp_path)
    with emulator("permissions") as clients:
        outputs = deploy(clients)
        pipeline = Pipeline(clients, outputs)
        pipeline.publish([body("O-1")])
        eventually(lambda: list(pipeline.log_records_of("O-1")), "the log of the stored order")
        for queue, message in (
            ("deadLetterQueueUrl", body("O-2", quantity=0)),
            ("deadLetterQueueUrl", body("O-3")),
            ("undeliveredQueueUrl", body("O-4")),
            ("undeliveredQueueUrl", body("O-5")),
            *(("givenUpQueueUrl", json.dumps(one)) for one in _given_up(clients)),
        ):
            clients.sqs.send_message(QueueUrl=outputs[queue], MessageBody=message)
        _create_restored_table(clients)
        find_system(monkeypatch, tmp_path, clients.emulator_url, outputs)
        monkeypatch.setattr("ops.cli.options.deployed_system", lambda *_, **__: local_system())
        yield pipeline


def _create_restored_table(clients: Clients) -> None:
    """Create a table with a new order and a newer one."""
    clients.dynamodb.create_table(
        TableName="Orders-restored",
        KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for one in (order("O-1", timestamp="2026-01-01T00:00:00Z"), order("O-5")):
        clients.dynamodb.put_item(TableName="Orders-restored", Item=item_of(one))


def _given_up(clients: Clients) -> Iterator[Mapping[str, Any]]:
    """Yield what the notifier sends for an event without its images, and what Lambda sends for a lost record."""
    [found] = clients.dynamodbstreams.list_streams()["Streams"]
    stream = found["StreamArn"]
    change = {"Keys": {"orderId": {"S": "O-1"}}, "SequenceNumber": "1", "ApproximateCreationDateTime": 0}
    record = {"eventName": "INSERT", "eventSourceARN": stream, "dynamodb": change}
    yield {GivenUpField.ORDER_ID: "O-1", GivenUpField.REASON: "Throttled", GivenUpField.RECORD: record}
    [shard] = clients.dynamodbstreams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    place = {"streamArn": stream, "shardId": shard["ShardId"], "batchSize": 1}
    first = shard["SequenceNumberRange"]["StartingSequenceNumber"]
    place |= {"startSequenceNumber": first, "endSequenceNumber": first}
    yield {"requestContext": {"condition": "MaxRecordAgeExceeded"}, "DDBStreamBatchInfo": place}


def granted(policy: Document) -> Iterator[Request]:
    for statement in policy["Statement"]:
        yield from starmap(Request, product(statement["Action"], statement["Resource"]))


Use = tuple[str, str, str, str]
"""A command, the page with its permissions, an action and a resource."""


def is_use(permission: Use, request: Use) -> bool:
    """Return whether a request needs a permission, whose resource can be a pattern."""
    return permission[:3] == request[:3] and fnmatchcase(request[3], permission[3])


@pytest.mark.usefixtures("pipeline")
def test_the_permissions_in_the_docs_are_sufficient_and_each_command_uses_all_of_its_own(
    simulator: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases: list[Case] = []
    unused = {
        (command, page, action, resource)
        for page in (GUIDE, DEAD_LETTERS)
        for command in commands_in(page)
        for action, resource in granted(policy_for(command, page))
    }
    for command, page, line, exit_code in COMMANDS:
        with noted() as made:
            ran = run_orders(monkeypatch, capsys, *line.split(), stdin=body("O-1"))
        allowed = {Exit.DONE, Exit.INCOMPLETE} if exit_code is None else {exit_code}
        assert (ran.code in allowed, made != set()) == (True, True), f"{line}: {ran.out}{ran.err}"
        name = f"orders {line}"
        policy = Policy(kind=Kind.IDENTITY, owner=OPERATOR, name=name, document=policy_for(command, page))
        for action, resource in sorted(made):
            question = Question(who=OPERATOR, action=action, resource=resource, context=USUAL, allowed=True)
            cases.append(Case(question, [policy]))
            unused = {one for one in unused if not is_use(one, (command, page, action, resource))}
    denied = [
        (case.policies[0].name, case.question.action, case.question.resource)
        for case, other in zip(cases, first_other_answers(simulator, [[case] for case in cases]), strict=True)
        if other is not None
    ]
    assert denied == []
    by_sqs = {(command, DEAD_LETTERS, action, arns()[name]) for command, action, name in USED_BY_SQS}
    by_dynamodb = {("table restore", GUIDE, f"dynamodb:{name}", restored_table()) for name in USED_BY_DYNAMODB}
    assert unused == by_sqs | by_dynamodb
