"""What programs send and get: the shapes of the JSON API, room by room."""
