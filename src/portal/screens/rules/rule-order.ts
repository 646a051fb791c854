/** The order of rules: their priorities, which Terraform may have chosen with gaps between them. */

interface Placed {
  readonly priority: number;
}

const prioritiesMax = 100;

export const inOrder = <Rule extends Placed>(rules: readonly Rule[]): readonly Rule[] =>
  [...rules].sort((a, b) => a.priority - b.priority);

/** The rules with the one at a place moved to another. The priorities stay the same ones, handed out in the new order. */
export function moveRule<Rule extends Placed>(rules: readonly Rule[], from: number, to: number): readonly Rule[] {
  const ordered = inOrder(rules);
  const priorities = ordered.map(({ priority }) => priority);
  const moved = ordered[from];
  if (moved === undefined || to < 0 || to >= ordered.length) return ordered;
  const others = ordered.filter((_, at) => at !== from);
  const next = [...others.slice(0, to), moved, ...others.slice(to)];
  return next.map((rule, at) => ({ ...rule, priority: priorities[at] ?? at }));
}

/** The rules with room for one more at the end, and the priority that it gets; undefined if there are a hundred. */
export function roomForOne<Rule extends Placed>(
  rules: readonly Rule[],
): { readonly rules: readonly Rule[]; readonly priority: number } | undefined {
  const ordered = inOrder(rules);
  const last = ordered.at(-1)?.priority ?? -1;
  if (last + 1 < prioritiesMax) return { rules: ordered, priority: last + 1 };
  if (ordered.length >= prioritiesMax) return undefined;
  // All places after the last are taken, so the rules close up.
  return { rules: ordered.map((rule, at) => ({ ...rule, priority: at })), priority: ordered.length };
}
