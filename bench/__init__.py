"""Drills and benchmarks: commands that start what they need and print what they measured against what.

``python -m bench.run bench|drill NAME`` ends with ``RESULT <name> <value> <bar> PASS|FAIL`` and an exit code that says
the same. Nothing here is part of the portal.
"""
