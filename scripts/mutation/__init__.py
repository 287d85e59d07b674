"""Mutation tests (`make mutants`): the driver, our own operators and the pytest plug-ins."""
