"""Core: base page, Vietnamese text, working time, outbox, page cache, errors. Imports no other app."""
