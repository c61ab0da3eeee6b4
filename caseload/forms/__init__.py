"""Forms of the caseload: a form's fields are the arguments of its operation."""
