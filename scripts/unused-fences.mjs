/**
 * Finds unused entries of the import rules: a room or package that a rule permits, and that none of its modules
 * imports. Every item of an array `to.pathNot` in `.dependency-cruiser.cjs` is an entry; `(a|b)` in an item counts as
 * two. Items that begin with the room itself are ignored.
 */
export function unusedFences({ forbidden }, modules) {
  return forbidden.flatMap(({ name, from, to }) => {
    if (!Array.isArray(to.pathNot)) return [];
    const imported = modules
      .filter(({ source }) => matches(from.path, source) && !matches(from.pathNot, source))
      .flatMap(({ dependencies }) => dependencies.map(({ resolved }) => resolved));
    return to.pathNot
      .filter((entry) => !entry.startsWith(from.path))
      .flatMap(alternatives)
      .filter((entry) => !imported.some((path) => new RegExp(entry).test(path)))
      .map((entry) => `${name} permits ${entry}, which nothing imports`);
  });
}

function matches(pattern = [], path) {
  return [pattern].flat().some((one) => new RegExp(one).test(path));
}

function alternatives(entry) {
  const [group, choices] = /\(([^()?]+\|[^()]+)\)/.exec(entry) ?? [];
  return group === undefined ? [entry] : choices.split('|').flatMap((one) => alternatives(entry.replace(group, one)));
}
