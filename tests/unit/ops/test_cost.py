"""The cost of orders, compared with sums calculated by hand."""

import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.project import ROOT, defaults
from ops import prices
from ops.cost import IDLE_POLLERS, OURS, POLLS_A_DAY, CostInputs, backlog, steady
from ops.cost_table import DELAYS, RATES, cells
from ops.event_cost import steady_batch

POWERTOOLS = "Powertools with idempotency"
DEV = CostInputs(batch_size=10, batching_window_seconds=0, memory_megabytes=512, architecture="arm64")
WITH_EVENTS = dataclasses.replace(DEV, tells_events=True)
A_MILLION = 1e6


def with_window(seconds: int) -> CostInputs:
    return CostInputs(batch_size=10, batching_window_seconds=seconds, memory_megabytes=512, architecture="arm64")


def test_requests_are_counted_as_the_services_count_them() -> None:
    services = backlog(DEV, A_MILLION).services[OURS]
    # Each order is published once and sent to the queue once. Ten orders share a receive, a delete and an invocation.
    assert services["SNS"] == pytest.approx(1e6 * prices.SNS_PUBLISH)
    assert services["SQS"] == pytest.approx((1.2e6 + IDLE_POLLERS * POLLS_A_DAY) * prices.SQS_REQUEST)
    assert services["Lambda requests"] == pytest.approx(1e5 * prices.LAMBDA_REQUEST)
    assert services["DynamoDB writes"] == pytest.approx(1e6 * prices.DYNAMODB_WRITE)


@pytest.mark.parametrize(
    ("changes", "pollers"),
    [
        ({}, 5),
        ({"maximumConcurrency": "0"}, 2),
        ({"maximumConcurrency": "0", "minimumPollers": "2", "maximumPollers": "4"}, 2),
        ({"maximumConcurrency": "0", "minimumPollers": "20", "maximumPollers": "40"}, 20),
    ],
)
def test_the_pollers_of_an_empty_queue_depend_on_the_mapping(changes: dict[str, str], pollers: int) -> None:
    assert CostInputs.of_settings({**defaults(), **changes}).idle_pollers == pollers


@pytest.mark.parametrize(("orders_per_second", "share"), [(0.5, 1), (1, 1), (21, 2 / 21), (1001, 51 / 1001)])
def test_a_trace_is_recorded_of_one_batch_a_second_and_a_twentieth_of_the_others(
    orders_per_second: float, share: float
) -> None:
    traced = dataclasses.replace(WITH_EVENTS, is_traced=True)
    services = steady(traced, orders_per_second * 86_400).services[OURS]
    assert services["traces"] == pytest.approx(1e6 * share * prices.TRACE)
    assert services["notifier traces"] > 0


def test_without_tracing_there_are_no_traces_to_pay_for() -> None:
    names = set(steady(WITH_EVENTS, A_MILLION).services[OURS])
    assert {name for name in names if "traces" in name} == set()
    assert [CostInputs.of_settings({**defaults(), "activeTracing": on}).is_traced for on in ("true", "false")] == [
        True,
        False,
    ]


def test_idempotency_in_a_table_of_its_own_is_two_more_writes_an_order() -> None:
    reckoned = backlog(DEV, A_MILLION).services
    assert reckoned[POWERTOOLS]["DynamoDB writes"] == pytest.approx(3 * reckoned[OURS]["DynamoDB writes"])


def test_a_steady_flow_fills_batches_only_as_far_as_the_window_waits() -> None:
    per_second = 24 * 60 * 60
    assert steady(DEV, 4 * per_second).batch == 1
    assert steady(with_window(1), 4 * per_second).batch == 5
    assert steady(with_window(60), 4 * per_second).batch == 10


def test_duration_costs_by_memory_and_architecture() -> None:
    def duration(memory: int, architecture: str) -> float:
        settings = CostInputs(
            batch_size=10, batching_window_seconds=0, memory_megabytes=memory, architecture=architecture
        )
        return backlog(settings, A_MILLION).services[OURS]["Lambda duration"]

    whole_core = duration(1769, "arm64")
    assert duration(2 * 1769, "arm64") == pytest.approx(2 * whole_core)
    assert duration(1769, "x86_64") == pytest.approx(whole_core * 1.25, rel=0.001)
    # A third of the memory gets a third of the CPU. Only the computing time grows, not the waiting time.
    assert whole_core / 3 < duration(1769 // 3, "arm64") < whole_core


def test_the_log_is_as_long_as_the_handler_writes_it() -> None:
    logs = backlog(DEV, A_MILLION).services[OURS]["logs"]
    assert 450 < logs / prices.LOG_BYTE / 1e5 < 700, "bytes for a batch of 10"


def test_the_functions_of_other_handlers_log_what_lambda_adds_by_default() -> None:
    logs = backlog(DEV, A_MILLION).services[POWERTOOLS]["logs"]
    assert 300 < logs / prices.LOG_BYTE / 1e5 < 400, "bytes of START, END and REPORT"


def test_a_stack_without_custom_metrics_pays_for_none_and_for_shorter_records() -> None:
    with_metrics, without = (
        steady(dataclasses.replace(WITH_EVENTS, custom_metrics=custom_metrics), A_MILLION).services[OURS]
        for custom_metrics in (True, False)
    )
    assert (without["metrics"], without["notifier metrics"]) == (0, 0)
    assert without["logs"] < 0.6 * with_metrics["logs"]
    assert without["notifier logs"] < 0.6 * with_metrics["notifier logs"]


def test_metrics_cost_the_same_however_many_orders_there_are() -> None:
    few, many = (backlog(DEV, orders).services[OURS]["metrics"] for orders in (1e4, 1e6))
    assert few == pytest.approx(100 * many)


def test_a_backlog_fills_the_batches_of_the_notifier_and_its_requests_to_sns() -> None:
    services = backlog(WITH_EVENTS, A_MILLION).services[OURS]
    # A hundred events share an invocation. Ten share a request, as `make bench` counted.
    assert services["notifier requests"] == pytest.approx(1e4 * prices.LAMBDA_REQUEST)
    assert services["event publishes"] == pytest.approx(1e5 * prices.SNS_PUBLISH)


def test_an_event_of_a_steady_flow_has_an_invocation_and_a_request_of_its_own() -> None:
    services = steady(WITH_EVENTS, A_MILLION).services[OURS]
    assert services["notifier requests"] == pytest.approx(1e6 * prices.LAMBDA_REQUEST)
    assert services["event publishes"] == pytest.approx(1e6 * prices.SNS_PUBLISH)


@pytest.mark.parametrize(
    ("orders_per_second", "stored_together", "events"),
    [(1, 1, 1), (1, 40, 10), (160, 1, 10), (160, 80, 20), (1e6, 1, 100)],
)
def test_events_share_a_batch_if_one_poll_of_a_shard_finds_them(
    orders_per_second: float, stored_together: float, events: float
) -> None:
    assert steady_batch(orders_per_second, stored_together) == events


def test_only_mails_cost_something_to_deliver() -> None:
    def deliveries(addresses: int) -> float:
        inputs = dataclasses.replace(WITH_EVENTS, mail_addresses=addresses)
        return backlog(inputs, A_MILLION).services[OURS]["event deliveries"]

    assert deliveries(0) == 0
    assert deliveries(2) == pytest.approx(2e6 * prices.SNS_MAIL)


def test_the_notifier_costs_the_same_with_every_handler() -> None:
    without, with_events = (backlog(inputs, A_MILLION) for inputs in (DEV, WITH_EVENTS))
    added = {name: with_events.total(name) - without.total(name) for name in without.services}
    assert list(added.values()) == pytest.approx([added[OURS]] * len(added))
    assert added[OURS] > 0


def test_a_system_without_events_has_no_row_for_them() -> None:
    rows = backlog(DEV, A_MILLION).services[OURS]
    assert [row for row in rows if "event" in row or "notifier" in row] == []


def test_the_notifiers_log_is_as_long_as_it_writes_it() -> None:
    logs = backlog(WITH_EVENTS, A_MILLION).services[OURS]["notifier logs"]
    assert 900 < logs / prices.LOG_BYTE / 1e4 < 1500, "bytes for a batch of 100"


def test_the_notifier_has_one_metric_while_it_tells_all_events() -> None:
    metrics = backlog(WITH_EVENTS, A_MILLION).services[OURS]["notifier metrics"]
    assert metrics == pytest.approx(prices.METRIC_MONTH / prices.DAYS_A_MONTH)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"orderEvents": "false", "notifyAddresses": ""}, (False, 0)),
        ({"orderEvents": "true", "notifyAddresses": "ann@example.com, bob@example.com"}, (True, 2)),
        ({"orderEvents": True, "notifyAddresses": ["ann@example.com"]}, (True, 1)),
    ],
)
def test_events_are_read_from_text_and_from_values(settings: dict[str, Any], expected: tuple[bool, int]) -> None:
    inputs = CostInputs.of_settings(defaults() | settings)
    assert (inputs.tells_events, inputs.mail_addresses) == expected


def test_an_older_program_without_the_settings_of_events_tells_none() -> None:
    older = {key: value for key, value in defaults().items() if key not in {"orderEvents", "notifyAddresses"}}
    assert CostInputs.of_settings(older) == DEV


def _orders(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from ops.cli.main import main; main()", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_orders_cost_reckons_with_the_settings_of_a_stack() -> None:
    answered = json.loads(_orders("cost", "--stack", "prod", "--orders-per-day", "1e6", "--json").stdout)
    assert answered["backlog"]["services"][OURS] == backlog(CostInputs.of_stack("prod"), A_MILLION).services[OURS]
    assert answered["pricesAsOf"] == prices.AS_OF.isoformat()


def test_orders_cost_shows_each_service_and_the_totals() -> None:
    shown = _orders("cost").stdout
    for service in (*steady(DEV, A_MILLION).services[OURS], "steady, by 1", "backlog, by 10", "a month"):
        assert service in shown


PAGE = (ROOT / "docs/cost.md").read_text()


@pytest.mark.parametrize(("line", "shown"), re.findall(r"(?ms)^\$ \.venv/bin/orders ([^\n]+)\n(.*?)^```", PAGE))
def test_the_page_shows_what_the_command_prints(line: str, shown: str) -> None:
    printed = re.sub(r"(?m) +$", "", _orders(*line.split()).stdout).strip("\n")
    assert shown.strip("\n") == printed, f"docs/cost.md should show:\n{printed}"


def test_a_delay_is_a_window_that_fills_batches_up_to_a_hundred() -> None:
    table = {(one.rate, one.delay_seconds): one for one in cells(DEV) if one.custom_metrics}
    assert [table[10, delay].batch for delay in (0, 1, 10)] == [1, 11, 100]
    window = dataclasses.replace(DEV, batch_size=100, batching_window_seconds=1)
    assert table[10, 1].dollars[OURS] == steady(window, 10 * 86_400).total(OURS)


def test_a_delay_of_a_second_saves_a_quarter_at_ten_orders_a_second() -> None:
    table = {(one.custom_metrics, one.rate, one.delay_seconds): one.dollars[OURS] for one in cells(DEV)}
    for with_metrics in (True, False):
        assert table[with_metrics, 10, 1] < 0.75 * table[with_metrics, 10, 0]


def test_without_custom_metrics_no_other_handler_is_cheaper_at_any_rate_and_delay() -> None:
    found = [one for one in cells(WITH_EVENTS) if not one.custom_metrics]
    assert len(found) == len(RATES) * len(DELAYS)
    assert {min(one.dollars, key=lambda handler: one.dollars[handler]) for one in found} == {OURS}


def test_the_cells_are_json_for_scripts() -> None:
    answered = json.loads(_orders("cost", "--by-rate", "--json").stdout)
    assert answered["cells"] == [dataclasses.asdict(one) for one in cells(CostInputs.of_stack("dev"))]


def test_a_stack_that_is_not_there_is_named() -> None:
    ran = _orders("cost", "--stack", "nowhere")
    assert ran.returncode == 2
    assert (
        ran.stderr
        == "there is no stack nowhere, because Pulumi.nowhere.yaml is missing: name one of dev, local, prod\n"
    )


def test_only_the_comparison_of_rates_is_drawn(tmp_path: Path) -> None:
    drawn = tmp_path / "cost.png"
    refused = _orders("cost", "--plot", str(drawn))
    assert "add --by-rate" in refused.stderr
    assert not drawn.exists()
    assert _orders("cost", "--by-rate", "--plot", str(drawn)).stderr == f"drawn: {drawn}\n"
    assert drawn.read_bytes().startswith(b"\x89PNG")
