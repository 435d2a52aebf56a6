"""The office's rules, one by one: what each demands, and at which minute."""
