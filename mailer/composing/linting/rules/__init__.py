"""The rules, by what they look at. Each module has its rules' cards and the functions that look."""
