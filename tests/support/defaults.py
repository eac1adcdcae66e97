"""The defaults of Pulumi.yaml as configuration values."""

from infra.project import project

DEFAULTS: dict[str, str] = {key: str(setting["default"]).lower() for key, setting in project()["config"].items()}
