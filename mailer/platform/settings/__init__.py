"""What sections of settings are made of: names, kinds of values, and what each must look like."""
