"""Two Django apps in layers: ``builder`` below ``dossiers``."""
