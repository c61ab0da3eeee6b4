"""What reminders read, raise and send."""
