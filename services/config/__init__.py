"""Reads a configuration directory, or names every mistake in it at once."""
