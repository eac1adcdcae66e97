"""The defaults of Pulumi.yaml as configuration values."""

from infra.project import defaults

DEFAULTS: dict[str, str] = defaults()
