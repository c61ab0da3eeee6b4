"""Appointments from somebody's own calendar become sessions of their own work, never a client."""
