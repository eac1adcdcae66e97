"""Runs the Pulumi program without an engine: a monitor receives its resources."""

import asyncio
import logging
import runpy
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pulumi
from pulumi.runtime.config import set_all_config
from pulumi.runtime.mocks import MockMonitor, set_mocks
from pulumi.runtime.settings import SETTINGS, get_root_resource
from pulumi.runtime.stack import Stack, run_pulumi_func

from infra.project import ROOT, project

ORGANIZATION = "organization"
"""What Pulumi says in place of an organization if the state is not in Pulumi Cloud."""


def main_program() -> None:
    """The project's `__main__.py`."""
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


def run_program(
    stack: str, config: Mapping[str, str], monitor: MockMonitor, program: Callable[[], None] = main_program
) -> dict[str, Any]:
    """Run a program as the stack, register its resources with the monitor, and return the stack's outputs."""
    # After a resource fails, asyncio would log the pending futures of the resources that depend on it.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    # Pulumi needs an event loop on every thread that registers a resource, and does not close them.
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
    SETTINGS.outputs.clear()  # Discard the outputs of an earlier run in this process.
    set_mocks(monitor.mocks, project=project()["name"], stack=stack, monitor=monitor, organization=ORGANIZATION)
    SETTINGS.root_directory = str(ROOT)
    await run_pulumi_func(program)
    root = get_root_resource()
    assert isinstance(root, Stack), "set_mocks creates the stack's root"
    return await pulumi.Output.all(**root.outputs).future() or {}
