/**
 * The meaning of conditions that this program computes by (ruling 38). It rises when an operator changes its meaning.
 * Rule sets and decision records state the version they were made under; those that state none are of version 1.
 */
export const languageVersion = 2;
