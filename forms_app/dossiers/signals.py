"""What this app announces; received above (desk, home)."""

from django.dispatch import Signal

# Sent inside the transaction of the change, so that receivers may enqueue: sender=Dossier, dossier, event.
dossier_changed = Signal()
