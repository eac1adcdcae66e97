"""The life of one order, from every source that keeps a trace of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from handler.outcome import Kind
from ops.dead_letters.timing import Timing
from ops.log.reading import HISTORY_STREAM
from ops.queues import count_messages, name_of_queue
from ops.system import System
from ops.table import StoredOrder, find_order
from ops.text import counted
from ops.trace.functions import failures_of_messages, notifier_steps, processor_steps
from ops.trace.letters import Found, dead_letter_steps, given_up_steps, look_for, undelivered_steps, unlogged_steps
from ops.trace.operators import Action, History, history_since
from ops.trace.reader import Reader
from ops.trace.step import Gap, Step, Trace, What
from ops.trace.versions import table_steps

_SUCCESSES = {Kind.STORED, Kind.UPDATED, Kind.DUPLICATE, Kind.STALE}


def trace_order(system: System, typed: str, *, since: datetime, timing: Timing) -> Trace:
    """Collect what is known about an order, whose ID can be given as it is or as it is shown, with escapes.

    The logs and the history are read since a time. Raises UserError if no source can be read.
    """
    return _Tracer(system, typed, since, timing).trace()


class _Tracer:
    """Asks one source after the other. What one answers decides what the next is asked."""

    def __init__(self, system: System, typed: str, since: datetime, timing: Timing) -> None:
        self._system = system
        self._typed = typed
        self._since = since
        self._timing = timing
        self._reader = Reader()
        self._dead = system.outputs.dead_letter_queue_url
        self._log = system.outputs.log_group_name

    def trace(self) -> Trace:
        reader, outputs = self._reader, self._system.outputs
        stored = self._read_table()
        # The letters are read first, because others may wait for them to be visible again.
        dead = self._look(self._dead, dead_letter_steps)
        self._look(outputs.undelivered_queue_url, undelivered_steps)
        if outputs.tells_events:
            self._look(outputs.given_up_queue_url, given_up_steps)
        self._read_log(dead)
        if outputs.tells_events:
            group = outputs.notifier_log_group_name
            reader.read_steps(group, lambda: notifier_steps(self._system, self._typed, self._since))
        actions = self._read_history(dead)
        reader.check()
        reader.gaps.extend(self._unexplained(stored, dead, actions))
        return Trace(steps=sorted(reader.steps, key=lambda step: step.sort_key), stored=stored, gaps=reader.gaps)

    def _read_table(self) -> StoredOrder | None:
        table, dynamodb = self._system.outputs.table_name, self._system.clients.dynamodb
        stored = self._reader.read(table, lambda: find_order(dynamodb, table, self._typed))
        if stored:
            self._reader.add(table_steps(stored, table))
        return stored

    def _look(self, queue_url: str, steps: Callable[[Found], Iterable[Step]]) -> Found | None:
        name = name_of_queue(queue_url)
        found = self._reader.read(name, lambda: look_for(self._system, queue_url, self._typed, self._timing))
        if found:
            self._reader.add(steps(found))
            self._reader.gaps.extend(found.gaps())
        return found

    def _read_log(self, dead: Found | None) -> None:
        reader = self._reader
        reader.read_steps(self._log, lambda: processor_steps(self._system, self._typed, self._since))
        if dead and not reader.is_unread(self._log):
            ids = dict.fromkeys(one for letter in dead.letters for one in letter.logged_as)
            reader.read_steps(self._log, lambda: failures_of_messages(self._system, ids, self._since))
            reader.read_steps(self._log, lambda: unlogged_steps(self._system, dead, self._failed_messages()))

    def _read_history(self, dead: Found | None) -> list[Action]:
        stream = f"{self._log} {HISTORY_STREAM}"
        history = self._reader.read(stream, lambda: history_since(self._system, self._since)) or History(self._log)
        self._reader.gaps.extend(history.gaps())
        ids = self._failed_messages() | {one for letter in (dead.letters if dead else ()) for one in letter.logged_as}
        found = list(history.about(self._typed, ids, self._deaths()))
        self._reader.add(step for _, step in found)
        return [action for action, _ in found]

    def _failed_messages(self) -> set[str]:
        return {step.message_id for step in self._reader.steps if step.what == What.FAILED}

    def _deaths(self) -> Mapping[str, datetime]:
        """When each message of the order became a dead letter, by message ID.

        If its last attempt is not in the log, it perhaps became one, unless the order was stored afterwards.
        """
        steps = sorted((step for step in self._reader.steps if step.at), key=lambda step: step.sort_key)
        stored = max((step.at for step in steps if step.what in _SUCCESSES and step.at), default=None)
        failed = {step.message_id: step for step in steps if step.what == What.FAILED}
        return {
            message_id: step.at
            for message_id, step in failed.items()
            if step.at and (step.is_last_attempt or stored is None or stored < step.at)
        }

    def _unexplained(self, stored: StoredOrder | None, dead: Found | None, actions: list[Action]) -> Iterator[Gap]:
        """What the sources that were read leave open."""
        outcomes = {step.what for step in self._reader.steps}
        if stored and Kind.STORED not in outcomes and not self._reader.is_unread(self._log):
            problem = f"no record since {self._since:%Y-%m-%d %H:%M:%SZ} of when the order was first stored"
            yield Gap(source=self._log, problem=f"{problem}: it is older, or somebody else wrote the order")
        if dead:
            yield from self._gone(dead, actions)
        if not (stored or outcomes & (_SUCCESSES | {What.DEAD, What.UNDELIVERED})):
            yield from self._waiting()

    def _gone(self, dead: Found, actions: list[Action]) -> Iterator[Gap]:
        """Messages that must have become dead letters, and of which nobody recorded what became of them."""
        known = {one for letter in dead.letters for one in letter.logged_as}
        known |= {one for action in actions for one in action.message_ids}
        for step in self._reader.steps:
            if step.is_last_attempt and step.message_id not in known:
                known.add(step.message_id)
                if any(not action.names_letters and step.at and step.at <= action.at for action in actions):
                    continue  # That action has perhaps moved it, which the timeline shows.
                problem = f"message {step.message_id} failed for the last time, and is not visible there"
                why = "it is on its way, somebody else holds it, or it was removed without a record"
                yield Gap(source=dead.queue, problem=f"{problem}: {why}")

    def _waiting(self) -> Iterator[Gap]:
        sqs, queue_url = self._system.clients.sqs, self._system.outputs.queue_url
        name = name_of_queue(queue_url)
        counts = self._reader.read(name, lambda: count_messages(sqs, queue_url))
        if counts and counts.total:
            yield Gap(
                source=name, problem=f"{counted(counts.total, 'message')} waiting: perhaps the order is among them"
            )
