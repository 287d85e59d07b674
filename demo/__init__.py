"""The invented but plausible province of ``make demo``. Administrative names and legal facts are public; people,
telephone numbers, addresses and dossiers are made up.
"""
