"""Why an invocation failed as a whole, as Lambda's own lines of the log tell it.

Lambda writes these lines as text or as JSON, which depends on the line and on the function's log format.
"""

import re
from enum import StrEnum


class Cause(StrEnum):
    """Why an invocation ended without a response."""

    TIMED_OUT = "the function timed out"
    OUT_OF_MEMORY = "the function ran out of memory"
    COULD_NOT_START = "the function could not start"
    CRASHED = "the function crashed"


UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PLATFORM = re.compile(
    rf"(START|END|REPORT) RequestId: {UUID}\b|(INIT|RESTORE)_START Runtime Version: |INIT_REPORT Init Duration: "
    r"|RESTORE_REPORT Restore Duration: |XRAY TraceId: |(EXTENSION|TELEMETRY|LOGS)\s+Name: .*\bState: "
)
STARTS = ("init", "restore")
"""Lambda's reports of a start begin with one of these, in capitals if they are text. SnapStart restores a snapshot."""
LAUNCH_ERROR = "LaunchError"
"""The state of an extension that did not start. The function does not start then either."""
_EXTENSION_FAILED = re.compile(rf"EXTENSION\s+Name: .*\bState: {LAUNCH_ERROR}\b")
_STATUS = re.compile(r"\bStatus: (\w+)(?:\s+Error Type: ([\w.]+))?")
_MEMORY = re.compile(r"\bMemory Size: (\d+) MB\s+Max Memory Used: (\d+) MB")
_TIMED_OUT = re.compile(r"(?:^|\s)Task timed out after [\d.]+ seconds\s*$")
_EXITED = re.compile(r"\bRuntime exited (?:with error|without providing a reason)|\bRuntime\.ExitError\b")
_RAISED = re.compile(r"\[ERROR\] ([^\W\d][\w.]*)(?::?[ \t]*(?:[\r\n]|$)|: (.*))")
"""An exception, which can have no message. Other lines can follow, each after `\\n`, `\\r\\n` or `\\r`."""


def cause_of_text(text: str) -> tuple[Cause | None, bool]:
    """The cause that a line of text gives, and whether the line is Lambda's own."""
    if _PLATFORM.match(text):
        return _cause_of_platform(text), True
    if _TIMED_OUT.search(text):
        return Cause.TIMED_OUT, True
    if _EXITED.search(text):
        return Cause.OUT_OF_MEMORY if "signal: killed" in text else Cause.CRASHED, True
    if raised := _RAISED.match(text):
        return cause_of_error(raised[1], raised[2] or ""), True
    return None, False


def _cause_of_platform(text: str) -> Cause | None:
    """The cause in a line that has the same content as an event of type `platform.*`."""
    if _EXTENSION_FAILED.match(text):
        return Cause.COULD_NOT_START
    if not (status := _STATUS.search(text)):
        return None
    memory = _MEMORY.search(text)
    is_full = bool(memory and int(memory[2]) >= int(memory[1]))
    return cause_of_status(status[1], status[2] or "", is_start=text.lower().startswith(STARTS), is_full=is_full)


_STARTING = {
    *("ImportModuleError", "HandlerNotFound", "UserCodeSyntaxError", "MalformedHandlerName", "NoSuchHandler"),
    *("InvalidEntrypoint", "InvalidWorkingDir", "ImportError", "ModuleNotFoundError", "SyntaxError"),
}
_MEMORY_ERRORS = {"OutOfMemory", "OutOfMemoryError", "MemoryError"}
_TIMEOUTS = {"Timedout", "Timeout"}


def cause_of_error(name: str, message: str = "") -> Cause:
    kind = name.rpartition(".")[2]
    if kind in _MEMORY_ERRORS or "signal: killed" in message:
        return Cause.OUT_OF_MEMORY
    if kind in _TIMEOUTS or _TIMED_OUT.search(message):
        return Cause.TIMED_OUT
    return Cause.COULD_NOT_START if kind in _STARTING else Cause.CRASHED


def cause_of_status(status: str, error: str, *, is_start: bool, is_full: bool) -> Cause | None:
    """The cause in a report, which tells how the start or the invocation of a function ended."""
    if status not in {"timeout", "error", "failure"}:
        return None
    if is_full and status != "timeout":
        return Cause.OUT_OF_MEMORY
    if is_start:
        cause = cause_of_error(error)
        return cause if cause is Cause.OUT_OF_MEMORY else Cause.COULD_NOT_START
    return Cause.TIMED_OUT if status == "timeout" else cause_of_error(error)


def is_full(metrics: object) -> bool:
    if not isinstance(metrics, dict):
        return False
    size, used = metrics.get("memorySizeMB"), metrics.get("maxMemoryUsedMB")
    return isinstance(size, int | float) and isinstance(used, int | float) and used >= size
