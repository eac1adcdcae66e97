"""The search and the prediction together, on moto, with resources made by hand."""

import json
from collections.abc import Iterator

import pytest
from moto import mock_aws

from infra import resource_types as types
from ops.adopt.adoption import Adoption, predict
from ops.adopt.lookup import look_up
from ops.clients import Clients
from ops.errors import NoAccess
from tests.support.arns import ACCOUNT
from tests.support.handmade import make_by_hand
from tests.support.small_program import REGION, declares, present, preview_of, program


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "moto")
    with mock_aws():
        make_by_hand(Clients(REGION))
        yield


def predicted(account_of_the_stack: str) -> Adoption:
    """What follows the adoption of the table, which the provider of the stack reads in this account."""
    table = declares(types.TABLE, "Orders")
    imported = present(table, "Orders")
    arn = f"arn:aws:dynamodb:{REGION}:{account_of_the_stack}:table/Orders"
    imported["oldState"]["outputs"] = {"name": "Orders", "arn": arn}
    after = json.dumps({"steps": [imported]})
    lookup = look_up(program(table), Clients, {})
    return predict(lookup, preview_of(table), "dev", lambda _document, _providers: after)


def test_the_table_of_the_stack_s_account_is_adopted_with_its_orders() -> None:
    [adopted] = predicted(ACCOUNT).adopted
    assert (adopted.id, adopted.content) == ("Orders", "0 orders, as DynamoDB counted up to six hours ago")


def test_a_table_of_the_same_name_in_another_account_is_not_adopted() -> None:
    with pytest.raises(NoAccess) as raised:
        predicted("999999999999")
    assert str(raised.value) == (
        f"the stack is in the account 999999999999, but the credentials are of {ACCOUNT}: "
        "name the profile of the stack in AWS_PROFILE"
    )
