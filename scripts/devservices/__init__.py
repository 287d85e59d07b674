"""PostgreSQL, Redis and Elasticsearch without Docker; standard library only."""
