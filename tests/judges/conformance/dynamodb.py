"""Cases of DynamoDB and its streams."""

from typing import Any

from tests.judges.conformance.case import Aws, Service, answer_to, new_name
from tests.support.waiting import eventually

DYNAMODB = Service("DynamoDB")
API = "DynamoDB API Reference"
GUIDE = "DynamoDB Developer Guide"
ITEM_BYTES = 400 * 1024


class Table:
    """A new table with a stream, and the key `k`."""

    def __init__(self, aws: Aws) -> None:
        self.client, self.streams = aws.client("dynamodb"), aws.client("dynamodbstreams")
        self.name = new_name()
        self.arn = self.client.create_table(
            TableName=self.name,
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )["TableDescription"]["LatestStreamArn"]

    def put(self, key: str, **more: Any) -> None:
        self.client.put_item(TableName=self.name, Item={"k": {"S": key}, **more})

    def insert(self, key: str, **values: Any) -> dict[str, Any]:
        """A PartiQL INSERT of an item."""
        names = ", ".join(f"'{name}': ?" for name in ("k", *values))
        return {
            "Statement": f'INSERT INTO "{self.name}" VALUE {{{names}}}',
            "Parameters": [{"S": key}, *values.values()],
        }

    def update(self, key: str, old: str, new: str) -> dict[str, Any]:
        """A PartiQL UPDATE of `v`, if it has the old value."""
        statement = f'UPDATE "{self.name}" SET v = ? WHERE k = ? AND v = ?'  # noqa: S608 - a name of this test
        return {"Statement": statement, "Parameters": [{"S": new}, {"S": key}, {"S": old}]}

    def batch(self, *statements: dict[str, Any]) -> list[dict[str, Any]]:
        return list(self.client.batch_execute_statement(Statements=list(statements))["Responses"])

    def outcomes(self, *statements: dict[str, Any]) -> str:
        """The error code of each statement, or `done`."""
        return ", ".join(answer.get("Error", {}).get("Code", "done") for answer in self.batch(*statements))

    def records(self, count: int) -> list[dict[str, Any]]:
        """The records of the stream, as soon as there are so many."""

        def read() -> list[dict[str, Any]] | None:
            shards = self.streams.describe_stream(StreamArn=self.arn)["StreamDescription"]["Shards"]
            found: list[dict[str, Any]] = []
            for shard in shards:
                iterator = self.streams.get_shard_iterator(
                    StreamArn=self.arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
                )["ShardIterator"]
                found += self.streams.get_records(ShardIterator=iterator)["Records"]
            return found if len(found) >= count else None

        return eventually(read, "the records of the stream")


def nested(containers: int) -> Any:
    """A value in so many lists."""
    value: Any = {"S": "x"}
    for _ in range(containers):
        value = {"L": [value]}
    return value


@DYNAMODB.case(
    "In a batch, an `INSERT` of a key that exists fails alone",
    source=f"{API}, BatchStatementError",
    documented="done, DuplicateItem",
)
def duplicate_item(aws: Aws) -> str:
    table = Table(aws)
    table.put("old")
    return table.outcomes(table.insert("new"), table.insert("old"))


@DYNAMODB.case(
    "In a batch, an `UPDATE` whose condition does not hold fails alone",
    source=f"{API}, BatchStatementError",
    documented="done, ConditionalCheckFailed",
)
def condition_failed(aws: Aws) -> str:
    table = Table(aws)
    table.put("a", v={"S": "1"})
    table.put("b", v={"S": "1"})
    return table.outcomes(table.update("a", "1", "2"), table.update("b", "0", "2"))


@DYNAMODB.case(
    "A failed condition of a batch returns the item if `ReturnValuesOnConditionCheckFailure` asks for it",
    source=f"{API}, BatchStatementRequest",
    documented="1",
)
def old_item_of_batch(aws: Aws) -> str:
    table = Table(aws)
    table.put("a", v={"S": "1"})
    statement = {**table.update("a", "0", "2"), "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    [answer] = table.batch(statement)
    return str(answer["Error"].get("Item", {}).get("v", {}).get("S", "no item"))


@DYNAMODB.case(
    "A conditional put that fails returns the item if it is asked for",
    source=f"{API}, PutItem",
    documented="ConditionalCheckFailedException with 1",
)
def old_item_of_put(aws: Aws) -> str:
    table = Table(aws)
    table.put("a", v={"S": "1"})
    try:
        table.client.put_item(
            TableName=table.name,
            Item={"k": {"S": "a"}},
            ConditionExpression="attribute_not_exists(k)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except table.client.exceptions.ConditionalCheckFailedException as failed:
        item = failed.response.get("Item", {})
        return f"ConditionalCheckFailedException with {item.get('v', {}).get('S', 'no item')}"
    return "done"


@DYNAMODB.case(
    "A batch with two statements on one key is refused",
    source=f"{API}, BatchExecuteStatement",
    documented="ValidationException",
)
def same_key_twice(aws: Aws) -> str:
    table = Table(aws)
    return _answer(table, table.insert("a"), table.insert("a"))


@DYNAMODB.case(
    "A batch of 26 statements is refused",
    source=f"{API}, BatchExecuteStatement",
    documented="ValidationException",
)
def too_many_statements(aws: Aws) -> str:
    table = Table(aws)
    return _answer(table, *(table.insert(str(number)) for number in range(26)))


def _answer(table: Table, *statements: dict[str, Any]) -> str:
    return answer_to(table.client.batch_execute_statement, Statements=list(statements))


@DYNAMODB.case("An item of 400 KB is accepted", source=f"{GUIDE}, Quotas", documented="accepted")
def item_of_400_kb(aws: Aws) -> str:
    table = Table(aws)
    return answer_to(table.put, key="a", v={"S": "x" * (ITEM_BYTES - len("kav"))})


@DYNAMODB.case(
    "A larger item is refused; in a batch, its statement fails alone",
    source=f"{GUIDE}, Quotas",
    documented="ValidationException, ValidationError",
)
def over_400_kb(aws: Aws) -> str:
    table, value = Table(aws), {"S": "x" * (ITEM_BYTES - len("kav") + 1)}
    return f"{answer_to(table.put, key='a', v=value)}, {table.outcomes(table.insert('a', v=value))}"


@DYNAMODB.case(
    "31 nested lists are accepted, in a put and in an `INSERT`",
    source=f"{GUIDE}, Quotas",
    documented="accepted, done",
)
def nested_31(aws: Aws) -> str:
    table = Table(aws)
    return f"{answer_to(table.put, key='a', v=nested(31))}, {table.outcomes(table.insert('b', v=nested(31)))}"


@DYNAMODB.case(
    "32 nested lists are refused",
    source=f"{GUIDE}, Quotas",
    documented="ValidationException",
)
def nested_32(aws: Aws) -> str:
    return answer_to(Table(aws).put, key="a", v=nested(32))


@DYNAMODB.case(
    "An empty key, and a key of more than 2,048 bytes, are refused",
    source=f"{GUIDE}, Quotas",
    documented="ValidationException, ValidationException",
)
def keys(aws: Aws) -> str:
    table = Table(aws)
    return ", ".join(answer_to(table.put, key=key) for key in ("", "x" * 2049))


@DYNAMODB.case(
    "A number with 39 significant digits is refused",
    source=f"{GUIDE}, Quotas",
    documented="ValidationException",
)
def digits(aws: Aws) -> str:
    return answer_to(Table(aws).put, key="a", v={"N": "1" * 39})


@DYNAMODB.case(
    "The stream has a record of each change, with the images: of an `INSERT` in a batch, and of a put",
    source=f"{GUIDE}, DynamoDB Streams",
    documented="INSERT to 1, MODIFY 1 to 2",
)
def stream(aws: Aws) -> str:
    table = Table(aws)
    table.batch(table.insert("a", v={"S": "1"}))
    table.put("a", v={"S": "2"})
    seen = []
    for record in table.records(2):
        old, new = (record["dynamodb"].get(f"{age}Image", {}).get("v", {}).get("S", "") for age in ("Old", "New"))
        seen.append(" ".join(filter(None, (record["eventName"], old, "to", new))))
    return ", ".join(seen)


@DYNAMODB.case(
    "A put that changes nothing leaves no record in the stream",
    source=f"{GUIDE}, DynamoDB Streams",
    documented="INSERT, REMOVE",
)
def unchanged(aws: Aws) -> str:
    table = Table(aws)
    for _ in range(2):
        table.put("a", v={"S": "1"})
    table.client.delete_item(TableName=table.name, Key={"k": {"S": "a"}})

    def until_removed() -> list[str]:
        names = [str(record["eventName"]) for record in table.records(1)]
        return names if names[-1] == "REMOVE" else []

    return ", ".join(eventually(until_removed, "the record of the removal"))
