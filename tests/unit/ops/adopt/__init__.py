"""Unit tests of the adoption of resources that were made by hand."""
