/** How operators prove who they are: by a passkey, through the client API of the tenant in which operators verify. */
import { ceremoniesTexts } from '#portal-texts/kit.ts';
import { createCredential, getCredential } from '../../../sdk/browser/webauthn.ts';
import { CallError, call } from './call.ts';
import type { Session } from './types.ts';

type Options = Readonly<Record<string, unknown>>;
interface Verified {
  readonly isVerified: boolean;
  readonly accessToken?: string;
}

const client = <Reply>(authorization: string, path: string, body: object) =>
  call<Reply>('POST', `/v1/client${path}`, { authorization, body });
const asUser = (token: string) => `Bearer ${token}`;
const asTenant = (tenantId: string) => `Basic ${btoa(`${tenantId}:`)}`;

function tokenOf({ isVerified, accessToken }: Verified): string {
  if (isVerified && accessToken !== undefined) return accessToken;
  throw new CallError('forbidden', 403, ceremoniesTexts.notAccepted);
}

/** Signs in with a passkey. @throws {CallError | CeremonyError} */
export async function signIn(): Promise<Session> {
  const { tenantId, challengeId } = await call<{ tenantId: string; challengeId: string }>('POST', '/v1/portal/sign-in');
  const verified = await usePasskey(asTenant(tenantId), { challengeId });
  return call('POST', '/v1/portal/session', { body: { token: tokenOf(verified) } });
}

/** Proves it again for this session. @throws {CallError | CeremonyError} */
export async function stepUp(): Promise<Session> {
  const { token } = await call<{ token: string }>('POST', '/v1/portal/step-up');
  const verified = await usePasskey(asUser(token), {});
  return call('POST', '/v1/portal/step-up/confirm', { body: { token: tokenOf(verified) } });
}

async function usePasskey(authorization: string, body: object): Promise<Verified> {
  const { challengeId, options } = await client<{ challengeId: string; options: Options }>(
    authorization,
    '/user-authenticators/passkey/authentication-options',
    body,
  );
  const authenticationCredential = await getCredential(options);
  return client(authorization, '/verify/passkey', { challengeId, authenticationCredential });
}

/** Of an invitation that was redeemed. It lives ten minutes, and a reload of the page must not lose it. */
export interface Redeemed {
  readonly token: string;
  readonly email: string;
}

/** Uses up an invitation. @throws {CallError} */
export function redeem(invitation: string): Promise<Redeemed> {
  return call('POST', '/v1/portal/invitations/redeem', { body: { invitation } });
}

/** Makes the passkey of a redeemed invitation, and signs in with it. @throws {CallError | CeremonyError} */
export async function createPasskey({ token }: Redeemed): Promise<Session> {
  const { challengeId, options } = await client<{ challengeId: string; options: Options }>(
    asUser(token),
    '/user-authenticators/passkey/registration-options',
    { authenticatorAttachment: null },
  );
  const registrationCredential = await createCredential(options);
  const verified = await client<Verified>(asUser(token), '/user-authenticators/passkey', {
    challengeId,
    registrationCredential,
    conditionalCreate: false,
  });
  return call('POST', '/v1/portal/session', { body: { token: tokenOf(verified) } });
}
