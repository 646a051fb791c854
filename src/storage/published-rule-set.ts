import { readRuleSetDocument } from '../core/rules/rule-set-document.ts';
import type { PublishedRuleSet } from '../core/rules/rule-set-document.ts';
import type { ListItem } from '../core/rules/rule-set.ts';
import { sha256 } from '../runtime/crypto.ts';
import { nextTurn } from '../runtime/next-turn.ts';
import { loadPublishedDocument } from './queries/published-documents.ts';
import type { Sql } from './sql.ts';

/** Contents of value lists by their hash. A list that several rule sets name is in memory once. */
export type ListsByHash = Map<string, readonly ListItem[]>;

/** A published document was deleted, or is not what was published. */
export class DocumentMissing extends Error {
  override readonly name = 'DocumentMissing';
}

/**
 * The rule set that was published under a hash, with its lists. Lists that are not yet in `held` are added to it.
 * @throws {DocumentMissing}, and any error of the compiler
 */
export async function loadPublishedRuleSet(
  sql: Sql,
  tenantId: string,
  hash: string,
  held: ListsByHash,
): Promise<PublishedRuleSet> {
  const document = readRuleSetDocument(await loadWhole(sql, tenantId, hash));
  for (const listHash of Object.values(document.listHashes)) {
    if (listHash === null || held.has(listHash)) continue;
    held.set(listHash, JSON.parse(await loadWhole(sql, tenantId, listHash)) as readonly ListItem[]);
    await nextTurn();
  }
  return document.compile(held);
}

/** The lists that rule sets were compiled with. */
export function heldLists(ruleSets: Iterable<PublishedRuleSet>): ListsByHash {
  const held: ListsByHash = new Map();
  for (const { listHashes, compiled } of ruleSets) {
    for (const [alias, hash] of Object.entries(listHashes)) {
      const items = compiled.lists.get(alias);
      if (hash !== null && items !== undefined) held.set(hash, items);
    }
  }
  return held;
}

async function loadWhole(sql: Sql, tenantId: string, hash: string): Promise<string> {
  const document = await loadPublishedDocument(sql, tenantId, hash);
  if (document === undefined || sha256(document).toString('hex') !== hash) {
    throw new DocumentMissing(`The document ${hash} is missing or altered.`);
  }
  return document;
}
