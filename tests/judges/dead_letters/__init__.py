"""The suites of `orders dlq` over queues that are not the emulator's."""
