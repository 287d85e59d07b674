"""Files from outside: inspected by content, in a process of their own with limits (ADR 220)."""
