import { Refusal } from '../../contract/errors.ts';
import { changeOperatorPassword as route } from '../../contract/portal/passwords.ts';
import { requireGoodPassword, requirePasswords, sealPassword } from '../../operators/operator-password.ts';
import { recordOperatorAudit } from '../../operators/record-operator-audit.ts';
import { loadStepUpBy } from '../../operators/step-up-by.ts';
import { queueOperatorMails } from '../../storage/queries/operator-mails.ts';
import { replaceOperatorPassword } from '../../storage/queries/operator-passwords.ts';
import { endOtherOperatorSessions } from '../../storage/queries/operator-sessions.ts';
import { lockOperator } from '../../storage/queries/operators.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const changeOperatorPassword = operation(route, async (context, { caller, body, sender, requestId }) => {
  const { operatorId, sessionId, email, memberships } = caller;
  const { runtime, db } = context;
  requirePasswords(context);
  const tenantIds = Object.keys(memberships);
  if ((await loadStepUpBy(db, context, operatorId)) !== 'app') throw hasNone();
  requireGoodPassword(context, body.password, { email, tenantIds });
  const hashSealed = await sealPassword(context, operatorId, body.password, sender.ipAddress);
  await db.transaction(async (sql) => {
    // An invitation that is redeemed at the same time has the last word.
    await lockOperator(sql, portalTenantId, operatorId);
    const nowMs = runtime.clock.now();
    const password = { operatorId, hashSealed };
    if (!(await replaceOperatorPassword(sql, portalTenantId, password, { sessionId, nowMs }))) throw hasNone();
    await endOtherOperatorSessions(sql, portalTenantId, operatorId, sessionId);
    const data = { ipAddress: sender.ipAddress };
    await recordOperatorAudit(sql, context, { type: route.audit ?? '', operatorId, tenantIds, requestId, data });
    // By the mail of one of their tenants: the portal's own has none.
    for (const tenantId of tenantIds.toSorted().slice(0, 1)) {
      await queueOperatorMails(sql, runtime, tenantId, changedMail(nowMs, sender.ipAddress), [{ email }]);
    }
  });
});

function hasNone(): Refusal {
  return new Refusal('not_found', 'You do not sign in with a password, or this session has ended.');
}

function changedMail(atMs: number, ipAddress: string) {
  return {
    heading: 'Your password for the portal was changed',
    description:
      'It was changed from a session of yours, confirmed by your authenticator app. Your other sessions ended.',
    facts: [
      ['When:', { atMs }],
      ['From:', ipAddress],
    ],
    advice:
      'If it was not you, ask an admin to invite you again at once: that replaces the password and the app, and ends all sessions.',
  } as const;
}
