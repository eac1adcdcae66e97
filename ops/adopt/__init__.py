"""Brings resources that were made by hand into a stack, without replacing or deleting one of them."""
