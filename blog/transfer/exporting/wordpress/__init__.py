"""Everything as an export of WordPress, WXR 1.2."""
