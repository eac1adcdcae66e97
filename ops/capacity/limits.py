"""The numbers that AWS decides and the model uses, each with its source.

infra/mapping_limits.py has those that the program needs too. ops/capacity/search.py has the limits of settings.

AWS dates none of these pages. So the date of a number is the day on which its source was read. A number without a date
comes from a copy whose age is not known.
"""

from dataclasses import dataclass
from datetime import date

from infra.mapping_limits import BATCHES_OF_A_POLLER, BATCHES_WITHOUT_MAXIMUM, ORDERS_OF_A_BATCH, ORDERS_OF_A_POLLER

READ = date(2026, 11, 27)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A number with its meaning and its source."""

    value: float
    meaning: str
    source: str
    as_of: date | None = None
    choice: str = ""
    """Why this number is used, if sources contradict each other or AWS publishes none."""

    def __str__(self) -> str:
        read = f"read {self.as_of:%Y-%m-%d}" if self.as_of else "undated"
        return f"{self.meaning}: {self.value:,g} ({self.source}, {read}). {self.choice}".rstrip()


def _publishes(value: float) -> Limit:
    return Limit(
        value=value,
        meaning="messages a second that SNS accepts, for an account in this Region",
        source="AWS General Reference, Amazon SNS quotas",
        choice="The quota can be raised.",
    )


_PUBLISHES = {
    "us-east-1": _publishes(30_000),
    **dict.fromkeys(("us-west-2", "eu-west-1"), _publishes(9_000)),
    **dict.fromkeys(("us-east-2", "us-west-1", "eu-central-1"), _publishes(1_500)),
    **dict.fromkeys(("ap-south-1", "ap-northeast-2", "ap-southeast-1"), _publishes(1_500)),
    **dict.fromkeys(("ap-southeast-2", "ap-northeast-1"), _publishes(1_500)),
}
_PUBLISHES_ELSEWHERE = _publishes(300)


def publishes(region: str) -> Limit:
    """Return the publish quota of a standard topic in a Region. Each message of a batch counts."""
    return _PUBLISHES.get(region, _PUBLISHES_ELSEWHERE)


IN_FLIGHT = Limit(
    value=120_000,
    meaning="received messages that a standard queue allows at the same time",
    source="SQS API Reference, ReceiveMessage",
)
NOISY_SHARE = Limit(
    value=0.1,
    meaning="share of the processing time above which a message group is noisy",
    source="SQS Developer Guide, how fair queues work",
    as_of=READ,
    choice="AWS calls it approximate. More than 10 % of the messages in flight, and at least 30, are noisy, too.",
)
MAPPING_START = Limit(
    value=5,
    meaning="concurrent batches with which the mapping begins",
    source="Lambda Developer Guide, scaling behavior for SQS event source mappings",
    as_of=READ,
)
MAPPING_GROWTH = Limit(
    value=300 / 60,
    meaning="concurrent batches a second that the mapping adds while orders wait",
    source="Lambda Developer Guide, scaling behavior for SQS event source mappings",
    as_of=READ,
    choice="AWS publishes 300 a minute, and no speed of the way down. The model uses the same.",
)
MAPPING_MOST = Limit(
    value=BATCHES_WITHOUT_MAXIMUM,
    meaning="concurrent batches of a mapping with no maximum",
    source="Lambda Developer Guide, scaling behavior for SQS event source mappings",
    as_of=READ,
    choice="An older copy says 1,000.",
)
POLLER_GROWTH = Limit(
    value=1_000 / 60,
    meaning="concurrent batches a second that provisioned pollers add while orders wait",
    source="AWS News Blog, provisioned mode for SQS event source mappings",
    choice="AWS publishes 1,000 a minute, and no speed of the way down. The model uses the same.",
)
POLLER_MESSAGES = Limit(
    value=ORDERS_OF_A_POLLER / BATCHES_OF_A_POLLER,
    meaning="messages a second that a provisioned poller receives for each of its concurrent batches",
    source="AWS News Blog, provisioned mode for SQS event source mappings; SQS API Reference, ReceiveMessage",
    choice="AWS publishes 10 polls a second, of up to 10 messages, for its 10 batches. Orders stay below its 1 MB/s.",
)
# The guide's limit of 1,000 new environments in 10 seconds is not here: no mapping grows so fast.
ACCOUNT_CONCURRENCY = Limit(
    value=1_000,
    meaning="concurrent executions of an account in a Region",
    source="Lambda Developer Guide, function scaling",
    as_of=READ,
    choice="A new account can have less, and other functions use some.",
)
INVOCATIONS = Limit(
    value=10,
    meaning="invocations a second of a function, for each of its concurrent executions",
    source="Lambda Developer Guide, Lambda scaling behavior",
    as_of=READ,
    choice="It counts all executions that the function may have, whether they run or not.",
)
MESSAGES = Limit(
    value=ORDERS_OF_A_BATCH,
    meaning="messages a second that the mapping receives for one concurrent batch",
    source="an assumption",
    choice="AWS publishes 10 polls a second, of up to 10 messages, for provisioned pollers only.",
)
COLD_START_SECONDS = {
    architecture: Limit(
        value=seconds,
        meaning="seconds of a cold start",
        source="published measurements of Python 3.11 with a client for DynamoDB",
        choice="AWS publishes no figure.",
    )
    for architecture, seconds in {"arm64": 0.356, "x86_64": 0.440}.items()
}
IDLE_SECONDS = Limit(
    value=300,
    meaning="average seconds for which an idle environment stays warm",
    source="an assumption",
    choice="AWS publishes no figure.",
)
TABLE_WRITES = Limit(
    value=4_000,
    meaning="writes a second that a new on-demand table takes at once",
    source="DynamoDB Developer Guide, on-demand capacity mode",
    as_of=READ,
    choice="Another copy says about 2,000. `aws dynamodb describe-table` shows the warm throughput of your table.",
)
TABLE_DOUBLING_SECONDS = Limit(
    value=1_800,
    meaning="seconds after which a table takes twice its previous peak",
    source="DynamoDB Developer Guide, on-demand capacity mode",
    as_of=READ,
    choice="It can grow sooner, and has some burst capacity. The model uses neither.",
)
PARTITION_WRITES = Limit(
    value=1_000,
    meaning="write units a second of one partition, and so of one order",
    source="DynamoDB Developer Guide, partition key design",
    choice="The processor writes only the last version of an order in a batch.",
)
TABLE_QUOTA = Limit(
    value=40_000,
    meaning="write units a second of one table",
    source="AWS re:Post Knowledge Center, on-demand table throttling",
    as_of=READ,
    choice="The quota can be raised.",
)
