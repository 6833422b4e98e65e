"""What is true: the law, the machine, the records, the ledger."""
