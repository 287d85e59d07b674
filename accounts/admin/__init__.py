"""Agencies, successions and roles in the Wagtail admin, for the operating team."""
