"""A client's record: all rows of all apps that a client leads to, found through the register of models."""
