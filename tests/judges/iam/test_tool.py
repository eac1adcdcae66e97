"""The permissions in the docs allow each request of the `orders` command, and each is needed."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.model import OperationModel

from handler.contract import GivenUpField
from handler.item import item_of
from handler.order import parse_order
from infra.resource_types import ROLE
from local.deployer import deploy
from local.emulator import emulator
from ops import local_system
from ops.cli.dlq import looking
from ops.cli.exit_codes import Exit
from ops.clients import Clients
from ops.dead_letters.timing import Timing
from ops.local_system import LocalSystem, save_local_system
from tests.judges.iam.documented import actions_in, arns, policy_for
from tests.judges.iam.policies import Kind, Policy
from tests.judges.iam.questions import USUAL, Question
from tests.judges.iam.simulator import Case, first_other_answers
from tests.judges.judge import Judge
from tests.support.arns import arn
from tests.support.command import run_orders
from tests.support.orders import body
from tests.support.pipeline import Pipeline

pytestmark = pytest.mark.judged(Judge.IAM_SIMULATE, "tool-permissions")

OPERATOR = arn(ROLE, "Operator")
GUIDE, DEAD_LETTERS = "running.md", "dead-letters-guarantees.md"
COMMANDS: tuple[tuple[str, str, str, Exit], ...] = (
    ("publish", GUIDE, "publish -", Exit.DONE),
    ("get", GUIDE, "get O-1", Exit.DONE),
    ("list", GUIDE, "list", Exit.DONE),
    ("logs", GUIDE, "logs", Exit.DONE),
    ("status", GUIDE, "status", Exit.DONE),
    ("events failed", GUIDE, "events failed --retry", Exit.DONE),
    ("events replay", GUIDE, "events replay --order O-1 --confirm", Exit.DONE),
    ("events replay", GUIDE, "events replay --all", Exit.DONE),
    ("list", DEAD_LETTERS, "dlq list", Exit.DONE),
    ("groups", DEAD_LETTERS, "dlq groups", Exit.DONE),
    ("show", DEAD_LETTERS, "dlq show O-2", Exit.DONE),
    ("edit", DEAD_LETTERS, "dlq edit O-2 --set quantity=1 --confirm", Exit.DONE),
    # The emulator has no move tasks.
    ("move start", DEAD_LETTERS, "dlq move start --confirm", Exit.NO_ACCESS),
    ("move status", DEAD_LETTERS, "dlq move status", Exit.NO_ACCESS),
    ("archive", DEAD_LETTERS, "dlq archive kept.jsonl --all --keep --confirm", Exit.DONE),
    ("purge", DEAD_LETTERS, "dlq purge kept.jsonl --confirm", Exit.DONE),
    ("restore", DEAD_LETTERS, "dlq restore kept.jsonl --confirm", Exit.DONE),
    ("redrive", DEAD_LETTERS, "dlq redrive O-3 --confirm --wait", Exit.DONE),
    ("archive", DEAD_LETTERS, "dlq archive rest.jsonl --all --confirm", Exit.DONE),
    ("history", DEAD_LETTERS, "dlq history", Exit.DONE),
)
"""A command, the page with its permissions, what to run, and how it ends. Each one has something to do."""
NOT_TRIED = {"sqs:CancelMessageMoveTask"}
"""Actions in the docs that no command asks for here, because the emulator has no move tasks."""

SINGLE = {"SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch", "PublishBatch"}
"""Operations for several messages, which need the permission of the operation for one."""


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
        name = model.name.removesuffix("Batch") if model.name in SINGLE else model.name
        found.update(Request(f"{service}:{name}", resource) for resource in resources_of(params))

    handler = ("before-parameter-build", note)
    BUILTIN_HANDLERS.append(handler)
    try:
        yield found
    finally:
        BUILTIN_HANDLERS.remove(handler)


def resources_of(request: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ARNs of the resources that a request names. A list of alarms or event source mappings has none."""
    known = {one.rpartition(":")[2].removeprefix("table/"): one for one in arns().values()}
    match request:
        case {"QueueUrl": name} | {"TopicArn": name} | {"TableName": name} | {"SourceArn": name}:
            yield known[name.replace("/", ":").rpartition(":")[2]]
        case {"RequestItems": tables}:
            yield from (known[table] for table in tables)
        case {"StreamArn": _} | {"ShardIterator": _}:
            yield f"{known['Orders']}/stream/2026-11-27T00:00:00.000"
        case {"logGroupName": group, "logStreamName": stream}:
            yield f"{known[group]}:log-stream:{stream}"
        case {"logGroupName": group}:
            yield known[group]
        case {"AlarmNames": names}:
            yield from (known[name] for name in names)
        case _:
            yield "*"


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Pipeline]:
    """A system with a stored order, two dead letters and two events that were given up."""
    monkeypatch.setattr(local_system, "RECORD", tmp_path / "running.json")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(looking, "TIMING", Timing(poll_seconds=0, check_seconds=0.2))
    monkeypatch.chdir(tmp_path)
    with emulator("permissions") as clients:
        outputs = deploy(clients)
        table = str(outputs["tableName"])
        clients.dynamodb.put_item(TableName=table, Item=item_of(parse_order(body("O-1"))))
        for queue, message in (
            ("deadLetterQueueUrl", body("O-2", quantity=0)),
            ("deadLetterQueueUrl", body("O-3")),
            *(("givenUpQueueUrl", json.dumps(one)) for one in _given_up(clients)),
        ):
            clients.sqs.send_message(QueueUrl=outputs[queue], MessageBody=message)
        save_local_system(LocalSystem(url=clients.emulator_url, outputs=outputs))
        yield Pipeline(clients, outputs)


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


@pytest.mark.usefixtures("pipeline")
def test_the_permissions_in_the_docs_are_necessary_and_sufficient(
    simulator: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases: list[Case] = []
    for command, page, line, exit_code in COMMANDS:
        with noted() as made:
            ran = run_orders(monkeypatch, capsys, *line.split(), stdin=body("O-1"))
        assert (ran.code, made != set()) == (exit_code, True), f"{line}: {ran.out}{ran.err}"
        name = f"orders {line}"
        policy = Policy(kind=Kind.IDENTITY, owner=OPERATOR, name=name, document=policy_for(command, page))
        for action, resource in sorted(made):
            question = Question(who=OPERATOR, action=action, resource=resource, context=USUAL, allowed=True)
            cases.append(Case(question, [policy]))
    denied = [
        (case.policies[0].name, case.question.action, case.question.resource)
        for case, other in zip(cases, first_other_answers(simulator, [[case] for case in cases]), strict=True)
        if other is not None
    ]
    assert denied == []
    documented = {action for page in (GUIDE, DEAD_LETTERS) for action in actions_in(page)}
    assert documented - {case.question.action for case in cases} == NOT_TRIED
