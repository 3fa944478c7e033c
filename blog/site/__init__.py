"""What the owner edits in the browser: the settings of the publication."""
