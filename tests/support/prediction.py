"""What a review predicts about a change, and what happened to the orders when the change was made."""

from dataclasses import dataclass

from ops.review.finding import Review, Verdict

BACK = ", and back"
"""Added to the name of a change that undoes another one."""
STOPS = {Verdict.REFUSED, Verdict.LOSES, Verdict.INTERRUPTS}
"""What a review may say about a deployment that fails: `pulumi up` makes a part of the change."""
WORSE_THAN_LOOK = {Verdict.REFUSED, Verdict.LOSES, Verdict.INTERRUPTS, Verdict.WEAKENS}
TOO_STRICT = frozenset({"customerManagedKey", "rename the mapping"})
"""The changes that did no harm here, although the review judges them as worse than `look`: at most 2.

The emulator lets everybody use a key. AWS rejects publishers who may not. And it has two event source mappings for one
queue and function at once. AWS refuses the second.
"""


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

    change: str
    review: Review
    outcome: Outcome

    def faults(self) -> list[str]:
        """What the review said wrong about the orders. Empty if it was right."""
        said, outcome = self.review.verdict, self.outcome
        is_too_strict = outcome.is_harmless and said in WORSE_THAN_LOOK
        is_known = self.change.removesuffix(BACK) in TOO_STRICT
        rules = {
            "does not say that orders are lost": outcome.lost and said not in {Verdict.LOSES, Verdict.REFUSED},
            "says that all is safe": (outcome.interrupted or outcome.weaker) and said is Verdict.SAFE,
            "does not say that the change is refused": outcome.refused and said not in STOPS,
            "says that the change is refused": said is Verdict.REFUSED and not outcome.refused,
            "is too strict": is_too_strict and not is_known,
            "is not too strict, as TOO_STRICT says": self.change in TOO_STRICT and not is_too_strict,
        }
        return [f"{self.change}: the review {rule}. {self}" for rule, is_broken in rules.items() if is_broken]
