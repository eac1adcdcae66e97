"""A cloud that answers no request."""

from local.resources import Cloud
from ops.clients import local_clients

NOWHERE = Cloud(local_clients("http://127.0.0.1:9"), {})
"""No server listens there. A test that gets an error from the deployer proves that it sent no request."""
