import { Refusal } from '../../contract/errors.ts';
import { confirmStepUp as route } from '../../contract/portal/session.ts';
import { portalActions } from '../../operators/portal-actions.ts';
import { recordOperatorAudit } from '../../operators/record-operator-audit.ts';
import { sessionView } from '../../operators/session-view.ts';
import { readProof } from '../../operators/take-proof.ts';
import { recordStepUp } from '../../storage/queries/operator-sessions.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const confirmStepUp = operation(route, async (context, { caller, body, requestId }) => {
  const { operatorId, sessionId, memberships } = caller;
  const proof = await readProof(context.db, context, body.token, [portalActions.stepUp]);
  const isOwn = proof.operatorId === operatorId && proof.idempotencyKey.startsWith(`${sessionId}:`);
  await context.db.transaction(async (sql) => {
    if (!isOwn || !(await recordStepUp(sql, portalTenantId, sessionId, proof))) {
      throw new Refusal('invalid_token', 'The token proves nothing for this session. Begin the step-up again.');
    }
    const tenantIds = Object.keys(memberships);
    await recordOperatorAudit(sql, context, { type: route.audit ?? '', operatorId, tenantIds, requestId, data: {} });
  });
  return sessionView(context, { ...caller, provedAtMs: proof.provedAtMs, stepUpBy: 'authenticator' });
});
