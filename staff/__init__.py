"""Who works here: which clinics they see, what their role may do, how they sign in, and what they looked at."""
