import type { Runtime } from '../runtime/runtime.ts';
import { listOutdatedRuleSets } from '../storage/queries/rule-sets.ts';
import type { Database } from '../storage/sql.ts';
import { publishRuleSets } from './publish-rule-sets.ts';

const startAuthor = { actor: { kind: 'system', id: 'start' }, reason: null, askedBy: null };

/**
 * Publishes again the rule sets that an earlier release published in another form. Nodes that do so at the same time
 * wait for each other, and then find nothing left to do. A rule set that cannot be published again stays as it is, and
 * is read in its old form.
 */
export async function republishRuleSets(
  db: Database,
  runtime: Runtime,
  warn: (problem: unknown) => void,
): Promise<void> {
  const codesByTenant = new Map<string, string[]>();
  for (const { tenantId, actionCode: code } of await listOutdatedRuleSets(db)) {
    codesByTenant.set(tenantId, [...(codesByTenant.get(tenantId) ?? []), code]);
  }
  for (const [tenantId, codes] of codesByTenant) {
    await db
      .transaction((sql) => publishRuleSets(sql, { runtime }, tenantId, codes, Infinity, startAuthor))
      .catch(warn);
  }
}
