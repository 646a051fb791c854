import { beginOidcSignIn as route } from '../../contract/portal/oidc.ts';
import { beginOidcFlow } from '../../operators/oidc-flow.ts';
import { portalTenant } from '../../operators/portal-tenant.ts';
import { requireInvited } from '../../operators/redeem-invitation.ts';
import { digestOf } from '../../operators/secrets.ts';
import { operation } from '../operation.ts';

export const beginOidcSignIn = operation(route, async (context, { body, cookies }) => {
  portalTenant(context);
  const digest = body.invitation === undefined ? undefined : digestOf(body.invitation);
  // Said before the way to the issuer; whether it is still open is asked again on the way back.
  if (digest !== undefined) await requireInvited(context, digest);
  const purpose =
    digest === undefined
      ? ({ kind: 'sign-in' } as const)
      : ({ kind: 'invitation', digest: digest.toString('base64url') } as const);
  return { url: await beginOidcFlow(context, cookies, purpose) };
});
