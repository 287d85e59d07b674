"""Content Security Policy with a nonce on every page."""

from csp.middleware import CSPMiddleware


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The policy of the settings."""
