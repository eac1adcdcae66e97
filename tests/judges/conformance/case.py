"""A conformance case: something that AWS documents, and a function that tries it and returns what it saw."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import uuid4

from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.session import Session

from ops.clients import LOCAL_KEY, LOCAL_REGION
from tests.judges.conformance.functions import Function, created_function


@cache
def _client(url: str | None, service: str) -> Any:
    session = Session(session_vars={"profile": (None, None, None, None)})
    session.set_credentials(LOCAL_KEY, LOCAL_KEY)
    # The implementation decides what is valid, not botocore.
    config = Config(retries={"total_max_attempts": 1}, read_timeout=20, parameter_validation=False)
    return session.create_client(service, LOCAL_REGION, endpoint_url=url, config=config)


@dataclass(frozen=True)
class Aws:
    """Clients of one implementation, without retries. None as URL is moto in this process."""

    url: str | None

    def client(self, service: str) -> Any:
        return _client(self.url, service)

    def function(self, source: str, *, timeout: int = 3, **variables: str) -> Function:
        """A new function, whose handler is `handler` in the source."""
        return created_function(self.client("lambda"), self.client("iam"), new_name(), source, timeout, variables)


@dataclass(frozen=True, kw_only=True)
class Case:
    """What AWS documents, where, and the outcome that follows from it."""

    text: str
    source: str
    documented: str
    observe: Callable[[Aws], str]


@dataclass(frozen=True)
class Service:
    """The cases of a service, by the name of their function."""

    name: str
    at_once: int = 1
    """How many cases run at once, if they have to wait."""
    cases: dict[str, Case] = field(default_factory=dict)

    def case(
        self, text: str, *, source: str, documented: str
    ) -> Callable[[Callable[[Aws], str]], Callable[[Aws], str]]:
        """Add the decorated function as a case."""

        def add(observe: Callable[[Aws], str]) -> Callable[[Aws], str]:
            known = Case(text=text, source=source, documented=documented, observe=observe)
            self.cases[observe.__name__] = known
            return observe

        return add

    def outcomes(self, aws: Aws) -> Mapping[str, str]:
        """Try every case. An error that a case does not expect is its outcome."""
        with ThreadPoolExecutor(self.at_once) as pool:
            found = pool.map(lambda case: _outcome(case, aws), self.cases.values())
            return dict(zip(self.cases, found, strict=True))


def _outcome(case: Case, aws: Aws) -> str:
    try:
        return case.observe(aws)
    except ClientError as error:
        return code_of(error)
    except ReadTimeoutError:
        return "no answer"
    except NotImplementedError:  # moto raises it in this process.
        return "not implemented"
    except TypeError:  # moto again: its PartiQL knows no parameters of an INSERT.
        return "TypeError"
    except (AssertionError, KeyError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def code_of(error: ClientError) -> str:
    """The code of an error, without the namespace that older protocols put before it."""
    return str(error.response["Error"]["Code"]).rpartition(".")[2]


def answer_to(request: Callable[..., Any], **parameters: Any) -> str:
    """`accepted`, or the code of the error."""
    try:
        request(**parameters)
    except ClientError as error:
        return code_of(error)
    except NotImplementedError:
        return "not implemented"
    return "accepted"


def refusal_of(request: Callable[..., Any], **parameters: Any) -> str:
    """`accepted` or `refused`, where AWS documents no code of the error."""
    return "accepted" if answer_to(request, **parameters) == "accepted" else "refused"


def new_name(suffix: str = "") -> str:
    return f"c-{uuid4().hex[:12]}{suffix}"
