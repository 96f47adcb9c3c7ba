"""How fast the service is beside others on the same data; README.md says what is measured and how fair it is."""
