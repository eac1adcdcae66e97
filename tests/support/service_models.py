"""botocore's service models, read from disk once per process."""

from functools import cache, partial

from botocore.loaders import JSONFileLoader

_read = cache(partial(JSONFileLoader.load_file, JSONFileLoader()))


def load_file(_loader: JSONFileLoader, path: str) -> object:
    """Replace `JSONFileLoader.load_file`, which reads the models again for every session: 30 ms a client.

    Tests that use moto must not use this function, because moto changes the models that it loads.
    """
    return _read(path)
