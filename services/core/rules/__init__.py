"""The language of rules: parse, compile, match, explain. Pure; docs/reference/rules.md says what it means."""
