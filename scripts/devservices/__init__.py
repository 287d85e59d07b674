"""PostgreSQL, Redis, Elasticsearch and ClamAV without Docker; standard library only."""
