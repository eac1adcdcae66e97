"""The stacks that are deployed to AWS, as their files describe them."""

from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Stack:
    """`exact_names` says whether a physical name is the logical one, or has Pulumi's `-1a2b3c4` behind it."""

    name: str
    region: str
    exact_names: bool


def deployed_stacks() -> list[Stack]:
    """Every stack that has a file, but the one of the emulator."""
    return [_read(file) for file in sorted(ROOT.glob("Pulumi.*.yaml")) if file.name != "Pulumi.local.yaml"]


def _read(file: Path) -> Stack:
    config = yaml.safe_load(file.read_text())["config"]
    return Stack(
        name=file.name.split(".")[1],
        region=config["aws:region"],
        exact_names=config.get("pulumi:autonaming", {}).get("mode") == "verbatim",
    )
