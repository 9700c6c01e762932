"""Red flags: what a patient's text means, who is paged for it, and the proof that somebody has taken it."""
