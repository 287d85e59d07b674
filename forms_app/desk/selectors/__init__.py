"""What the desk reads. Every read starts from the officer's own agencies."""
