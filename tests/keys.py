"""The master key of every story; the real ones lie in a file."""

from states.records.master_keys import MasterKeys

MASTERS = MasterKeys({"stories": b"m" * 32}, "stories")
