/**
 * The candidate with the fewest typing errors, if they are few enough to be errors at all. `spendSteps` is called
 * before each comparison.
 */
export function nearestText(
  text: string,
  candidates: Iterable<string>,
  spendSteps: (steps: number) => void,
): string | null {
  let nearest: string | null = null;
  let distanceMax = Math.floor(text.length / 3) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - text.length) >= distanceMax) continue;
    spendSteps(text.length * candidate.length);
    const distance = editDistance(text, candidate);
    if (distance >= distanceMax) continue;
    nearest = candidate;
    distanceMax = distance;
  }
  return nearest;
}

/** Levenshtein's: insertions, deletions and replacements. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, character] of [...a].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = (row[column] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
