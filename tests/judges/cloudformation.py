"""A recorded program as a CloudFormation template, so that judges of templates can read it."""

import json
import re
from collections.abc import Mapping
from typing import Any

from infra import resource_types as types
from tests.judges.cloudformation_types import RENAMED, SPECIAL, TYPES, Properties, without
from tests.support.recorder import Program, Registration

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
TEXTS = {"dashboardBody", "policyDocument"}
"""Inputs that contain JSON and are texts in a template, too. All other JSON is an object there."""


def template(program: Program) -> dict[str, Any]:
    """Return the resources of a program as a template, by the IDs that `logical_id` returns."""
    resources = {
        logical_id(one): {"Type": TYPES[one.type], "Properties": _properties(one, program)}
        for one in program.resources
        if one.type in TYPES
    }
    # The mocks' IDs of keys do not look like those of KMS.
    return template_of(json.loads(re.sub(r"[\w-]+-id\b", KEY_ID, json.dumps(resources))))


def template_of(resources: Mapping[str, Any]) -> dict[str, Any]:
    """Return a template with these resources, by their IDs."""
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def changed(resource: Mapping[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return a resource in which one property has another value. The path joins keys with dots. None removes it."""
    copy: dict[str, Any] = json.loads(json.dumps(resource))
    *outer, last = path.split(".")
    properties = copy["Properties"]
    for key in outer:
        properties = properties[key]
    properties[last] = value
    if value is None:
        del properties[last]
    return copy


def logical_id(resource: Registration) -> str:
    """Return the type and the name of a resource, in the characters that CloudFormation accepts."""
    return re.sub(r"[^A-Za-z0-9]", "", f"{types.class_name(resource.type)}{resource.name}")


def _properties(resource: Registration, program: Program) -> Properties:
    special = SPECIAL.get(resource.type)
    inputs, rest = special(resource, program) if special else ({}, resource.inputs)
    return {**_translated(rest, RENAMED.get(resource.type, {})), **inputs}


def _translated(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case dict():
            return {names.get(key, key[0].upper() + key[1:]): _member(key, one, names) for key, one in value.items()}
        case list():
            return [_translated(one, names) for one in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _member(key: str, value: Any, names: Mapping[str, str]) -> Any:
    match key:
        case "variables":
            return value
        case "dimensions":
            return [{"Name": name, "Value": one} for name, one in value.items()]
        case "metric":
            of_metric = {"metricName", "namespace", "dimensions"}
            metric = {name: one for name, one in value.items() if name in of_metric}
            return {"Metric": _translated(metric, names), **_translated(without(value, *of_metric), names)}
        case "queueUrl" | "arn":
            return [value]
        case _ if isinstance(value, str) and value.startswith("{") and key not in TEXTS:
            return json.loads(value)
        case _:
            return _translated(value, names)
