"""Reads of dossiers and drafts."""
