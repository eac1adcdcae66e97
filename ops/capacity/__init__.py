"""What a stack can carry: a simulation of every hop, in steps of a second."""
