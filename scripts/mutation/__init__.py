"""Mutation tests (`make mutants`): the driver, the operators of our own and the pytest plug-in for line coverage."""
