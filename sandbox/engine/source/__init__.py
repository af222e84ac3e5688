"""Where goals come from: the program in its process, and the resource monitor that it registers with."""
