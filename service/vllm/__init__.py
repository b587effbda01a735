"""vLLM as the engine: a server over HTTP, its adapters, its answers."""
