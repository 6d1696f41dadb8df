"""Real servers on loopback that stand for the destinations of alerts, and misbehave as told."""
