import type { RuleVersionRow } from '../storage/queries/rule-versions.ts';
import type { Sql } from '../storage/sql.ts';
import { omitAbsent } from '../views/omit-absent.ts';
import { wireTime } from '../views/wire-values.ts';
import { loadActorNames } from './load-actor-names.ts';

/** The email addresses of the operators who made or asked for versions, by their ids. */
export function loadVersionNames(sql: Sql, rows: readonly RuleVersionRow[]): Promise<ReadonlyMap<string, string>> {
  const asked = rows.flatMap(({ askedBy: id }) => (id === null ? [] : [{ actor: { kind: 'operator', id } }]));
  return loadActorNames(sql, [...rows, ...asked]);
}

/** A version of rules in the history; `names` are those of operators, by their ids. */
export function ruleVersionView(
  { version, madeAt, actor, reason, askedBy, changes }: RuleVersionRow,
  names: ReadonlyMap<string, string>,
) {
  return {
    version,
    madeAt: wireTime(madeAt),
    madeBy: names.get(actor.id) ?? actor.kind,
    ...omitAbsent({ reason, askedBy: askedBy === null ? null : (names.get(askedBy) ?? 'A former operator') }),
    changes: [...changes],
  };
}
