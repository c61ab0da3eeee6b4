"""The door: who is let in, what a session has proved, where a person is signed in. Over django-allauth."""
