import type { Context } from '../calls/context.ts';
import { Refusal } from '../contract/errors.ts';
import { addressBucket } from '../core/addresses/address-bucket.ts';
import { normalPassword, whyWeak } from '../core/operators/weak-password.ts';
import { digestsEqual } from '../runtime/crypto.ts';
import type { OperatorPassword } from '../storage/queries/operator-passwords.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';

const saltBytes = 16;
const hashBytes = 32;
// Of nobody: it costs the same time as a real one.
const ofNobody = Buffer.alloc(saltBytes + hashBytes);

/** @throws {Refusal} `invalid_configuration` */
export function requirePasswords({ takesPasswords }: Pick<Context, 'takesPasswords'>): void {
  if (takesPasswords) return;
  throw new Refusal(
    'invalid_configuration',
    'This server takes no passwords (SALLYPORT_OPERATOR_PASSWORDS). Ask an admin to invite you again, and make a passkey.',
  );
}

/** Refuses a password that is easily guessed, for an operator of these tenants. @throws {Refusal} `invalid_request` */
export function requireGoodPassword(
  { published }: Pick<Context, 'published'>,
  password: string,
  { email, tenantIds }: { readonly email: string; readonly tenantIds: readonly string[] },
): void {
  const names = tenantIds.flatMap((tenantId) => published.tenant(tenantId)?.name ?? []);
  const why = whyWeak(password, [email, ...names]);
  if (why !== undefined) throw new Refusal('invalid_request', why);
}

/**
 * What is stored of a password. Askers take turns, told apart as the limit of the door counts them: by their address, or the
 * /64 of it.
 * @throws {TurnsBusy}
 */
export async function sealPassword(
  { runtime, seal }: Pick<Context, 'runtime' | 'seal'>,
  operatorId: string,
  password: string,
  ipAddress: string,
): Promise<Buffer> {
  const salt = runtime.random.bytes(saltBytes);
  const hash = await runtime.passwordHash(normalPassword(password), salt, addressBucket(ipAddress));
  return seal.seal(Buffer.concat([salt, hash]), placeOf(operatorId));
}

/**
 * Whether a password is the stored one. If there is none it is not, after the same time. Askers take turns as above.
 * @throws {TurnsBusy}
 */
export async function isPassword(
  { runtime, seal }: Pick<Context, 'runtime' | 'seal'>,
  given: string,
  stored: OperatorPassword | undefined,
  ipAddress: string,
): Promise<boolean> {
  const kept = stored === undefined ? ofNobody : seal.open(stored.hashSealed, placeOf(stored.operatorId));
  const hash = await runtime.passwordHash(normalPassword(given), kept.subarray(0, saltBytes), addressBucket(ipAddress));
  return digestsEqual(hash, kept.subarray(saltBytes)) && stored !== undefined;
}

function placeOf(operatorId: string) {
  return { tenantId: portalTenantId, table: 'operator_passwords', row: operatorId, column: 'hash_sealed' };
}
