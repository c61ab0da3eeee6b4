"""Real processes, killed and starved: own PostgreSQL, Valkey, mail server, two workers, two beats."""
