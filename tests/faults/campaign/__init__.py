"""The fault campaign: processes killed at every boundary, a carrier that misbehaves, and the accounts afterwards."""
