"""What `bgtui doctor` looks at, a module per subject."""
