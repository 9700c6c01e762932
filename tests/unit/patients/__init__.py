"""What is known of patients without a framework, tested without a database."""
