"""The file in which the user says which resource in AWS is which resource of the program."""

import json
from pathlib import Path

import pytest

from infra import resource_types as types
from ops.adopt.answers import name_in_aws, read_answers
from ops.errors import InvalidInput
from tests.support.small_program import FUNCTION, QUEUE, program, urn


def answered(folder: Path, text: str) -> dict[str, str]:
    file = folder / "names.yaml"
    file.write_text(text)
    return dict(read_answers(str(file), program()))


def test_yaml_and_json_map_logical_names_to_names_in_aws(tmp_path: Path) -> None:
    expected = {QUEUE: "shop-orders", FUNCTION: "shop"}
    assert answered(tmp_path, "OrderQueue: shop-orders\nFunction OrderProcessor: shop\n") == expected
    assert answered(tmp_path, json.dumps({"OrderQueue": "shop-orders", "Function OrderProcessor": "shop"})) == expected


def test_a_policy_needs_its_type_because_its_owner_has_the_same_name(tmp_path: Path) -> None:
    assert list(answered(tmp_path, "QueuePolicy OrderQueue: https://sqs/1/q")) == [
        urn(types.QUEUE_POLICY, "OrderQueue")
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("OrderProcessor: x", "several resources have the name OrderProcessor: write one of EventSourceMapping"),
        ("Nothing: x", "the program has no resource Nothing: name one of /aws/lambda/OrderProcessor, OrderDLQ"),
        ("OrderQueue: 5", "OrderQueue must be the name, ARN, URL or UUID"),
        ("OrderQueue: x\nQueue OrderQueue: y", "Queue OrderQueue is there twice"),
        ("OrderQueue: x\nOrderQueue: y", "OrderQueue is there twice: remove one of the two entries"),
        ("- OrderQueue", "must map logical names to names in AWS"),
        ("a: b: c", "is neither YAML nor JSON"),
        ("[" * 9_999, "is neither YAML nor JSON: it is nested too deeply"),
        ("OrderQueue: https://sqs.us-east-1.amazonaws.com/123456789012/q", "OrderQueue is in us-east-1, but the"),
        ("OrderQueue: arn:aws:sqs:us-east-1:1:q", "OrderQueue is in us-east-1, but the program declares it in eu-west"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_file(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        answered(tmp_path, text)
    [line] = raised.value.lines
    assert line.startswith(str(tmp_path / "names.yaml"))
    assert told in line


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_answers(str(tmp_path / "nowhere"), program())
    assert "nowhere cannot be read: No such" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("shop-orders", "shop-orders"),
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/shop-orders", "shop-orders"),
        ("arn:aws:sqs:eu-west-1:123456789012:shop-orders", "shop-orders"),
        ("arn:aws:dynamodb:eu-west-1:123456789012:table/Shop", "Shop"),
        ("arn:aws:lambda:eu-west-1:123456789012:function:Shop", "Shop"),
        ("arn:aws:iam::123456789012:role/service-role/Shop-role-x1", "Shop-role-x1"),
        ("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/Shop:*", "/aws/lambda/Shop"),
        ("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:Shop", "Shop"),
        ("/aws/lambda/Shop", "/aws/lambda/Shop"),
    ],
)
def test_an_arn_or_a_url_contains_the_name(text: str, name: str) -> None:
    assert name_in_aws(text) == name
