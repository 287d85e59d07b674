"""How dates and times are written and read in the forms of the admin, by language."""
