"""The permissions that the docs list for the `orders` command, in tables of actions, resources and commands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tests.judges.iam.policies import Document, deployed
from tests.support.arns import ACCOUNT, REGION
from tests.support.page_tables import rows_under
from tests.support.recorder import recorded


@dataclass(frozen=True)
class Permission:
    """A row of a table in the docs."""

    actions: tuple[str, ...]
    resources: str
    commands: str

    def is_for(self, command: str) -> bool:
        """Return whether the row names a command."""
        return command in _quoted(self.commands)


def policy_for(command: str, page: str) -> Document:
    """Return the policy that the docs ask for a command."""
    statements = [
        {"Effect": "Allow", "Action": list(one.actions), "Resource": _arns_in(one.resources)}
        for one in _permissions(page)
        if one.is_for(command)
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def commands_in(page: str) -> set[str]:
    return {command for one in _permissions(page) for command in _quoted(one.commands)}


@cache
def _permissions(page: str) -> tuple[Permission, ...]:
    rows = rows_under("Permissions", page)
    return tuple(Permission(tuple(_quoted(actions)), resources, commands) for actions, resources, commands in rows)


def _quoted(text: str) -> list[str]:
    return re.findall("`([^`]+)`", text)


@cache
def arns() -> Mapping[str, str]:
    return deployed(recorded("local")).arns


RESTORED = "the restored table"


def restored_table() -> str:
    """Return the pattern of the ARNs of the tables to which `orders table restore` restores by default."""
    return f"{arns()['table Orders']}-*"


def _arns_in(text: str) -> list[str]:
    """Return the ARNs of the resources that a cell names."""
    kinds = {
        "the processor": ["function OrderProcessor"],
        "the event source mapping of the processor": ["event source mapping OrderProcessor"],
        "the log group of the processor": ["log group /aws/lambda/OrderProcessor"],
        "the log groups of the functions": [name for name in arns() if name.startswith("log group")],
        "the alarms": [name for name in arns() if name.startswith("metric alarm")],
    }
    if text == RESTORED:
        return [restored_table()]
    if text in kinds:
        return [arns()[name] for name in kinds[text]]
    if text.startswith("`*`"):
        return ["*"]
    names = _quoted(text)
    if text.startswith("the alarm mute rule"):
        return [f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm-mute-rule:{name}" for name in names]
    if text.startswith("its stream"):
        return [f"{arns()['log group /aws/lambda/OrderProcessor']}:log-stream:{name}" for name in names]
    found = [one for name in names for title, one in arns().items() if title.partition(" ")[2] == name]
    return [f"{one}/stream/*" for one in found] if text.startswith("the stream of") else found
