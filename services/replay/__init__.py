"""Articles from a file through the real tagger and the real decisions, in their own time. Nothing is sent."""
