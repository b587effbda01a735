"""Adapters of a genadapter service for vLLM: found by their ids, fetched, checked."""
