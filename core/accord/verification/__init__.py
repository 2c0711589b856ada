"""Whether results agree across frameworks and libraries, and if not, which samples and why."""
