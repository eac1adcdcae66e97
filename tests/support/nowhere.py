"""A cloud that answers no request."""

from local.aws import Endpoint
from local.resources import Cloud

NOWHERE = Cloud(Endpoint("http://127.0.0.1:9"), {})
"""A cloud that answers nothing: what is refused is refused before anything is sent."""
