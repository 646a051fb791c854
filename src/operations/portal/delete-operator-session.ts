import { operatorCookie } from '../../contract/apis.ts';
import { deleteOperatorSession as route } from '../../contract/portal/session.ts';
import { recordOperatorAudit } from '../../operators/record-operator-audit.ts';
import { endOperatorSessionRow } from '../../storage/queries/operator-sessions.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const deleteOperatorSession = operation(route, async (context, { caller, cookies, requestId }) => {
  const { operatorId, sessionId } = caller;
  await context.db.transaction(async (sql) => {
    await endOperatorSessionRow(sql, portalTenantId, operatorId, sessionId);
    await recordOperatorAudit(sql, context, {
      type: route.audit ?? '',
      operatorId,
      tenantIds: Object.keys(caller.memberships),
      requestId,
      data: {},
    });
  });
  cookies?.remove(operatorCookie);
});
