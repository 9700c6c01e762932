"""The red flags of the demo clinic: its people on call, and stories that were really raised, paged and told."""
