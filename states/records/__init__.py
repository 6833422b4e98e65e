"""What was recorded: SQLModel tables on PostgreSQL and the queries over them."""
