"""The live tools, one file each, registered in ``registry``."""
