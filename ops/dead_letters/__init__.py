"""Dead letters: list, correct, redrive and archive them without losing one."""
