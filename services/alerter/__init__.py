"""Decides what is worth telling, and tells it: story, rules, route, deliver."""
