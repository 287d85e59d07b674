"""Template tag `{% cached_until_publish "procedure" page.pk %}…{% endcached_until_publish %}`."""

from __future__ import annotations

from typing import Self

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.web.process_cache import cached_until_publish

register = template.Library()


class CachedUntilPublishNode(Node):
    """Renders its content once between two publishes, for each host, language and key."""

    def __init__(self, content: NodeList, key: list[FilterExpression]) -> None:
        self.nodelist, self.key = content, key

    @classmethod
    def parse(cls, parser: Parser, token: Token) -> Self:
        """Read the tag up to `endcached_until_publish`."""
        _name, *words = token.split_contents()
        if not words:
            raise template.TemplateSyntaxError("{% cached_until_publish %} needs a key")
        content = parser.parse(("endcached_until_publish",))
        parser.delete_first_token()
        return cls(content, [parser.compile_filter(word) for word in words])

    def render(self, context: template.Context) -> SafeString:
        """Return the cached content; an editor's preview and a template without a request bypass the cache."""
        request = context.get("request")
        if request is None or getattr(request, "is_preview", False):
            return self.nodelist.render(context)
        words = (word.resolve(context) for word in self.key)
        key = ("fragment", request.scheme, request.get_host(), get_language(), *words)
        return cached_until_publish(key, lambda: self.nodelist.render(context))


register.tag("cached_until_publish", CachedUntilPublishNode.parse)
