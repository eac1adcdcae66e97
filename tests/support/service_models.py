"""botocore's service models, read from disk once per process."""

from functools import cache, partial

from botocore.loaders import JSONFileLoader


def read_once() -> None:
    """Keep every model file in memory.

    botocore reads the models again for every session, which takes about 30 ms a client. Tests create hundreds of
    clients.
    """
    load = cache(partial(JSONFileLoader.load_file, JSONFileLoader()))
    setattr(JSONFileLoader, "load_file", lambda _loader, path: load(path))  # noqa: B010 - mypy forbids the assignment
