"""What people see of suggestions."""
