"""Runs the command with `python -m ops.cli`, where the project is not installed."""

from ops.cli.main import main

main()
