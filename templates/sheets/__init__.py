"""The spreadsheets of an office: bytes in, typed rows and findings out, and back again."""
