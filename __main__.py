"""The order pipeline: settings, system, stack outputs."""

import pulumi

from infra.config import load_settings
from infra.system import OrderSystem

settings = load_settings(pulumi.Config())
system = OrderSystem(settings.names.system_name, settings, table=settings.names.table_name)

for name, value in system.outputs.exports().items():
    pulumi.export(name, value)
