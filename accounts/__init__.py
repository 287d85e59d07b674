"""People: users, agencies and their succession, memberships, administrative units."""
