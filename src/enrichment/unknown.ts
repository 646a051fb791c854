/**
 * A fact that should exist but could not be computed: a data file is damaged, a reader threw (ruling 8), or what was sent
 * cannot be read (ruling 37). Not the same as null, which means that there was nothing to compute from.
 */
export type Unknown = 'unknown';

/** A fact, or null where it is missing, or the marker where it is broken. */
export type Known<T> = T | null | Unknown;

/** What is wrong with one source of data, in a sentence. For the operator, never for a caller. */
export interface EnrichmentProblem {
  readonly source: string;
  readonly message: string;
}

/** Called once for each problem, until the source is loaded again or fails in another way. */
export type OnProblem = (problem: EnrichmentProblem) => void;

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
