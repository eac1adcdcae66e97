"""The link to a letter's log records covers the letter itself, whatever a publisher has set."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from infra.outputs import DeployedOutputs
from ops.cli.dlq.log_link import log_link
from ops.clients import Clients
from ops.dead_letters.failures import Failure
from ops.dead_letters.lease import Lease
from ops.system import System
from tests.support.fake_system import NOON
from tests.support.silent import OUTPUTS


def system(endpoint_url: str | None = None) -> System:
    return System(DeployedOutputs("dev", OUTPUTS), Clients("us-east-1", endpoint_url))


def lease(*logged_as: str) -> Lease:
    return Lease(message_id=logged_as[0], logged_as=logged_as, order_id="O1", first_seen=NOON, receipt="", position=0)


def failed(message_id: str, order_id: str) -> Failure:
    return Failure(message_id=message_id, order_id=order_id, kind="invalid", reason="", signature="", at=NOON)


def pattern(logged_as: Sequence[str]) -> str:
    link = log_link(system(), lease(*logged_as), [])
    return unquote(unquote(link.replace("$", "%"))).split("filterPattern=")[1].split("&start=")[0]


def test_the_link_finds_the_records_under_every_message_id() -> None:
    assert pattern(["m1"]) == '"m1"'
    assert pattern(["m1", 'z"z']) == r'?"m1" ?"z\"z"'


def test_the_command_names_the_order_of_the_letter_itself() -> None:
    attempts = [failed("zzz", "another"), failed("m1", "O1")]
    assert log_link(system("http://127.0.0.1:1"), lease("m1", "zzz"), attempts).endswith(" --order O1")


def test_the_command_names_the_stack_that_was_deployed_on_an_emulator() -> None:
    deployed = replace(system("http://127.0.0.1:1"), is_deployed=True)
    assert log_link(deployed, lease("m1"), [failed("m1", "O1")]).endswith(" --order O1 --stack dev")
