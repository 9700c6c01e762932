"""The suite: real parts, real behaviour; each folder says how much of the world its tests need."""
