import { beginAppSetUp as route } from '../../contract/portal/passwords.ts';
import { appCodes } from '../../operators/app-codes.ts';
import { sealSetUp } from '../../operators/app-set-up.ts';
import { requirePasswords } from '../../operators/operator-password.ts';
import { portalTenant } from '../../operators/portal-tenant.ts';
import { requireInvited } from '../../operators/redeem-invitation.ts';
import { digestOf } from '../../operators/secrets.ts';
import { operation } from '../operation.ts';

export const beginAppSetUp = operation(route, async (context, { body }) => {
  const { name: issuer } = portalTenant(context);
  requirePasswords(context);
  const { runtime } = context;
  const digest = digestOf(body.invitation);
  const { email } = await requireInvited(context, digest);
  const { enrolment, uri, secret } = appCodes.newSecret({ issuer, account: email }, runtime.random);
  if (enrolment.secret === undefined) throw new Error('An authenticator app has a secret.');
  const setUp = { setUpId: runtime.ids.uuid(), state: enrolment.state, secret: enrolment.secret };
  return { email, uri, secret, setUp: sealSetUp(context, setUp, digest) };
});
