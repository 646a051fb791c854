/**
 * The meaning of conditions that this program computes by (ruling 38). It rises when an operator comes to mean something
 * else; rule sets and decision records say which they were made under, and those without a word of it are of version 1.
 */
export const languageVersion = 2;
