"""Runs the Pulumi program without an engine: its configuration from the project's files, its resources to a monitor."""

import asyncio
import json
import logging
import runpy
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime.config import set_all_config
from pulumi.runtime.mocks import MockMonitor, set_mocks
from pulumi.runtime.settings import SETTINGS, get_root_resource
from pulumi.runtime.stack import Stack, run_pulumi_func

ROOT = Path(__file__).resolve().parent.parent


def project() -> dict[str, Any]:
    """Pulumi.yaml."""
    return _read("Pulumi.yaml")


def stack_config(stack: str, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
    """The configuration of a stack: the project's defaults, its file, and last the overrides.

    Keys have their namespace (`orders:batchSize`), values are text, structured ones JSON. Settings of the project may
    be overridden without the namespace.
    """
    declared = project()
    name = declared["name"]
    config = {f"{name}:{key}": setting["default"] for key, setting in declared["config"].items()}
    config |= _read(f"Pulumi.{stack}.yaml")["config"]
    config |= {f"{name}:{key}": value for key, value in (overrides or {}).items()}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}


def main_program() -> None:
    """The project's `__main__.py`."""
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


def run_program(
    stack: str, config: Mapping[str, str], monitor: MockMonitor, program: Callable[[], None] = main_program
) -> dict[str, Any]:
    """Run a program as the stack, every resource going to the monitor, and return the stack's outputs."""
    # A resource that fails leaves the futures of those that wait for it; its own exception is the one that counts.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    # Pulumi wants an event loop on every thread that registers a resource, and closes none.
    loops: list[asyncio.AbstractEventLoop] = []
    try:
        with ThreadPoolExecutor(initializer=_open_loop, initargs=(loops,)) as threads:
            return asyncio.run(_run(stack, config, monitor, program, threads))
    finally:
        for loop in loops:
            loop.close()


def _open_loop(opened: list[asyncio.AbstractEventLoop]) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    opened.append(loop)


async def _run(
    stack: str,
    config: Mapping[str, str],
    monitor: MockMonitor,
    program: Callable[[], None],
    threads: ThreadPoolExecutor,
) -> dict[str, Any]:
    asyncio.get_running_loop().set_default_executor(threads)
    set_all_config(dict(config))
    SETTINGS.outputs.clear()  # A program that failed before, in this process, has left its own.
    set_mocks(monitor.mocks, project=project()["name"], stack=stack, monitor=monitor)
    await run_pulumi_func(program)
    root = get_root_resource()
    assert isinstance(root, Stack), "set_mocks makes the stack's root"
    return await pulumi.Output.all(**root.outputs).future() or {}


def _read(file: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = yaml.safe_load((ROOT / file).read_text())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise pulumi.RunError(f"{file} is no YAML: {error.problem} in line {line}") from None
    return document
