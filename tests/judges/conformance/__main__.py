"""Records what each implementation does."""

import json

from tests.judges.conformance.implementations import HAVE, RECORD, RUNNING, SERVICES

found: dict[str, dict[str, dict[str, str]]] = {service.name: {} for service in SERVICES}
for name, services in HAVE.items():
    with RUNNING[name]() as aws:
        for service in services:
            found[service.name][name] = dict(service.outcomes(aws))
RECORD.write_text(json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
