import type { RuleVersionRow } from '../storage/queries/rule-versions.ts';
import { omitAbsent } from '../views/omit-absent.ts';
import { wireTime } from '../views/wire-values.ts';

/** A version of rules in the history; `names` are those of operators, by their ids. */
export function ruleVersionView(
  { version, madeAt, actor, reason, changes }: RuleVersionRow,
  names: ReadonlyMap<string, string>,
) {
  return {
    version,
    madeAt: wireTime(madeAt),
    madeBy: names.get(actor.id) ?? actor.kind,
    ...omitAbsent({ reason }),
    changes: [...changes],
  };
}
