"""Changes of the program: lines that a copy of `__main__.py` runs before the others."""

from collections.abc import Mapping

RENAME = """
import pulumi

_create = pulumi.Resource.__init__


def _create_renamed(self, t, name, *others, **more):
    renamed = {renamed!r}
    _create(self, renamed.get(t, t), renamed.get((t, name), name), *others, **more)


pulumi.Resource.__init__ = _create_renamed
"""
CHANGE = """
import json

import pulumi


def _change(args):
    if (args.type_, args.name) != ({type!r}, {name!r}):
        return None
    props, opts = dict(args.props), args.opts
    {lines}
    return pulumi.ResourceTransformationResult(props, opts)


pulumi.runtime.register_stack_transformation(_change)
"""
OMIT = """
import pulumi_aws

pulumi_aws.{resource} = lambda *_, **__: None
"""


def renamed(type_token: str, name: str, new: str) -> str:
    """The program gives a resource another logical name."""
    return RENAME.format(renamed={(type_token, name): new})


def swapped(type_token: str, urns: Mapping[str, str]) -> str:
    """The program gives two resources other logical names, and each the alias of the other one. `urns` is by name."""
    one, other = urns
    new = {name: f"New{name}" for name in urns}
    renaming = RENAME.format(renamed={(type_token, name): given for name, given in new.items()})
    return (
        renaming
        + changed(type_token, new[one], f"opts.aliases = [{urns[other]!r}]")
        + changed(type_token, new[other], f"opts.aliases = [{urns[one]!r}]")
    )


def retyped(component: str) -> str:
    """The program gives a component another type."""
    return RENAME.format(renamed={f"orders:index:{component}": f"orders:index:Other{component}"})


def changed(type_token: str, name: str, *lines: str) -> str:
    """The program gives a resource other inputs, `props`, or options, `opts`."""
    return CHANGE.format(type=type_token, name=name, lines="\n    ".join(lines))


def without(resource: str) -> str:
    """The program does not create the resources of a class, such as `sqs.QueuePolicy`."""
    return OMIT.format(resource=resource)
