import { Refusal } from '../../contract/errors.ts';
import { redeemInvitationByPassword as route } from '../../contract/portal/passwords.ts';
import { emailContact } from '../../core/authenticators/contact.ts';
import { contactGuesses, invitationGuesses } from '../../counting/guess-subject.ts';
import { appCodes, appMethod, enrolApp, readAppCode, requireGuess } from '../../operators/app-codes.ts';
import { openSetUp } from '../../operators/app-set-up.ts';
import { beginOperatorSession } from '../../operators/begin-session.ts';
import { requireGoodPassword, requirePasswords, sealPassword } from '../../operators/operator-password.ts';
import { portalTenant } from '../../operators/portal-tenant.ts';
import { redeemInvitation, requireInvited } from '../../operators/redeem-invitation.ts';
import { digestOf } from '../../operators/secrets.ts';
import { sessionView } from '../../operators/session-view.ts';
import { forgetFailures, giveBackAttempt } from '../../storage/queries/guess-budgets.ts';
import { listMembershipsOf } from '../../storage/queries/memberships.ts';
import { createOperatorPassword } from '../../storage/queries/operator-passwords.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const redeemInvitationByPassword = operation(route, async (context, request) => {
  const tenant = portalTenant(context);
  requirePasswords(context);
  const portal = context.forTenant(portalTenantId);
  const { runtime } = context;
  const { invitation, password, verificationCode, setUp: sealed } = request.body;
  const digest = digestOf(invitation);
  const invited = await requireInvited(context, digest);
  const { operatorId, email } = invited;
  const setUp = openSetUp(context, sealed, digest);
  const memberships = await listMembershipsOf(portal.db, portalTenantId, operatorId);
  requireGoodPassword(context, password, { email, tenantIds: memberships.map(({ memberOf }) => memberOf) });
  const code = readAppCode(setUp, verificationCode);
  if (code === undefined) throw wrongCode();
  const guesses = invitationGuesses(tenant, digest, appMethod);
  await requireGuess(portal, guesses);
  const counter = appCodes.match(setUp, code, runtime.clock.now());
  if (counter === undefined) throw wrongCode();
  const hashSealed = await sealPassword(context, operatorId, password, request.sender.ipAddress).catch(
    async (error: unknown) => {
      // Too many are waiting: the code was right.
      await giveBackAttempt(portal.db, guesses);
      throw error;
    },
  );
  const { session, letIn } = await portal.db.transaction(async (sql) => {
    const nowMs = runtime.clock.now();
    await redeemInvitation(sql, portal, digest, { ...invited, actionId: setUp.setUpId }, request);
    await enrolApp(sql, portal, operatorId, setUp, counter);
    await createOperatorPassword(sql, portalTenantId, { operatorId, hashSealed }, nowMs);
    // It is the way back, also from waits that strangers have caused.
    for (const subject of [guesses, contactGuesses(tenant, emailContact(email), appMethod)]) {
      await forgetFailures(sql, subject, { onlyIfDisabled: false, nowMs });
    }
    return beginOperatorSession(sql, context, request, {
      operatorId,
      actionId: setUp.setUpId,
      provedAtMs: nowMs,
      data: { by: 'password' },
    });
  });
  letIn();
  const { expiresAt: expiresAtMs, provedAt: provedAtMs } = session;
  return sessionView(context, { ...session, expiresAtMs, provedAtMs, stepUpBy: 'app' });
});

function wrongCode(): Refusal {
  return new Refusal(
    'forbidden',
    'That is not the code that the app shows now. Type the newest one; if it is refused again, set the clock of the phone by the network.',
  );
}
