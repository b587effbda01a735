"""Sub-commands of training: one module for each noun of the command line."""
