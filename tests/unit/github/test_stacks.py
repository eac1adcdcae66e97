"""The stacks that the workflows deploy, and the names by which a role is limited to its stack."""

from fnmatch import fnmatchcase
from typing import Any

import pytest

from github.resources import Resources
from github.stacks import NamesError, Stack, check_names, read_stack
from infra.project import stack_config
from tests.support.arns import ACCOUNT


def stack(name: str, autonaming: str | None = None, system: str = "Order") -> Stack:
    config = {"aws:region": "eu-west-1", "orders:systemName": system, "orders:tableName": f"{system}s"} | (
        {"pulumi:autonaming": autonaming} if autonaming else {}
    )
    return read_stack(name, config)


@pytest.mark.parametrize(
    ("autonaming", "names"),
    [
        ('{"mode": "verbatim"}', "${name}"),
        (None, "${name}-???????"),
        ('{"mode": "default"}', "${name}-???????"),
        ('{"pattern": "${name}-${stack}-${hex(7)}"}', "${name}-it-???????"),
        ('{"pattern": "${project}.${stack}.${name}.${num(3)}"}', "orders.it.${name}.???"),
        ('{"pattern": "${name}-${uuid}"}', "${name}-" + "?" * 36),
    ],
)
def test_names_are_known_up_to_their_random_characters(autonaming: str | None, names: str) -> None:
    assert stack("it", autonaming).names == names


@pytest.mark.parametrize(
    "autonaming",
    [
        '{"mode": "disabled"}',
        '{"pattern": "${name}-${config.team}"}',
        '{"mode": "verbatim", "providers": {"aws": {"mode": "default"}}}',
        '{"providers": {"aws": {"pattern": "${name}"}}}',
    ],
)
def test_names_that_are_not_known_before_the_deployment_are_an_error(autonaming: str) -> None:
    with pytest.raises(NamesError) as raised:
        stack("it", autonaming)
    assert "pulumi:autonaming" in str(raised.value)


def test_a_copy_of_prods_file_gets_the_rights_of_its_own_names_only() -> None:
    prod = read_stack("prod", stack_config("prod"))
    for name in ("staging", "prod2", "prod-eu", "prod-1234567", "p"):
        copy = read_stack(name, stack_config("prod"))
        check_names([prod, copy])
        for one, other in ((prod, copy), (copy, prod)):
            deployed = one.physical("OrderQueue").replace("?", "a")
            assert fnmatchcase(deployed, one.physical("OrderQueue"))
            assert not fnmatchcase(deployed, other.physical("OrderQueue"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, None),
        ('{"mode": "verbatim"}', '{"mode": "verbatim"}'),
        (None, '{"pattern": "${name}-${hex(7)}"}'),
        ('{"pattern": "${name}-abc${hex(4)}"}', None),
    ],
)
def test_stacks_whose_names_can_be_equal_are_an_error_with_its_remedy(one: Any, other: Any) -> None:
    with pytest.raises(NamesError) as raised:
        check_names([stack("prod", one), stack("staging", other)])
    assert str(raised.value) == (
        "the stacks prod and staging can have resources of the same name, so that the role of one could change the "
        "other: add `pulumi:autonaming: {pattern: '${name}-${stack}-${hex(7)}'}` to the newer stack's file"
    )


def test_a_stack_of_an_earlier_version_keeps_its_names_beside_new_stacks() -> None:
    old, new, exact = stack("prod"), stack("eu", '{"pattern": "${name}-${stack}-${hex(7)}"}'), "verbatim"
    check_names([old, new, stack("dev", f'{{"mode": "{exact}"}}')])
    assert fnmatchcase("OrderQueue-1a2b3c4", old.physical("OrderQueue"))
    assert not fnmatchcase("OrderQueue-1a2b3c4", new.physical("OrderQueue"))


def test_stacks_with_exact_names_can_share_an_account_if_their_systems_have_other_names() -> None:
    verbatim = '{"mode": "verbatim"}'
    check_names([stack("dev", verbatim), stack("shop", verbatim, "Shop")])
    shop = Resources(stack=stack("shop", verbatim, "Shop"), account=ACCOUNT)
    assert shop.order_queue == f"arn:aws:sqs:eu-west-1:{ACCOUNT}:ShopQueue"
    assert shop.table == f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/Shops"
