"""The settings as Pulumi.yaml has them, in the form that the program reads."""

from local.project import project

DEFAULTS: dict[str, str] = {key: str(setting["default"]).lower() for key, setting in project()["config"].items()}
