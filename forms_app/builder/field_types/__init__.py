"""Field types are plug-ins: ``base.py``, ``registry.py`` and one module each."""
