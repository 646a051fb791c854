import type { Route } from '../../contract/route.ts';
import { loadNamedDocumentBytes } from '../../storage/queries/published-documents.ts';
import { lockTenantConfiguration } from '../../storage/queries/rule-sets.ts';
import type { Sql } from '../../storage/sql.ts';
import type { Context, KeyRequest } from '../operation.ts';
import { publishRuleSets } from '../publish-rule-sets.ts';
import { recordAudit } from '../record-audit.ts';

interface Change<Answer> {
  /** The resource for the audit log, secrets masked; undefined where there is none. */
  readonly before: unknown;
  readonly after: unknown;
  /** Codes of the actions whose rule set it may have altered. */
  readonly actionCodes?: readonly string[];
  readonly answer: Answer;
}

/**
 * Makes one change of the tenant's configuration: one at a time, with its audit event and what it publishes in one
 * transaction. This node answers by it as soon as it is made, the others within seconds.
 */
export async function changeConfiguration<R extends Route, Answer>(
  context: Context,
  route: R,
  request: KeyRequest<R>,
  change: (sql: Sql) => Promise<Change<Answer>>,
): Promise<Answer> {
  const { tenantId } = request.caller.tenant;
  const made = await context.db.transaction(async (sql) => {
    await lockTenantConfiguration(sql, tenantId);
    const bytesBefore = await loadNamedDocumentBytes(sql, tenantId);
    const { before, after, actionCodes = [], answer } = await change(sql);
    const isChange = route.method !== 'PATCH' || Object.keys(request.body as object).length > 0;
    if (isChange) {
      await recordAudit(sql, context, route, request, undefined, { before, after });
      await publishRuleSets(sql, context, tenantId, actionCodes, bytesBefore);
    }
    return { answer, isChange };
  });
  // The change stands, whatever becomes of this: the node also looks for changes by itself.
  if (made.isChange) await context.published.refresh().catch(() => undefined);
  return made.answer;
}
