"""Polls feeds: fetch, parse, skip what was seen, publish articles."""
