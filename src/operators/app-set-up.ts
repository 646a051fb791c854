/**
 * An authenticator app that is being set up with an invitation. What the server has to know of it goes with the page, sealed:
 * nothing is stored before the invitation is redeemed, and every node can finish what another one has begun.
 */
import type { Context } from '../calls/context.ts';
import { Refusal } from '../contract/errors.ts';
import { digestsEqual } from '../runtime/crypto.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';

export interface AppSetUp {
  /** Names the sign-in that it ends with. */
  readonly setUpId: string;
  readonly state: Readonly<Record<string, unknown>>;
  readonly secret: Buffer;
}

interface Sealed {
  readonly setUpId: string;
  readonly state: Readonly<Record<string, unknown>>;
  /** base64url, as the two below. */
  readonly secret: string;
  /** Of the invitation. */
  readonly digest: string;
}

const place = { tenantId: portalTenantId, table: 'invitations', row: 'app', column: 'set_up' } as const;

export function sealSetUp(
  { seal }: Pick<Context, 'seal'>,
  { setUpId, state, secret }: AppSetUp,
  digest: Buffer,
): string {
  const sealed: Sealed = { setUpId, state, secret: secret.toString('base64url'), digest: digest.toString('base64url') };
  return seal.seal(Buffer.from(JSON.stringify(sealed)), place).toString('base64url');
}

/** What was sealed for this invitation. @throws {Refusal} `invalid_token` */
export function openSetUp({ seal }: Pick<Context, 'seal'>, text: string, digest: Buffer): AppSetUp {
  let sealed: Sealed | undefined;
  try {
    sealed = JSON.parse(seal.open(Buffer.from(text, 'base64url'), place).toString()) as Sealed;
  } catch {
    // Not sealed by this server: what it could have said counts for nothing.
  }
  if (sealed === undefined || !digestsEqual(Buffer.from(sealed.digest, 'base64url'), digest)) {
    throw new Refusal('invalid_token', 'The app was not set up with this invitation. Set it up again.');
  }
  const { setUpId, state, secret } = sealed;
  return { setUpId, state, secret: Buffer.from(secret, 'base64url') };
}
