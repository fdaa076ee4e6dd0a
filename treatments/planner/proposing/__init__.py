"""From a clinical picture to a proposal."""
