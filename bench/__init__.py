"""Benchmarks and concurrency checks. They start the servers that they need and compare the measurements with limits.

``python -m bench.run bench|drill NAME`` prints ``RESULT <name> <value> <limit> PASS|FAIL`` for each measurement and
exits with 1 if one fails. Nothing here is part of the portal.
"""
