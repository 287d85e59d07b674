"""Kernel: base page, Vietnamese text, working time, outbox, page cache, errors. Imports nothing of ours."""
