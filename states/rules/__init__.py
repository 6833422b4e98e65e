"""The law as pure Python: no clock, no SQL, no settings."""
