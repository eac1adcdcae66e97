"""A file in which the user says which resource in AWS is which resource of the program.

It is a mapping in YAML or JSON: a logical name to the name, ARN, URL or UUID in AWS. A logical name that several
resources share is written after the last part of the type: `Function OrderProcessor`.
"""

import re
from collections.abc import Mapping, Sequence

from ops.adopt.declared import Declared, Program
from ops.errors import InvalidInput
from ops.text_file import read_text

_NAME_IN_ARN = re.compile(r"(?:table/|function:|log-group:|alarm:|dashboard/|role/(?:.*/)?)?(.+?)(?::\*)?")
_ARN_PARTS = 6
_ARN = re.compile(r"arn:[^:]*:[^:]*:(?P<region>[^:]*):(?P<account>[^:]*):")
_URL = re.compile(r"https?://(?:sqs\.(?P<region>[^./]+)\.amazonaws\.[^/]+|[^/]+)/(?P<account>\d{12})/")
"""The URL of a queue. That of an emulator names no Region."""


def read_answers(file: str, program: Program) -> Mapping[str, str]:
    """Return what the file says, by URN. Raises InvalidInput, and names the file and the entry."""
    found = _parsed(file)
    answers = {}
    for key, value in found.items():
        if not isinstance(value, str) or not value:
            raise InvalidInput(f"{file}: {key} must be the name, ARN, URL or UUID of a resource in AWS, as text")
        resource = _resource(file, str(key), program.resources)
        if resource.urn in answers:
            raise InvalidInput(f"{file}: {key} is there twice: remove one of the two entries")
        _check_region(file, str(key), value, program.region_of(resource))
        answers[resource.urn] = value
    return answers


def name_in_aws(text: str) -> str:
    """The name in an ARN or in the URL of a queue. Any other text is the name."""
    if text.startswith(("https://", "http://")):
        return text.rpartition("/")[2]
    parts = text.split(":", _ARN_PARTS - 1)
    if parts[0] != "arn" or len(parts) < _ARN_PARTS:
        return text
    match = _NAME_IN_ARN.fullmatch(parts[-1])
    return match[1] if match else text


def account_in_aws(text: str) -> str:
    """The account in an ARN or in the URL of a queue. Empty for any other text."""
    found = _ARN.match(text) or _URL.match(text)
    return found["account"] if found else ""


def _parsed(file: str) -> Mapping[object, object]:
    import yaml  # noqa: PLC0415 - only this option needs it

    try:
        text = read_text(file)
        document, node = yaml.safe_load(text), yaml.compose(text, yaml.SafeLoader)
    except RecursionError:
        raise InvalidInput(f"{file} is neither YAML nor JSON: it is nested too deeply") from None
    except yaml.YAMLError as error:
        raise InvalidInput(f"{file} is neither YAML nor JSON: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        raise InvalidInput(f"{file} must map logical names to names in AWS, such as `OrderQueue: shop-orders`")
    keys = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise InvalidInput(f"{file}: {twice} is there twice: remove one of the two entries")
    return document


def _resource(file: str, key: str, resources: Sequence[Declared]) -> Declared:
    kind, _, name = key.rpartition(" ")
    named = [one for one in resources if one.name == name and one.is_in_aws]
    # A policy belongs to another resource, which identifies it.
    found = [one for one in named if (one.kind == kind if kind else not one.kind.endswith("Policy"))]
    if len(found) == 1:
        return found[0]
    if not found:
        names = sorted({one.name for one in resources if one.is_in_aws})
        raise InvalidInput(f"{file}: the program has no resource {key}: name one of {', '.join(names)}")
    keys = ", ".join(sorted(f"{one.kind} {one.name}" for one in found))
    raise InvalidInput(f"{file}: several resources have the name {name}: write one of {keys}")


def _check_region(file: str, key: str, value: str, region: str) -> None:
    found = _ARN.match(value) or _URL.match(value)
    if found and (found["region"] or region) != region:
        raise InvalidInput(
            f"{file}: {key} is in {found['region']}, but the program declares it in {region}: name one in {region}"
        )
