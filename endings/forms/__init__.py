"""What a person fills in about an ending. A form's fields are its operation's arguments."""
