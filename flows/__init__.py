"""What must happen: Prefect flows, and the foreign systems they talk to."""
