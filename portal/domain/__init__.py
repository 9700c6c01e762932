"""What the patient's pages decide without a framework: dates of birth as people type them, what a page shows."""
