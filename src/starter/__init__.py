"""The starter model: a tiny language model and the text it is raised on, all of it written here."""
