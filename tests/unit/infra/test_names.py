"""The names of systems: several systems in a program, and physical names that AWS or the system would not accept."""

import json
import re
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from handler.contract import METRICS_NAMESPACE
from infra.autonaming import Autonaming
from infra.config import SettingsError, load_settings
from infra.names import LIMITS, name_violations, system_names
from infra.project import stack_config
from infra.resource_types import LOG_GROUP, QUEUE, TABLE
from infra.system import OrderSystem
from tests.support.recorder import Program, Registration, recorded, recorded_with

OPTIONAL = {
    "customerManagedKey": "true",
    "activeTracing": "true",
    "alertAddresses": "ops@example.com",
    "notifyAddresses": "sales@example.com",
}
"""The settings that add resources."""


def systems(*names: str) -> Program:
    def program() -> None:
        settings = load_settings(pulumi.Config())
        for name in names:
            OrderSystem(name, settings)

    return recorded("dev", OPTIONAL, program)


def resources_of(system: str, program: Program) -> list[Registration]:
    """Return the resources of a system, which are the children of its components."""
    [root] = [one for one in program.components if (one.type, one.name) == ("orders:index:OrderSystem", system)]
    components = {one.urn for one in program.components if one.parent == root.urn}
    return [one for one in program.resources if one.custom and one.parent in components]


def names_in(value: Any) -> set[str]:
    """Return what can be the name of a resource in the inputs of another: a text, or the end of an ARN or a URL."""
    match value:
        case dict():
            return names_in([*value, *value.values()])
        case [str(namespace), *metric] if namespace == METRICS_NAMESPACE:
            return names_in(metric)  # all systems use this namespace, with different dimensions
        case list():
            return {name for one in value for name in names_in(one)}
        case str() if value.startswith("{"):
            return names_in(json.loads(value))
        case str():
            return {value.removeprefix("### "), *re.split(r"[:/*]", value)}
        case _:
            return set()


@pytest.mark.parametrize(
    "pair", [("Order", "Refund"), ("Order", "OrderRefund"), ("Orders", "Order"), ("Queue", "Order")]
)
def test_two_systems_share_no_name_and_do_not_refer_to_each_other(pair: tuple[str, str]) -> None:
    both = systems(*pair)
    assert (
        len({one.urn for one in both.resources}) == len(both.resources) == 2 * len(recorded("dev", OPTIONAL).resources)
    )
    physical = [(one.type, one.inputs.get("dashboardName", one.name)) for one in both.resources if one.custom]
    assert sorted(set(physical)) == sorted(physical), "with verbatim names, two of these would be one resource"
    for own, other in (pair, pair[::-1]):
        foreign = {one.name for one in resources_of(other, both)} | {f"{other}Key-id"}
        for resource in resources_of(own, both):
            assert names_in(resource.inputs) & foreign == set(), f"{resource.name} refers to the system {other}"


def test_the_key_of_a_system_does_not_serve_the_log_of_another() -> None:
    both = systems("Order", "OrderRefund")
    [statement] = [
        one
        for one in both.one("aws:kms/key:Key", "OrderKey").document("policy")["Statement"]
        if one["Sid"] == "LogsMayUse"
    ]
    groups = statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    assert [group.rpartition("/")[2] for group in groups] == ["OrderProcessor*", "OrderNotifier*"]


def test_a_system_with_a_provider_asks_it_and_not_the_default_one() -> None:
    def program() -> None:
        frankfurt = aws.Provider("frankfurt", region="eu-central-1")
        settings = load_settings(pulumi.Config())
        OrderSystem("Refund", settings, opts=pulumi.ResourceOptions(provider=frankfurt))

    calls = recorded("dev", OPTIONAL, program).calls
    assert {token for token, _ in calls} == {
        "aws:index/getCallerIdentity:getCallerIdentity",
        "aws:index/getRegion:getRegion",
    }
    assert [call for call, provider in calls if "::frankfurt::" not in provider] == []


def test_only_the_required_name_of_the_table_is_irregular() -> None:
    assert {one.name for one in systems("Order", "Refund").all(TABLE)} == {"Orders", "RefundTable"}
    assert system_names("Refund", "Refunds").table == "Refunds"


@pytest.mark.parametrize("system", ["Order", "Refund"])
def test_every_resource_that_pulumi_names_is_checked(system: str) -> None:
    # Policies, keys and mappings have no name, and a subscription has that of its topic. The others have an input.
    nameless = {
        *("aws:sqs/queuePolicy:QueuePolicy", "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "aws:kms/key:Key"),
        "aws:sqs/redrivePolicy:RedrivePolicy",
        *("aws:sns/topicPolicy:TopicPolicy", "aws:sns/topicSubscription:TopicSubscription"),
        *("aws:lambda/eventSourceMapping:EventSourceMapping", "aws:cloudwatch/dashboard:Dashboard"),
        "aws:xray/resourcePolicy:ResourcePolicy",
    }
    declared = {(one.type, one.name) for one in systems(system).resources if one.custom and one.type not in nameless}
    assert set(system_names(system).named_by_pulumi()) == declared


def autonaming(**configuration: Any) -> Autonaming:
    return Autonaming(
        configuration=configuration,
        organization="acme",
        project="orders",
        stack="prod",
        setting={"team": "payments"}.get,
    )


@pytest.mark.parametrize(
    ("configuration", "name"),
    [
        ({}, "OrderQueue-0000000"),
        ({"mode": "default"}, "OrderQueue-0000000"),
        ({"mode": "verbatim"}, "OrderQueue"),
        ({"mode": "disabled"}, None),
        ({"pattern": "${name}-${stack}-${hex(7)}"}, "OrderQueue-prod-0000000"),
        ({"pattern": "${organization}.${project}.${name}", "enforce": True}, "acme.orders.OrderQueue"),
        ({"pattern": "${config.team}-${name}${config.none}"}, "payments-OrderQueue"),
        ({"pattern": "${name}${alphanum(2)}${string(3)}${num(4)}"}, "OrderQueueaaaaa0000"),
        ({"pattern": "${name}${uuid}"}, "OrderQueue00000000-0000-0000-0000-000000000000"),
        ({"mode": "verbatim", "providers": None}, "OrderQueue"),
        ({"mode": None, "providers": {"aws": None}}, "OrderQueue-0000000"),
        ({"pattern": "${stack}${name}", "providers": {"aws": {"mode": None, "resources": None}}}, "prodOrderQueue"),
        ({"mode": "verbatim", "providers": {"aws": {"pattern": "a-${name}"}}}, "a-OrderQueue"),
        ({"mode": "verbatim", "providers": {"azure": {"pattern": "a-${name}"}}}, "OrderQueue"),
        ({"pattern": "x", "providers": {"aws": {"resources": {QUEUE: {"mode": "verbatim"}}}}}, "OrderQueue"),
        (
            {"pattern": "x-${name}", "providers": {"aws": {"resources": {LOG_GROUP: {"mode": "verbatim"}}}}},
            "x-OrderQueue",
        ),
    ],
)
def test_a_physical_name_is_that_of_the_engine(configuration: dict[str, Any], name: str | None) -> None:
    assert autonaming(**configuration).physical_name(QUEUE, "OrderQueue") == name


def broken(system: str = "Order", *, with_key: bool = False, **configuration: Any) -> dict[str, str]:
    """Return the rules that the names of a system break, by the name that breaks them."""
    found = name_violations(system_names(system), autonaming(**configuration), with_key=with_key)
    return {violation.key: violation.rule for violation in found}


@pytest.mark.parametrize("system", ["O", "Order", "a-b_c"])
@pytest.mark.parametrize("configuration", [{}, {"mode": "verbatim"}, {"pattern": "${name}-${stack}-${hex(7)}"}])
def test_names_that_aws_accepts_break_no_rule(system: str, configuration: dict[str, Any]) -> None:
    assert broken(system, with_key=True, **configuration) == {}


@pytest.mark.parametrize("type_token", LIMITS)
def test_a_name_can_be_as_long_as_aws_allows_and_no_longer(type_token: str) -> None:
    names = [name for kind, name in system_names("Order").named_by_pulumi() if kind == type_token]
    longest, limit = max(map(len, names)), LIMITS[type_token]
    too_long = {
        f"the name of the {limit.noun} {name}": f"must have {limit.shortest} to {limit.longest} characters"
        for name in names
        if len(name) == longest
    }
    room = limit.longest - longest
    for length, rules in ((room, {}), (room + 1, too_long)):
        override = {type_token: {"pattern": f"${{name}}${{num({length})}}"}}
        assert broken(mode="verbatim", providers={"aws": {"resources": override}}) == rules


def test_a_name_that_breaks_another_rule_is_refused_as_well() -> None:
    assert set(broken(mode="disabled").values()) == {"must be, because the program leaves all names to Pulumi"}
    assert set(broken(pattern="${stack}").values()) == {
        "must contain ${name} or random characters, so that no two resources share it"
    }
    assert broken(pattern="${name}.${stack}")["the name of the queue OrderQueue"] == "must not contain ."
    assert broken(pattern="${name}-${unknown}")["the name of the function OrderProcessor"] == "must not contain $ { }"
    assert broken(pattern="${stack}-${name}") == {}
    assert broken(pattern="${stack}-${name}", with_key=True) == {
        f"the name of the log group /aws/lambda/Order{function}": f"must begin with /aws/lambda/Order{function}, "
        "because the key is for log groups with this beginning"
        for function in ("Processor", "Notifier")
    }


def refusal(config: dict[str, str], name: str | None = None) -> str:
    def program() -> None:
        settings = load_settings(pulumi.Config())
        OrderSystem(name or settings.names.system_name, settings)

    with pytest.raises(SettingsError) as raised:
        recorded_with({**stack_config("prod"), "pulumi:autonaming": "{}", **config}, "prod", program)
    return str(raised.value)


def test_the_preview_reports_every_name_and_every_setting_at_once_with_the_remedy() -> None:
    pattern = "${name}-${project}-for-the-whole-company-in-its-second-account-${stack}"
    message = refusal({"pulumi:autonaming": json.dumps({"pattern": pattern}), "orders:batchSize": "20"})
    assert "pulumi config --stack prod set batchingWindowSeconds 1" in message
    made = "OrderProcessor-orders-for-the-whole-company-in-its-second-account-prod"
    for noun in ("function", "role"):
        assert (
            f"the name of the {noun} OrderProcessor is {made} ({len(made)} characters), "
            "but must have 1 to 64 characters:\n"
            f"  Pulumi makes it from the logical name by the pattern {pattern} of pulumi:autonaming.\n"
            "  pulumi config --stack prod rm pulumi:autonaming"
        ) in message


def test_the_remedy_for_a_logical_name_that_is_too_long_is_another_logical_name() -> None:
    message = refusal({"orders:systemName": "O" * 60})
    assert "pulumi config --stack prod rm systemName && pulumi config --stack prod rm tableName" in message
    assert "rm pulumi:autonaming" not in message


def test_a_name_that_the_program_gives_is_checked_and_its_remedy_is_not_a_setting() -> None:
    message = refusal({}, "R" * 60)
    assert f"the name of the function {'R' * 60}Processor is" in message
    assert "pulumi config" not in message


@pytest.mark.parametrize("name", ["my orders", "Bestellungen/EU", ""])
def test_a_name_with_other_characters_is_refused_before_the_names_in_aws(name: str) -> None:
    message = refusal({"orders:systemName": name})
    assert (
        f"systemName is {name or 'empty'}, but must contain only letters, digits, hyphens and underscores:" in message
    )
    assert "the name of" not in message
