"""What the services need of the world outside, each with its semantics. Adapters live in bus, store and the services' edges."""
