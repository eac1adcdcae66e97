"""List prices in US dollars for US East (N. Virginia), without free tiers and discounts."""

from datetime import date

AS_OF = date(2025, 8, 1)
"""The date of these prices. Prices change. For current prices, see the pricing page of each service."""

SNS_PUBLISH = 0.50 / 1e6
"""A request to publish up to 64 KB, also with several messages; deliveries to SQS and Lambda are free (Amazon SNS
pricing)."""
SNS_MAIL = 2.00 / 100_000
"""A notification by email (Amazon SNS pricing)."""
SQS_REQUEST = 0.40 / 1e6
"""A request of up to 64 KB, on a standard queue (Amazon SQS pricing)."""
LAMBDA_REQUEST = 0.20 / 1e6
LAMBDA_GIGABYTE_SECOND = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
"""By architecture, for the first tier; counted by the millisecond (AWS Lambda pricing)."""
DYNAMODB_WRITE = 0.625 / 1e6
"""A write request unit on demand: an item of up to 1 KB (Amazon DynamoDB pricing)."""
LOG_BYTE = 0.50 / 1e9
"""Ingested into CloudWatch Logs (Amazon CloudWatch pricing)."""
TRACE = 5.00 / 1e6
"""Recorded by X-Ray (AWS X-Ray pricing)."""
METRIC_MONTH = 0.30
"""A custom metric for a month (Amazon CloudWatch pricing)."""
DAYS_A_MONTH = 365 / 12


def metric_per_order(orders_per_day: float) -> float:
    """Return the share of an order in the price of a custom metric."""
    return METRIC_MONTH / (orders_per_day * DAYS_A_MONTH)
