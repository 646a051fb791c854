/** Rules that did not match, and how many of their conditions would have had to be otherwise. */
import type { Leaf, RuleReasons } from '../api/types.ts';

interface Group {
  readonly kind: 'and' | 'or';
  readonly members: Map<string, Group | Leaf>;
}

/**
 * The smallest number of conditions to turn round so that the rule matches. Undefined if the rule combines its
 * conditions by more than `and` and `or`, which the places of its conditions cannot tell apart, or failed.
 */
export function conditionsAway({ status, leaves }: Pick<RuleReasons, 'status' | 'leaves'>): number | undefined {
  if (status === 'matched') return 0;
  const [first] = leaves;
  if (first === undefined) return undefined;
  if (leaves.length === 1 && first.place === '') return 1;
  const top: Map<string, Group | Leaf> = new Map();
  for (const leaf of leaves) {
    // A JSON pointer such as /or/0/and/1: kinds and positions in turn.
    const steps = leaf.place.split('/').slice(1);
    let members = top;
    for (let at = 0; at < steps.length; at += 2) {
      const kind = steps[at];
      const position = steps[at + 1];
      if ((kind !== 'and' && kind !== 'or') || position === undefined) return undefined;
      const entry = members.get('') ?? { kind, members: new Map() };
      if (!('members' in entry) || entry.kind !== kind) return undefined;
      members.set('', entry);
      if (at + 2 >= steps.length) entry.members.set(position, leaf);
      else {
        const inner = entry.members.get(position) ?? { kind: 'and', members: new Map() };
        if (!('members' in inner)) return undefined;
        entry.members.set(position, inner);
        members = inner.members;
      }
    }
  }
  const root = top.get('');
  return root === undefined ? undefined : away(root);
}

function away(entry: Group | Leaf): number {
  if (!('members' in entry)) return entry.result === true ? 0 : 1;
  const needed = [...entry.members.values()].map(away);
  if (needed.length === 0) return 0;
  return entry.kind === 'or' ? Math.min(...needed) : needed.reduce((sum, one) => sum + one, 0);
}
