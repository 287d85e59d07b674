"""``{% remember "procedure" page.pk %}…{% endremember %}``: a part that is rendered once between two publishes."""

from __future__ import annotations

from typing import Self

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core import pagecache

register = template.Library()


class RememberNode(Node):
    """Renders its content anew only when something was published, for each host, language and key."""

    def __init__(self, content: NodeList, key: list[FilterExpression]) -> None:
        self.nodelist, self.key = content, key

    @classmethod
    def parse(cls, parser: Parser, token: Token) -> Self:
        """Read the tag up to ``endremember``."""
        _name, *words = token.split_contents()
        if not words:
            raise template.TemplateSyntaxError("{% remember %} needs a key")
        content = parser.parse(("endremember",))
        parser.delete_first_token()
        return cls(content, [parser.compile_filter(word) for word in words])

    def render(self, context: template.Context) -> SafeString:
        """Return the part; an editor's preview, and a template without a request, are rendered as they are."""
        request = context.get("request")
        if request is None or getattr(request, "is_preview", False):
            return self.nodelist.render(context)
        words = (word.resolve(context) for word in self.key)
        key = ("part", request.scheme, request.get_host(), get_language(), *words)
        return pagecache.remember(key, lambda: self.nodelist.render(context))


register.tag("remember", RememberNode.parse)
