"""The editor of forms inside the Wagtail admin."""
