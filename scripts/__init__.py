"""Chores of a set-up that are too small for the product."""
