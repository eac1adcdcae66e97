"""Which version was deployed, and whether it is the one that runs."""

import base64
from dataclasses import dataclass
from datetime import datetime

from infra.outputs import DeployedVersion
from ops.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The version of the last deployment, and the code that the processor runs."""

    deployed: DeployedVersion | None
    """None if the program that was deployed predates this output."""
    running_sha256: str
    """SHA-256 of the zip that Lambda runs, in hexadecimal."""
    function_changed: datetime
    """When the code or the configuration of the function changed last."""

    @property
    def is_other(self) -> bool:
        """Whether Lambda runs another zip than the one that was deployed."""
        return self.deployed is not None and self.deployed.package_sha256 != self.running_sha256


def read_version(system: System) -> Version:
    """Read the outputs, and ask Lambda."""
    name = system.outputs.processor_name
    function = system.clients.lambda_.get_function_configuration(FunctionName=name)
    return Version(
        deployed=system.outputs.version,
        running_sha256=base64.b64decode(function["CodeSha256"]).hex(),
        function_changed=datetime.fromisoformat(function["LastModified"]),
    )
