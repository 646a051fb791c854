import { Refusal } from '../../contract/errors.ts';
import { endOperatorSession as route } from '../../contract/portal/session.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { recordOperatorAudit } from '../../operators/record-operator-audit.ts';
import { endOperatorSessionRow } from '../../storage/queries/operator-sessions.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const endOperatorSession = operation(route, async (context, { caller, params, requestId }) => {
  const { operatorId, memberships } = caller;
  const { sessionId } = params;
  await context.db.transaction(async (sql) => {
    const isEnded = isUuid(sessionId) && (await endOperatorSessionRow(sql, portalTenantId, operatorId, sessionId));
    if (!isEnded) throw new Refusal('not_found', 'You have no such session.');
    await recordOperatorAudit(sql, context, {
      type: route.audit ?? '',
      operatorId,
      tenantIds: Object.keys(memberships),
      requestId,
      data: { sessionId },
    });
  });
});
