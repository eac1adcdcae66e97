"""`orders capacity`: what it asks for, and what it prints."""

import math
import re
from pathlib import Path

import pytest

from infra.project import ROOT
from ops import prices
from ops.capacity import limits, profile
from ops.cli.exit_codes import Exit
from tests.support.command import CommandResult, Orders, run_orders

TITLES = ["limits reached", "orders published", "oldest order", "queue is empty", "dollars", "headroom", "assumptions"]


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Orders:
    def run(*arguments: str, stdin: str = "") -> CommandResult:
        return run_orders(monkeypatch, capsys, "capacity", *arguments, stdin=stdin)

    return run


def test_the_page_answers_each_question(orders: Orders) -> None:
    shown = orders("--peak", "5000", "--for", "60s").out
    assert [title for title in TITLES if title not in shown] == []
    assert "growth of the mapping, after 0:00:00" in shown


def test_a_flow_below_every_limit_reaches_none(orders: Orders) -> None:
    [answer] = orders("--rate", "20", "--for", "10m", "--json").json
    assert answer["limitsReached"] == []
    assert answer["orders"]["stored"] == answer["orders"]["published"] == pytest.approx(12_000)
    assert len(answer["timeline"]["backlog"]) == 600
    assert min(hop["headroom"] for hop in answer["hops"]) > 0


def test_the_limits_that_decided_are_named_with_their_sources(orders: Orders) -> None:
    [answer] = orders("--stack", "prod", "--peak", "5000", "--json").json
    assert [reached["limit"] for reached in answer["limitsReached"]] == [
        *("growth of the mapping", "write throughput of the table", "concurrency of the mapping", "maxReceiveCount")
    ]
    assert str(limits.TABLE_WRITES) in answer["assumptions"]
    assert answer["orders"]["dead"] > 0


def test_a_warm_table_and_the_concurrency_of_the_account_are_taken_as_given(orders: Orders) -> None:
    peak = ["--peak", "3000", "--for", "120s", "--json"]
    [small] = orders("--stack", "prod", *peak, "--table-writes", "1000").json
    [warm] = orders("--stack", "prod", *peak, "--table-writes", "40000").json
    assert small["orders"]["dead"] > warm["orders"]["dead"] == 0
    [crowded] = orders(*peak, "--account-concurrency", "2").json
    assert "concurrency of the function" in [reached["limit"] for reached in crowded["limitsReached"]]


def test_ten_times_the_orders_cost_about_ten_times_as_much(orders: Orders) -> None:
    [few], [many] = (orders("--rate", rate, "--for", "1h", "--json").json for rate in ("90", "900"))
    # More orders share a batch.
    assert 5 * few["dollars"] < many["dollars"] < 10 * few["dollars"]
    assert few["pricesAsOf"] == prices.AS_OF.isoformat()


def test_a_noisy_customer_delays_the_others_unless_orders_have_message_groups(orders: Orders) -> None:
    peak = ["--rate", "100", "--peak", "1500", "--for", "5m"]
    [answer] = orders(*peak, "--noisiest", "90", "--json").json
    assert answer["othersOldestSeconds"] > 100
    assert answer["withMessageGroups"]["othersOldestSeconds"] == 0
    assert answer["withMessageGroups"]["oldestSeconds"] >= answer["oldestSeconds"]
    assert str(limits.NOISY_SHARE) in answer["assumptions"]
    [alone] = orders(*peak, "--json").json
    assert "withMessageGroups" not in alone
    assert str(limits.NOISY_SHARE) not in alone["assumptions"]
    assert alone["oldestSeconds"] == pytest.approx(answer["oldestSeconds"], abs=1)


def test_the_picture_shows_the_other_customers_with_message_groups(orders: Orders, tmp_path: Path) -> None:
    file = tmp_path / "run.svg"
    orders("--peak", "1500", "--for", "60s", "--noisiest", "90", "--plot", str(file))
    assert "others with groups, s" in file.read_text()


def test_a_csv_is_read_from_standard_input(orders: Orders) -> None:
    [answer] = orders("--csv", "-", "--json", stdin="orders\n5\n7\n").json
    assert answer["orders"]["published"] == 12


def test_the_planned_orders_are_the_peak_if_no_profile_is_given(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile, "stack_settings", lambda _stack: {"plannedOrdersPerSecond": "40"})
    [answer] = orders("--for", "60s", "--json").json
    assert answer["orders"]["published"] == 40 * 60
    monkeypatch.setattr(profile, "stack_settings", lambda _stack: {"plannedOrdersPerSecond": "many"})
    assert orders("--for", "60s").err == "plannedOrdersPerSecond is many, but must be a whole number\n"


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_plot_is_drawn_into_a_file(orders: Orders, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"run.{suffix}"
    ran = orders("--peak", "2000", "--for", "60s", "--plot", str(file))
    assert (ran.code, ran.err) == (Exit.DONE, f"drawn: {file}\n")
    assert file.read_bytes().startswith(b"\x89PNG" if suffix == "png" else b"<?xml")
    assert suffix == "png" or "First limit (dashed): growth of the mapping" in file.read_text()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("", "no profile is given"),
        ("--rate 5 --ramp 5s", "--ramp needs --peak"),
        ("--csv x.csv --rate 5", "--csv contains the whole profile"),
        ("--csv /nowhere/x.csv", "/nowhere/x.csv cannot be read"),
        ("--rate 5 --for 0s", "--for is 0 s: give at least 1s"),
        ("--peak 5 --ramp 5s --for 0s", "--for is 0 s"),
        ("--peak 5 --ramp 8d --for 8d", "the profile lasts 1,382,400 s"),
        ("--measured 16d", "--measured is 1,382,400 s"),
        ("--measured 1d --rate 5", "--measured contains the whole profile"),
        ("--peak 5 --for 60s --plot run.gif", "run.gif is neither a PNG nor an SVG"),
        ("--peak 5 --stack nowhere", "there is no stack nowhere"),
    ],
)
def test_a_wrong_request_is_one_line(orders: Orders, arguments: str, problem: str) -> None:
    ran = orders(*arguments.split())
    assert ran.code == Exit.USAGE
    assert ran.err.startswith(problem)
    assert ran.err.count("\n") == 1
    assert ran.out == ""


def test_settings_are_commands_to_copy(orders: Orders) -> None:
    ran = orders("--peak", "5000", "--oldest", "30s")
    commands = [line for line in ran.out.splitlines() if line.startswith(("pulumi", "aws"))]
    assert re.fullmatch(r"pulumi config --stack dev set maximumConcurrency \d+", commands[0])
    assert commands[-1] == (
        "aws dynamodb update-table --region eu-west-1 --table-name TABLE --warm-throughput WriteUnitsPerSecond=5000"
    )
    [answer] = orders("--peak", "5000", "--oldest", "30s", "--json").json
    assert answer["commands"] == commands
    assert answer["oldestSeconds"] <= 30


def test_the_found_settings_hold_when_they_are_simulated(orders: Orders) -> None:
    peak = ("--stack", "prod", "--peak", "2000", "--for", "120s")
    [found] = orders(*peak, "--oldest", "10s", "--json").json
    assert found["oldestSeconds"] <= 10
    assert found["orders"]["stored"] == pytest.approx(found["orders"]["published"])


def test_settings_that_do_not_exist_are_exit_code_1(orders: Orders) -> None:
    ran = orders("--peak", "20000", "--oldest", "30s")
    assert (ran.code, ran.out) == (Exit.INCOMPLETE, "")
    assert ran.err == (
        "no settings keep every order younger than 30 s (limit: publish quota of SNS, after 0 s): "
        "ask AWS for a higher quota, or publish more slowly\n"
    )


PAGE = (ROOT / "docs/scaling.md").read_text()


@pytest.mark.parametrize(
    ("line", "shown"), re.findall(r"(?ms)^\$ \.venv/bin/orders capacity ([^\n]+)\n(.*?)^```", PAGE)
)
def test_the_page_shows_what_the_command_prints(orders: Orders, line: str, shown: str) -> None:
    printed = re.sub(r"(?m) +$", "", orders(*line.split()).out).strip("\n")
    if shown.endswith("…\n"):
        assert printed.startswith(shown.removesuffix("…\n")), f"docs/scaling.md should show:\n{printed}"
    else:
        assert shown.strip("\n") == printed, f"docs/scaling.md should show:\n{printed}"


def test_the_rule_of_the_page_gives_the_settings_that_the_search_finds(orders: Orders) -> None:
    for rate in (1200, 2000, 3500):
        [found] = orders("--rate", str(rate), "--for", "1h", "--oldest", "10s", "--json").json
        assert found["commands"] == [
            f"pulumi config --stack dev set maximumConcurrency {math.ceil(rate / 100)}",
            "pulumi config --stack dev set batchSize 100",
            "pulumi config --stack dev set batchingWindowSeconds 1",
            "pulumi config --stack dev set visibilityTimeoutSeconds 31",
        ]
