"""The credit of each sample, as maths on validated arrays of any framework."""
