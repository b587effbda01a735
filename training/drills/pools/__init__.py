"""Pools: the inputs that drills share, one module a pool, and what is known of them."""
