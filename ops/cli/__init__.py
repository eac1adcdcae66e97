"""The commands, one module each. Only this package imports Typer and Rich."""
