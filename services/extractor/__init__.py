"""Reads articles: topics, mentions and acts with evidence."""
