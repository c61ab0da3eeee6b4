"""How history is wired in PostgreSQL: made from the models' register after each `migrate`."""
