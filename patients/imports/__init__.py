"""Patients out of a spreadsheet's file: reading it, judging each row, storing what changed."""
