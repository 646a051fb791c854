import { createOperatorSession as route } from '../../contract/portal/session.ts';
import { beginOperatorSession } from '../../operators/begin-session.ts';
import { portalActions } from '../../operators/portal-actions.ts';
import { sessionView } from '../../operators/session-view.ts';
import { readProof } from '../../operators/take-proof.ts';
import { lockOperator } from '../../storage/queries/operators.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import type { Sql } from '../../storage/sql.ts';
import { operation } from '../operation.ts';

export const createOperatorSession = operation(route, async (context, request) => {
  const { db } = context.forTenant(portalTenantId);
  const read = (sql: Sql) =>
    readProof(sql, context, request.body.token, [portalActions.signIn, portalActions.invitation]);
  const { operatorId } = await read(db);
  const { session, proof, letIn } = await db.transaction(async (sql) => {
    // An invitation that is redeemed meanwhile waits, and then ends this session, or it was first and has ended the proof.
    await lockOperator(sql, portalTenantId, operatorId);
    const still = await read(sql);
    const begun = await beginOperatorSession(sql, context, request, { ...still, data: { by: 'passkey' } });
    return { ...begun, proof: still };
  });
  letIn();
  const { expiresAt: expiresAtMs } = session;
  return sessionView(context, { ...session, ...proof, expiresAtMs, stepUpBy: 'authenticator' });
});
