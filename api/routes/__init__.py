"""Doors for programs: the JSON API, version 1."""
