import { Refusal } from '../../contract/errors.ts';
import { namedLists } from '../../core/rules/named-lists.ts';
import type { ListItem, Rule, ValueLists } from '../../core/rules/rule-set.ts';
import type { Tenant } from '../../storage/published.ts';
import { loadListContents } from '../../storage/queries/value-lists.ts';
import type { Sql } from '../../storage/sql.ts';

const mebibyte = 1024 * 1024;
// Reading a mebibyte keeps the node for 10 ms; lists that live rules name are in its memory anyway.
const draftBytesMax = 16 * mebibyte;

/**
 * The lists that draft rules name, as they are now: from memory where a live rule names them too. `hashes` are those of
 * all lists. @throws {Refusal} before more is read than a try may cost
 */
export async function loadDraftLists(
  sql: Sql,
  tenant: Tenant,
  rules: readonly Rule[],
  hashes: ReadonlyMap<string, string>,
): Promise<ValueLists> {
  const lists = new Map<string, readonly ListItem[]>();
  let bytes = 0;
  for (const alias of namedLists(rules)) {
    const hash = hashes.get(alias);
    if (hash === undefined) continue;
    const inMemory = tenant.lists.get(hash);
    const list = inMemory === undefined ? await loadListContents(sql, tenant.tenantId, alias) : undefined;
    const items = inMemory ?? list?.items;
    if (items !== undefined) lists.set(alias, items);
    bytes += list?.bytes ?? 0;
    if (bytes > draftBytesMax) {
      throw new Refusal(
        'invalid_request',
        `Drafts may name at most ${draftBytesMax / mebibyte} MiB of value lists that no live rule names.`,
      );
    }
  }
  return lists;
}
