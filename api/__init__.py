"""Who may ask: HTTP doors, sign-in and the command line."""
