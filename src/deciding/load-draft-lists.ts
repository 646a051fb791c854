import { Refusal } from '../contract/errors.ts';
import { quotas } from '../core/quotas.ts';
import { namedLists } from '../core/rules/named-lists.ts';
import type { ListItem, Rule, ValueLists } from '../core/rules/rule-set.ts';
import type { Tenant } from '../storage/published.ts';
import { loadListContents } from '../storage/queries/value-lists.ts';
import type { ListVersion } from '../storage/queries/value-lists.ts';
import type { Sql } from '../storage/sql.ts';

/**
 * The lists that draft rules name, as they are now: from memory if a live rule names them too. `versions` are those of
 * all lists.
 * @throws {Refusal} if more would have to be read than trying out rules may cost
 */
export async function loadDraftLists(
  sql: Sql,
  tenant: Tenant,
  rules: readonly Rule[],
  versions: ReadonlyMap<string, ListVersion>,
): Promise<ValueLists> {
  const lists = new Map<string, readonly ListItem[]>();
  const missing: string[] = [];
  let missingBytes = 0;
  for (const alias of namedLists(rules)) {
    const version = versions.get(alias);
    if (version === undefined) continue;
    const held = tenant.lists.get(version.hash);
    if (held !== undefined) lists.set(alias, held);
    else {
      missing.push(alias);
      missingBytes += version.bytes;
    }
  }
  const { max } = quotas.draftListBytes;
  if (missingBytes > max) {
    throw new Refusal(
      'invalid_request',
      `Drafts may name ${max / 1024 ** 2} MiB of value lists that no live rule names.`,
    );
  }
  for (const alias of missing) {
    const contents = await loadListContents(sql, tenant.tenantId, alias);
    if (contents !== undefined) lists.set(alias, contents.items);
  }
  return lists;
}
