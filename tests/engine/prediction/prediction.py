"""One change: what the review predicts, and what happens."""

from collections.abc import Callable

import pytest

from ops.review.live import Live, read_live
from ops.review.preview import read_preview
from ops.review.review import review
from tests.engine.prediction.guarantees import guarantees, weaker
from tests.engine.prediction.orders import flow, lost, seed
from tests.engine.prediction.state import outputs
from tests.engine.prediction.system import deploy
from tests.support.deployment import Deployment
from tests.support.pipeline import Pipeline
from tests.support.prediction import Outcome, Prediction
from tests.support.recordings import Recording, record

ByHand = Callable[[Deployment], None]
"""Changes the deployed system past Pulumi."""


def predict(deployed: Deployment, change: str, *, by_hand: ByHand | None = None, orders_after: int = 1) -> Prediction:
    """Bring orders to every place, review the program as it is now, deploy it, and look for the orders.

    After a change by hand, the preview and the deployment first read what AWS has. `orders_after` is the number of
    valid orders that are published after the change.
    """
    clients = deployed.clients
    orders = seed(Pipeline(clients, outputs(deployed)))
    if by_hand:
        by_hand(deployed)
    gone = set(lost(clients, orders))
    before = guarantees(deployed)
    options = ["--refresh"] if by_hand else []
    preview = deployed.preview("--show-sames", *options)
    live = _live(deployed, preview)
    refused = not deploy(deployed, *options)
    lost_on_the_way, interrupted = flow(clients, orders, orders_after)
    outcome = Outcome(
        refused=refused,
        lost=[*sorted(set(lost(clients, orders)) - gone), *lost_on_the_way],
        interrupted=interrupted,
        weaker=weaker(before, guarantees(deployed)),
    )
    record(Recording(change=change, preview=preview, live=live, outcome=outcome))
    return Prediction(change=change, review=review(read_preview(preview), live), outcome=outcome)


def _live(deployed: Deployment, preview: str) -> Live:
    """Read the live facts as `orders review` does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", deployed.clients.emulator_url)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        return read_live(read_preview(preview))
