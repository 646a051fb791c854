/** The token by which a phone gets push messages. Whoever has it could send to the phone, so it is sealed. */
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { authenticatorSecretPlace } from '../calls/authenticator-secret-place.ts';
import type { Context } from '../calls/context.ts';

interface Owner {
  readonly tenantId: string;
  readonly authenticatorId: string;
}

/** As it is stored. */
export function sealPushToken({ seal }: Pick<Context, 'seal'>, owner: Owner, pushToken: string): Buffer {
  return seal.seal(Buffer.from(pushToken), authenticatorSecretPlace(owner.tenantId, owner.authenticatorId));
}

/** The token of a phone; undefined if there is none. */
export function openPushToken(
  { seal }: Pick<Context, 'seal'>,
  tenantId: string,
  { authenticatorId, secretSealed }: Pick<AuthenticatorRow, 'authenticatorId' | 'secretSealed'>,
): string | undefined {
  if (secretSealed === null) return undefined;
  return seal.open(secretSealed, authenticatorSecretPlace(tenantId, authenticatorId)).toString('utf8');
}
