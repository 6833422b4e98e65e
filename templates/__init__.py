"""How it looks: facts in, bytes out. Knows neither the database nor a foreign system."""
