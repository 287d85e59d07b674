"""Benchmarks and concurrency checks. They start the servers they need and compare what they measure with a limit.

``python -m bench.run bench|drill NAME`` prints ``RESULT <name> <value> <limit> PASS|FAIL`` for each measurement and
exits with 1 if one fails. Nothing here is part of the portal.
"""
