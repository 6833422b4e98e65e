"""Where foreign systems are met: a port, a working null twin and a failing twin for each."""
