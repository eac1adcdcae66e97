"""Options that belong together, as one value in the signature of a command."""

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any


def takes_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Let Typer see the fields of a dataclass in place of the parameter whose type it is.

    Each field has an Annotated type with its option, like a parameter of a command.
    """
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, Any] = {
        name: given.annotation for name, given in signature.parameters.items() if is_dataclass(given.annotation)
    }
    parameters: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        group = groups.get(name)
        options = inspect.signature(group, eval_str=True).parameters.values() if group else [parameter]
        parameters += [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in options]

    @wraps(command)
    def run(**values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(**{field.name: values.pop(field.name) for field in fields(group)})
        command(**values)

    vars(run)["__signature__"] = signature.replace(parameters=parameters)
    return run
