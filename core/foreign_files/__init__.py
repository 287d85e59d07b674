"""Files from outside: inspected by content, in a separate process with limits (ADR 220)."""
