import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** The look and the texts of a tenant's pages. */
export interface PageLookRow {
  /** Without its template, see {@link loadPageTemplate}. */
  readonly theme: Readonly<Record<string, unknown>>;
  readonly messageOverrides: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const lookStatement = statement<PageLookRow>(
  'load_page_look',
  `select theme - 'template' as theme, message_overrides from tenants where tenant_id = $1`,
);

/** @throws if there is no such tenant: the caller has one of its tokens. */
export async function loadPageLook(sql: Sql, tenantId: string): Promise<PageLookRow> {
  const [row] = await sql.query(lookStatement, [tenantId]);
  if (row === undefined) throw new Error('The tenant of a page is gone.');
  return row;
}

const templateStatement = statement<{ readonly template: string | null; readonly pageTemplate: unknown }>(
  'load_page_template',
  `select theme ->> 'template' as template, page_template from tenants where tenant_id = $1`,
);

/**
 * A tenant's template as it was sent, and in the prepared form that was stored with it; null for each that is missing.
 */
export async function loadPageTemplate(
  sql: Sql,
  tenantId: string,
): Promise<{ readonly template: string | null; readonly pageTemplate: unknown }> {
  const [row] = await sql.query(templateStatement, [tenantId]);
  return row ?? { template: null, pageTemplate: null };
}

const recordStatement = statement<never>(
  'record_page_template',
  'update tenants set page_template = $2 where tenant_id = $1',
);

/** Stores the prepared form of a template; null for none. */
export async function recordPageTemplate(sql: Sql, tenantId: string, prepared: object | null): Promise<void> {
  await sql.query(recordStatement, [tenantId, prepared === null ? null : JSON.stringify(prepared)]);
}
