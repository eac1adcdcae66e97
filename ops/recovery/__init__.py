"""Getting orders back from an earlier state of the table: restore, compare and merge."""
