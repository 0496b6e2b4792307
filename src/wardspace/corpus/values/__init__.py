"""What a value says, however it is spelled: numbers, missing values and times."""
