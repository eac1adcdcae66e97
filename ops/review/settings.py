"""The settings before and after a change, from the inputs of the components that record them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.effects import EFFECTS, NAMESPACE, PACKAGE_FILES
from ops.review.preview import Change, Component, Preview


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What the components of one system record."""

    urn: str
    """The URN of the outermost component."""
    before: Mapping[str, Any]
    """The settings in the state, by key."""
    after: Mapping[str, Any]
    """The settings of the program, by key."""
    files_before: Mapping[str, str] | None
    """The hash of each file in the zip file, in the state. None if it is not recorded."""
    files_after: Mapping[str, str] | None
    exists: bool
    """Whether a component of the system is deployed."""
    namespace: str
    """The namespace of the settings of the program. Empty if it is not recorded."""

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    def config_key(self, key: str) -> str:
        """The key as `pulumi config` takes it: without the namespace if that is the project."""
        project = self.urn.split("::")[1]
        return key if self.namespace in ("", project) else f"{self.namespace}:{key}"

    @property
    def records(self) -> bool:
        """Whether any component records anything: the components of other programs do not."""
        return bool(self.before or self.after or self.files_before or self.files_after)

    @property
    def changed(self) -> Sequence[str]:
        """The keys of the settings with another value, in the order of Pulumi.yaml."""
        return [
            key for key in EFFECTS if key in self.before and key in self.after and self.before[key] != self.after[key]
        ]

    @property
    def unrecorded(self) -> Sequence[str]:
        """The keys of the settings whose value before the change is not known."""
        return [key for key in EFFECTS if self.exists and key in self.after and key not in self.before]


@dataclass(frozen=True, slots=True, kw_only=True)
class Systems:
    """The systems of a program. There can be several."""

    all: Sequence[System] = ()
    outermost: Mapping[str, str] = field(default_factory=dict)
    """The URN of the outermost component, by the URN of each component in the preview."""

    def of(self, change: Change) -> System | None:
        """The system that contains a resource. None if the preview does not show it."""
        urn = self.outermost.get(change.parent, change.parent)
        found = [system for system in self.all if system.urn == urn]
        return found[0] if found else self.all[0] if len(self.all) == 1 else None


def systems_of(preview: Preview) -> Systems:
    """Join the components of each system. A component that does not change may be missing in the preview."""
    parents = {component.urn: component.parent for component in preview.components}
    renamed = _renamed(preview.components)
    found_at = {component.urn: _outermost(component.urn, parents) for component in preview.components}
    outermost = {urn: renamed.get(place, place) for urn, place in found_at.items()}
    groups: dict[str, list[Component]] = {}
    for component in preview.components:
        groups.setdefault(outermost[component.urn], []).append(component)
    found = (_system(urn, components) for urn, components in groups.items())
    return Systems(all=[system for system in found if system.records], outermost=outermost)


def _renamed(components: Sequence[Component]) -> Mapping[str, str]:
    """The URN of a system before and after a change of its name, if only one system goes and only one comes."""
    outer = [component for component in components if "$" not in component.urn]
    gone = [component.urn for component in outer if component.after is None]
    new = [component.urn for component in outer if component.before is None]
    return {gone[0]: new[0]} if len(gone) == len(new) == 1 else {}


def _outermost(urn: str, parents: Mapping[str, str]) -> str:
    """Follow the parents up to the last component. The parents of a preview from elsewhere could form a circle."""
    passed: set[str] = set()
    while "$" in urn and urn not in passed and parents.get(urn):
        passed.add(urn)
        urn = parents[urn]
    return urn


def _system(urn: str, components: Sequence[Component]) -> System:
    before = [component.before for component in components if component.before is not None]
    after = [component.after for component in components if component.after is not None]
    return System(
        urn=urn,
        before=_settings(before),
        after=_settings(after),
        files_before=_files(before),
        files_after=_files(after),
        exists=bool(before),
        namespace=next((one[NAMESPACE] for one in after if isinstance(one.get(NAMESPACE), str)), ""),
    )


def _settings(inputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {key: value for one in inputs for key, value in one.items() if key in EFFECTS}


def _files(inputs: Sequence[Mapping[str, Any]]) -> Mapping[str, str] | None:
    found = [one[PACKAGE_FILES] for one in inputs if isinstance(one.get(PACKAGE_FILES), dict)]
    return found[0] if found else None


def changed_files(system: System | None) -> Sequence[str] | None:
    """The files of the zip file that a change adds, removes or changes. None if they are not recorded."""
    if system is None or system.files_before is None or system.files_after is None:
        return None
    return list(_compared(system.files_before, system.files_after))


def _compared(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield f"{name} (new)"
        elif name not in after:
            yield f"{name} (removed)"
        elif before[name] != after[name]:
            yield name
