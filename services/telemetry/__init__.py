"""Metrics (every series in one file), logs and health."""
