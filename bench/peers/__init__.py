"""The servers Yizhan is measured against; each serves DATABASE_URL on PORT with a pool of POOL_SIZE connections."""
