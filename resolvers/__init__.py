"""How fields are answered: concepts, the edges between them, policy, and the ways to run an operation."""
