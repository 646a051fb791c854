import { Refusal } from '../../contract/errors.ts';
import { createPasswordSession as route } from '../../contract/portal/passwords.ts';
import { recordRefusal } from '../../calls/record-refusal.ts';
import { emailContact } from '../../core/authenticators/contact.ts';
import { normalEmail } from '../../core/authenticators/normal-email.ts';
import { contactGuesses } from '../../counting/guess-subject.ts';
import { acceptCode, appMethod, isLikeCode, loadApps, matchCode, requireGuess } from '../../operators/app-codes.ts';
import { beginOperatorSession } from '../../operators/begin-session.ts';
import { isPassword, requirePasswords } from '../../operators/operator-password.ts';
import { portalActions } from '../../operators/portal-actions.ts';
import { portalTenant } from '../../operators/portal-tenant.ts';
import { sessionView } from '../../operators/session-view.ts';
import { giveBackAttempt } from '../../storage/queries/guess-budgets.ts';
import { findOperatorPassword, isPasswordStored } from '../../storage/queries/operator-passwords.ts';
import { lockOperator } from '../../storage/queries/operators.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

/**
 * Neither the response nor its time says which of the two was wrong, or whether there is such an operator: all is read and
 * compared in every case. Guesses are counted by mailbox, whether or not it is an operator's.
 */
export const createPasswordSession = operation(route, async (context, request) => {
  const tenant = portalTenant(context);
  requirePasswords(context);
  const portal = context.forTenant(portalTenantId);
  const { runtime } = context;
  const { email, password, verificationCode } = request.body;
  if (!isLikeCode(verificationCode)) throw wrong();
  const subject = contactGuesses(tenant, emailContact(email), appMethod);
  await requireGuess(portal, subject);
  const stored = await findOperatorPassword(portal.db, portalTenantId, normalEmail(email).toLowerCase());
  const apps = await loadApps(portal.db, stored?.operatorId ?? runtime.ids.uuid());
  // Before the wait for the slow hash: a code that was right when it was sent stays right.
  const matched = matchCode(portal, apps, verificationCode);
  const isRight = await isPassword(portal, password, stored, request.sender.ipAddress).catch(async (error: unknown) => {
    // Too many are waiting: nothing is told of what was compared.
    await giveBackAttempt(portal.db, subject);
    throw error;
  });
  const asked = { ...request, caller: { kind: 'client', tenant, token: undefined } } as const;
  const proof =
    isRight && matched !== undefined
      ? await acceptCode(portal, route, asked, matched, {
          actionCode: portalActions.signIn,
          idempotencyKey: runtime.ids.uuid(),
          subject,
        })
      : undefined;
  if (stored === undefined || proof === undefined) {
    const reason = !isRight ? 'PASSWORD_WRONG' : matched === undefined ? 'CODE_INVALID_OR_EXPIRED' : 'CODE_REPLAYED';
    await recordRefusal(portal, asked, stored?.operatorId, { verificationMethod: appMethod, reason });
    throw wrong();
  }
  const { operatorId } = stored;
  const { session, letIn } = await portal.db.transaction(async (sql) => {
    // An invitation that is redeemed meanwhile waits, and then ends this session, or it was first and this is over.
    await lockOperator(sql, portalTenantId, operatorId);
    if (!(await isPasswordStored(sql, portalTenantId, stored))) throw wrong();
    return beginOperatorSession(sql, context, request, { operatorId, ...proof, data: { by: 'password' } });
  });
  letIn();
  const { expiresAt: expiresAtMs, provedAt: provedAtMs } = session;
  return sessionView(context, { ...session, expiresAtMs, provedAtMs, stepUpBy: 'app' });
});

function wrong(): Refusal {
  return new Refusal(
    'forbidden',
    'The email address, the password or the code is wrong, or the code was used already. Try again with the next code of the app.',
  );
}
