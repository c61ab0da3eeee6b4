"""Human Services Data Specification, versions 1.1 to 3.1: from files to things, and back to objects."""
