"""PostgreSQL: tables and queries. Only the service room may open this door."""
