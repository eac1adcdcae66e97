"""The commands, one module each: what they ask AWS stands beside, what they show stands here."""
