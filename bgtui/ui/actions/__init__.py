"""What the keys of every place do, one subject a module; the app calls on them after screen and pane."""
