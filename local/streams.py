"""What the emulator's streams lack: records of PartiQL inserts, and partial responses of the functions that read them.

Without the first, the stream would not show the new orders. Without the second, the emulator would take the response of
a function with failed records as a success, and the records would be lost. Lambda starts again at the lowest of them.
"""
# ruff: noqa: SLF001 - the emulator has no public interface for this

from collections.abc import Mapping
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from ministack.services import dynamodb, lambda_svc

Record = Mapping[str, Any]


def complete_streams() -> None:
    """Change the emulator in this process."""
    insert, execute = dynamodb._partiql_insert, lambda_svc._execute_function

    def insert_and_record(table: Any, parsed: Any) -> Any:
        answer = insert(table, parsed)
        if answer[0] == HTTPStatus.OK:
            item = parsed["item"]["M"] if set(parsed["item"]) == {"M"} else parsed["item"]
            dynamodb._emit_stream_event(parsed["table"], "INSERT", None, deepcopy(item))
        return answer

    def execute_and_check(function: Any, event: Any) -> Any:
        result = execute(function, event)
        records = event.get("Records") if isinstance(event, dict) else None  # An event can be any JSON.
        if not records or records[0].get("eventSource") != "aws:dynamodb" or result.get("error"):
            return result
        succeeded = count_before_failure(records, result.get("body"))
        if succeeded is None:
            return result
        for _, _, mapping in lambda_svc._iter_all_esms():
            if mapping["EventSourceArn"] == records[0]["eventSourceARN"]:
                lambda_svc._dynamodb_stream_positions[mapping["UUID"]] += succeeded
        return {**result, "error": True}

    dynamodb._partiql_insert, lambda_svc._execute_function = insert_and_record, execute_and_check


def count_before_failure(records: list[Record], response: object) -> int | None:
    """Return how many records precede the lowest failed one. None if the function reports no failure.

    As in Lambda, an identifier that no record has fails the whole batch.
    """
    failures = response.get("batchItemFailures") if isinstance(response, dict) else None
    if not failures:
        return None
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    failed = [failure["itemIdentifier"] for failure in failures]
    return min(numbers.index(number) if number in numbers else 0 for number in failed)
