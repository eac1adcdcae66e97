"""Dead letters: look at them without losing one, mend them, send them again, keep them."""
