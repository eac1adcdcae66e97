"""The options of `orders capacity` that describe the orders of each second."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ops.capacity.measured import PERIOD_SECONDS, measured
from ops.capacity.profile import MAX_SECONDS, Profile, from_csv, peak, planned, steady
from ops.cli.options import find_system
from ops.errors import InvalidInput

STEADY_SECONDS, PEAK_SECONDS = 24 * 60 * 60, 10 * 60
"""How long a steady flow and a peak last, unless the user says so."""


@dataclass(frozen=True, slots=True)
class ProfileOptions:
    """The values of the options. None is an option that the user did not give."""

    stack: str
    rate: float | None
    peak: float | None
    ramp: int | None
    duration: int | None
    csv: str | None
    measured: int | None

    def profile(self) -> Profile:
        """Return the profile. Raises InvalidInput if the options do not describe one, and UserError."""
        if self.csv is not None:
            self._refuse_others("--csv", self.measured)
            return from_csv(self.csv)
        if self.measured is not None:
            self._refuse_others("--measured", self.csv)
            if not PERIOD_SECONDS <= self.measured <= MAX_SECONDS:
                raise InvalidInput(f"--measured is {self.measured:,} s: give 1m to 15d")
            return measured(find_system(self.stack), self.measured, datetime.now(UTC))
        return self._steady_or_peak()

    def _refuse_others(self, whole: str, other: object) -> None:
        if (self.rate, self.peak, self.ramp, self.duration, other) != (None,) * 5:
            raise InvalidInput(f"{whole} contains the whole profile: leave out the other options that describe one")

    def _steady_or_peak(self) -> Profile:
        top = self.peak
        if top is None and self.rate is None:
            top = planned(self.stack) or None
        if top is None and self.rate is None:
            remedy = "give --rate, --peak (with --ramp and --for), --csv or --measured, or set plannedOrdersPerSecond"
            raise InvalidInput(f"no profile is given: {remedy}")
        if self.ramp is not None and top is None:
            raise InvalidInput("--ramp needs --peak: it is the rise to a peak")
        if self.duration == 0:
            raise InvalidInput("--for is 0 s: give at least 1s")
        ramp = self.ramp or 0
        seconds = self.duration if self.duration is not None else STEADY_SECONDS if top is None else PEAK_SECONDS
        if seconds + ramp > MAX_SECONDS:
            raise InvalidInput(f"the profile lasts {seconds + ramp:,} s: --for and --ramp can be up to 15d together")
        if top is None:
            return steady(self.rate or 0, seconds)
        return peak(self.rate or 0, top, ramp=ramp, seconds=seconds)
