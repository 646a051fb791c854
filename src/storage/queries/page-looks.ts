import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** How a tenant's pages look and what they say. */
export interface PageLookRow {
  /** Without its template, see {@link loadPageTemplate}. */
  readonly theme: Readonly<Record<string, unknown>>;
  readonly message_overrides: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const lookStatement = statement<PageLookRow>(
  'load_page_look',
  `select theme - 'template' as theme, message_overrides from tenants where tenant_id = $1`,
);

/** @throws if there is no such tenant: whoever asks holds a token of it. */
export async function loadPageLook(sql: Sql, tenantId: string): Promise<PageLookRow> {
  const [row] = await sql.query(lookStatement, [tenantId]);
  if (row === undefined) throw new Error('The tenant of a page is gone.');
  return row;
}

const templateStatement = statement<{ readonly template: string | null; readonly page_template: unknown }>(
  'load_page_template',
  `select theme ->> 'template' as template, page_template from tenants where tenant_id = $1`,
);

/** A tenant's template as it was sent, and as it was prepared when it was stored; null for what there is not. */
export async function loadPageTemplate(
  sql: Sql,
  tenantId: string,
): Promise<{ readonly template: string | null; readonly page_template: unknown }> {
  const [row] = await sql.query(templateStatement, [tenantId]);
  return row ?? { template: null, page_template: null };
}

const recordStatement = statement<never>(
  'record_page_template',
  'update tenants set page_template = $2 where tenant_id = $1',
);

/** Stores a template as it was prepared; null for none. */
export async function recordPageTemplate(sql: Sql, tenantId: string, prepared: object | null): Promise<void> {
  await sql.query(recordStatement, [tenantId, prepared === null ? null : JSON.stringify(prepared)]);
}
