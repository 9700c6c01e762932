"""What is known of patients without a framework: the words of their profile, how an address is read."""
