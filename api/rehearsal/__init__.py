"""The parts of `duban rehearse`: a client that does not give up, the letters, and the lives."""
