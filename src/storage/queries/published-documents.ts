import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { nextTurn } from '../../runtime/next-turn.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

export interface NewDocument {
  readonly hash: string;
  readonly document: string;
  /** See the column: the hash of each list that a rule set names. */
  readonly lists: Readonly<Record<string, string | null>>;
}

const recordStatement = statement<never>(
  'record_published_documents',
  `insert into published_documents (tenant_id, hash, document, lists, published_at, last_named_at, kept_bytes)
   select $1, hash, document, lists::jsonb, $5, $5, octet_length(document)
   from unnest($2::text[], $3::text[], $4::text[]) as made (hash, document, lists)
   on conflict (tenant_id, hash) do update set document = excluded.document, deflated = null, lists = excluded.lists,
     last_named_at = excluded.last_named_at, kept_bytes = excluded.kept_bytes`,
);

/**
 * Stores documents under their hashes, which must differ; a stored one that was deflated is restored. Afterwards other
 * work of this node gets a turn: documents are large, and the embedded database shares the thread.
 */
export async function recordDocuments(
  sql: Sql,
  tenantId: string,
  documents: readonly NewDocument[],
  nowMs: number,
): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    documents.map(({ hash }) => hash),
    documents.map(({ document }) => document),
    documents.map(({ lists }) => JSON.stringify(lists)),
    sqlTime(nowMs),
  ]);
  await nextTurn();
}

const recordListStatement = statement<never>(
  'record_list_document',
  `insert into published_documents (tenant_id, hash, document, lists, published_at, last_named_at, kept_bytes)
   select tenant_id, hash, document, '{}', $3, $3, octet_length(document)
   from (
     select tenant_id, hash, coalesce(items, '[]')::text as document from value_lists where tenant_id = $1 and alias = $2
   ) as named
   on conflict (tenant_id, hash) do update set document = excluded.document, deflated = null,
     last_named_at = excluded.last_named_at, kept_bytes = excluded.kept_bytes
   where published_documents.document is null`,
);

/** Stores the contents of value lists, each under its hash. They do not leave the database for that. */
export async function recordListDocuments(
  sql: Sql,
  tenantId: string,
  aliases: readonly string[],
  nowMs: number,
): Promise<void> {
  for (const alias of aliases) {
    await sql.query(recordListStatement, [tenantId, alias, sqlTime(nowMs)]);
    await nextTurn();
  }
}

const ceasedStatement = statement<never>(
  'mark_documents_ceased',
  `update published_documents set last_named_at = $3
   where tenant_id = $1 and hash in (
     select unnest($2::text[])
     union select list.value from published_documents d cross join jsonb_each_text(d.lists) list
     where d.tenant_id = $1 and d.hash = any($2)
   )`,
);

/** Records until when rule sets, and through them their lists, decided actions. */
export async function markDocumentsCeased(
  sql: Sql,
  tenantId: string,
  hashes: readonly string[],
  nowMs: number,
): Promise<void> {
  await sql.query(ceasedStatement, [tenantId, hashes, sqlTime(nowMs)]);
}

const loadStatement = statement<{ document: string | null; deflated: Buffer | null }>(
  'load_published_document',
  'select document, deflated from published_documents where tenant_id = $1 and hash = $2',
);

/** The document that was published under a hash; undefined if it was deleted. */
export async function loadPublishedDocument(sql: Sql, tenantId: string, hash: string): Promise<string | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, hash]);
  if (row === undefined) return undefined;
  return row.document ?? (row.deflated === null ? undefined : (await inflate(row.deflated)).toString());
}

const namedBytesStatement = statement<{ bytes: number }>(
  'load_named_document_bytes',
  `select coalesce(sum(coalesce(list.bytes, octet_length(d.document))), 0) as bytes
   from named_documents n
   left join published_documents d on d.tenant_id = n.tenant_id and d.hash = n.hash
   left join (select distinct on (hash) hash, bytes from value_lists where tenant_id = $1) list on list.hash = n.hash
   where n.tenant_id = $1`,
);

/**
 * The bytes of the current rule sets and the lists that they name, whether or not those are stored as documents yet.
 */
export async function loadNamedDocumentBytes(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql.query(namedBytesStatement, [tenantId]);
  return row?.bytes ?? 0;
}

const isNotNamed = `not exists (
    select from named_documents n where n.tenant_id = d.tenant_id and n.hash = d.hash
  )`;

const oldStatement = statement<{ tenantId: string; hash: string; document: string }>(
  'load_old_documents',
  `select tenant_id, hash, document from published_documents d
   where document is not null and coalesce(last_named_at, published_at) < $1 and ${isNotNamed}
   limit $2`,
);
const deflateStatement = statement<never>(
  'record_deflated_document',
  `update published_documents d set deflated = $3, document = null, kept_bytes = octet_length($3::bytea),
     last_named_at = coalesce(last_named_at, published_at)
   where tenant_id = $1 and hash = $2 and document is not null and ${isNotNamed}`,
);

/**
 * Compresses up to `max` documents, of any tenant, that no current rule set has named since `ceasedMs`, and returns how
 * many. Safe beside a change that names one of them again: both forms can be read.
 */
export async function deflateOldDocuments(sql: Sql, ceasedMs: number, max: number): Promise<number> {
  const old = await sql.query(oldStatement, [sqlTime(ceasedMs), max]);
  for (const { tenantId, hash, document } of old) {
    await sql.query(deflateStatement, [tenantId, hash, await deflate(document)]);
  }
  return old.length;
}

const fullStatement = statement<{ tenantId: string }>(
  'list_tenants_with_more_documents',
  'select tenant_id from published_documents group by tenant_id having sum(kept_bytes) > $1',
);

/** The tenants whose documents, including current ones, have more bytes than this in total. */
export async function listTenantsWithMoreDocuments(sql: Sql, bytes: number): Promise<readonly string[]> {
  const rows = await sql.query(fullStatement, [bytes]);
  return rows.map(({ tenantId }) => tenantId);
}

const surplusStatement = statement<{ hash: string }>(
  'load_surplus_documents',
  `select hash from (
     select hash, last_named_at, sum(kept_bytes) over (order by last_named_at desc, hash) as bytes_with_newer
     from published_documents d where tenant_id = $1 and ${isNotNamed}
   ) as old
   where bytes_with_newer > $2 order by last_named_at limit $3`,
);

/** The oldest documents that no current rule set names and that exceed `bytesMax`, counted from the newest. */
export async function loadSurplusDocuments(
  sql: Sql,
  tenantId: string,
  bytesMax: number,
  max: number,
): Promise<readonly string[]> {
  const rows = await sql.query(surplusStatement, [tenantId, bytesMax, max]);
  return rows.map(({ hash }) => hash);
}

const deleteStatement = statement<never>(
  'delete_old_documents',
  `delete from published_documents d where tenant_id = $1 and hash = any($2) and ${isNotNamed}`,
);

/** Deletes documents, except those that were named meanwhile. Expects the tenant's configuration to be locked. */
export async function deleteOldDocuments(sql: Sql, tenantId: string, hashes: readonly string[]): Promise<void> {
  await sql.query(deleteStatement, [tenantId, hashes]);
}
