import type { Route } from '../contract/route.ts';
import { loadNamedDocumentBytes } from '../storage/queries/published-documents.ts';
import { lockTenantConfiguration } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';
import { actorOf } from '../calls/caller.ts';
import type { Context } from '../calls/context.ts';
import type { KeyRequest } from '../calls/request.ts';
import { publishRuleSets } from './publish-rule-sets.ts';
import { recordAudit } from '../calls/record-audit.ts';

interface Change<Answer> {
  /** The resource for the audit log, secrets masked; undefined if there is none. */
  readonly before: unknown;
  readonly after: unknown;
  /** Codes of the actions whose rule set it may have altered. */
  readonly actionCodes?: readonly string[];
  /** Why, for the history of the rules, as the caller wrote it. */
  readonly reason?: string | undefined;
  /** The operator who asked the caller to publish rules. */
  readonly askedBy?: string | undefined;
  readonly answer: Answer;
}

/**
 * Makes one change to the tenant's configuration: one at a time, in one transaction with its audit event and what it
 * publishes. This node uses it at once, the others within seconds.
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
    const { before, after, actionCodes = [], reason = null, askedBy = null, answer } = await change(sql);
    const isChange = route.method !== 'PATCH' || Object.keys(request.body as object).length > 0;
    if (isChange) {
      await recordAudit(sql, context, route, request, undefined, { before, after });
      const author = { actor: actorOf(request.caller), reason, askedBy };
      await publishRuleSets(sql, context, tenantId, actionCodes, bytesBefore, author);
    }
    return { answer, isChange };
  });
  // The change is committed even if this fails: the node also looks for changes by itself.
  if (made.isChange) await context.published.refresh().catch(() => undefined);
  return made.answer;
}
