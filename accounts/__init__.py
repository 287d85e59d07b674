"""Users, agencies and their successions, memberships, administrative units."""
