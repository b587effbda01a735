"""One module a noun of the API; each offers a `router`."""
