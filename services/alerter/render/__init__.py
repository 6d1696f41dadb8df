"""Alerts as people and programs read them. Pure: an alert goes in, bytes come out, the same every time."""
