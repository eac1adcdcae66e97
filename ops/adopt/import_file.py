"""The file of `pulumi import --file`.

Each resource is under the same parents as in the program, so that it gets the same URN. Pulumi resolves a parent by the
name that it has in the file. Several resources of the program share a logical name, so the names in the file contain
the type too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ops.adopt.declared import Declared, Program
from ops.errors import InvalidInput
from ops.review.preview import UNKNOWN

Document = Mapping[str, Any]


def import_file(program: Program, ids: Mapping[str, str]) -> Document:
    """The document that imports these resources, by URN. Raises InvalidInput if a provider is not in the stack yet."""
    resources = {one.urn: one for one in program.resources}
    imported = [resources[urn] for urn in ids]
    components = _components(imported, resources)
    names = _names([*components, *imported])
    table: dict[str, str] = {}
    entries = []
    for one in [*components, *imported]:
        entry: dict[str, Any] = {"type": one.type, "name": names[one.urn], "logicalName": one.name}
        entry |= {"component": True} if one.is_component else {"id": ids[one.urn], **_provider(one, table)}
        if one.parent in names:
            entry["parent"] = names[one.parent]
        elif one.parent in resources:
            entry["parent"] = one.parent
            table[one.parent] = one.parent
        entries.append(entry)
    return {"nameTable": table, "resources": entries} if table else {"resources": entries}


def _components(imported: Sequence[Declared], resources: Mapping[str, Declared]) -> list[Declared]:
    """The components around the resources that are not in the stack yet, the outermost first."""
    found: dict[str, Declared] = {}

    def add(urn: str) -> None:
        parent = resources.get(urn)
        if parent and not parent.in_stack and urn not in found:
            add(parent.parent)
            found[urn] = parent

    for one in imported:
        add(one.parent)
    return list(found.values())


def _names(entries: Sequence[Declared]) -> Mapping[str, str]:
    """A unique name for each entry: the kind and the logical name, or the URN if several entries have both."""
    names = [f"{one.kind} {one.name}" for one in entries]
    return {one.urn: name if names.count(name) == 1 else one.urn for one, name in zip(entries, names, strict=True)}


def _provider(resource: Declared, table: dict[str, str]) -> Mapping[str, str]:
    if version := resource.provider_version:
        return {"version": version}
    urn, _, provider_id = resource.provider.rpartition("::")
    if provider_id == UNKNOWN:
        raise InvalidInput(
            f"{resource.name} belongs to the provider {resource.provider_name}, which is not in the stack yet: "
            f"create it first with `pulumi up --target '{urn}'`"
        )
    table[resource.provider_name] = urn
    return {"provider": resource.provider_name}
