//! Comparisons of real trees.
