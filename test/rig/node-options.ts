/**
 * Options of Node for a program of ours with these variables. Where it has the embedded database it compiles that once and
 * does not optimise it: a process that lives for seconds would spend more on that than on everything else.
 */
export function nodeOptions(variables: Readonly<Record<string, string>>): readonly string[] {
  return (variables['DATABASE_URL'] ?? '') === '' ? ['--liftoff-only'] : [];
}
