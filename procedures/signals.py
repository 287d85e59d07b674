"""What the catalogue announces."""

from django.dispatch import Signal

# Sent after a version is written, in its transaction; arguments: ``version``.
procedure_version_published = Signal()
