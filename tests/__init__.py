"""The tests; shared tools are in tests.support."""
