"""The notifier on the emulator's streams."""

from tests.support.stream_suite import StreamSuite


class TestOnTheEmulator(StreamSuite):
    """The fixture `clients` is in conftest.py."""
