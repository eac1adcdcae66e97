"""One change: what the review predicts, and what happens."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ops.review.finding import Review, Verdict
from ops.review.live import read_live
from ops.review.preview import read_preview
from ops.review.review import review
from tests.engine.conftest import Deployment
from tests.engine.prediction.changes import TOO_STRICT
from tests.engine.prediction.guarantees import guarantees, weaker
from tests.engine.prediction.orders import flow, lost, seed
from tests.engine.prediction.state import outputs
from tests.support.pipeline import Pipeline

ByHand = Callable[[Deployment], None]
"""Changes the deployed system past Pulumi."""
BACK = ", and back"
"""Added to the name of a change that undoes another one."""
STOPS = {Verdict.REFUSED, Verdict.LOSES, Verdict.INTERRUPTS}
"""What a review may say about a deployment that fails: `pulumi up` makes a part of the change."""
WORSE_THAN_LOOK = {Verdict.REFUSED, Verdict.LOSES, Verdict.INTERRUPTS, Verdict.WEAKENS}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What happened to the orders and to the guarantees of the system."""

    refused: bool
    lost: list[str]
    interrupted: list[str]
    weaker: list[str]

    @property
    def is_harmless(self) -> bool:
        return not (self.refused or self.lost or self.interrupted or self.weaker)


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A review of a change, and the outcome of the same change."""

    review: Review
    outcome: Outcome

    def faults(self, change: str) -> list[str]:
        """What the review said wrong about the orders. Empty if it was right."""
        said, outcome = self.review.verdict, self.outcome
        is_too_strict = outcome.is_harmless and said in WORSE_THAN_LOOK
        is_known = change.removesuffix(BACK) in TOO_STRICT
        rules = {
            "does not say that orders are lost": outcome.lost and said not in {Verdict.LOSES, Verdict.REFUSED},
            "says that all is safe": (outcome.interrupted or outcome.weaker) and said is Verdict.SAFE,
            "does not say that the change is refused": outcome.refused and said not in STOPS,
            "says that the change is refused": said is Verdict.REFUSED and not outcome.refused,
            "is too strict": is_too_strict and not is_known,
            "is not too strict, as TOO_STRICT says": change in TOO_STRICT and not is_too_strict,
        }
        return [f"{change}: the review {rule}. {self}" for rule, is_broken in rules.items() if is_broken]


def predict(deployed: Deployment, *, by_hand: ByHand | None = None, orders_after: int = 1) -> Prediction:
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
    reviewed = _review(deployed, *options)
    refused = not _deploy(deployed, *options)
    lost_on_the_way, interrupted = flow(clients, orders, orders_after)
    outcome = Outcome(
        refused=refused,
        lost=[*sorted(set(lost(clients, orders)) - gone), *lost_on_the_way],
        interrupted=interrupted,
        weaker=weaker(before, guarantees(deployed)),
    )
    return Prediction(review=reviewed, outcome=outcome)


def _review(deployed: Deployment, *options: str) -> Review:
    """Review a preview as `orders review` does, with the live facts."""
    found = read_preview(deployed.preview("--show-sames", *options))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", deployed.clients.emulator_url)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        return review(found, read_live(found.changes))


def _deploy(deployed: Deployment, *options: str) -> bool:
    # The Automation API would ask for outputs and history after each update.
    return deployed.pulumi("up", "--yes", "--skip-preview", *options).returncode == 0
