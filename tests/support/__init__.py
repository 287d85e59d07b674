"""Tools for tests: real services, the browser, a database that can be restored."""
