"""What readers are led by: menus, and the order of the pages, made by hand."""
