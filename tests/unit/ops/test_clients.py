"""How long a command waits for a service, and how often it tries again."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from ops import clients
from ops.clients import CONNECT_SECONDS, READ_SECONDS, SILENT_TRIES, TRIES, local_clients
from ops.dead_letters.timing import Timing
from tests.support.silent import silent_service


def test_a_service_that_never_answers_is_tried_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "READ_SECONDS", 0.1)
    with silent_service() as service:
        with pytest.raises(ReadTimeoutError):
            local_clients(service.url).dynamodb.list_tables()
        assert len(service.connections) == SILENT_TRIES == 2


def test_the_user_hears_of_a_silent_service_within_15_seconds() -> None:
    between_tries = 1  # botocore's longest delay before the second try
    assert SILENT_TRIES * max(CONNECT_SECONDS, READ_SECONDS) + between_tries < 15


def test_a_request_waits_longer_than_a_long_poll() -> None:
    assert Timing().poll_seconds + 5 < READ_SECONDS


def test_a_service_that_is_busy_is_tried_four_times(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    class Busy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            tried.append(self.path)
            self.send_response(500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with pytest.raises(ClientError):
            local_clients(f"http://127.0.0.1:{server.server_port}").dynamodb.list_tables()
        server.shutdown()
        thread.join()
    assert len(tried) == TRIES == 4


def test_after_silence_nothing_more_is_sent_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "READ_SECONDS", 0.1)
    with silent_service() as service:
        silent = local_clients(service.url)
        for request in (silent.dynamodb.list_tables, silent.logs.describe_log_groups, silent.dynamodb.list_tables):
            with pytest.raises(ReadTimeoutError):
                request()
        assert len(service.connections) == SILENT_TRIES
        silent._silences[service.url]._until = 0
        with pytest.raises(ReadTimeoutError):
            silent.dynamodb.list_tables()
    assert len(service.connections) == 2 * SILENT_TRIES


def test_the_silence_of_one_service_of_aws_ends_no_request_to_another() -> None:
    of_aws = clients.Clients("eu-west-1")
    assert of_aws._silences["sqs"] is not of_aws._silences["logs"]
