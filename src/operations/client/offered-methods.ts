/** Which ways a page may offer to prove something, and to set up, with a token as it is. What a page offers is never refused for that reason. */
import type { VerificationMethod } from '../../contract/values.ts';
import type { GuessWait } from '../../proving/guess-waits.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { isPermitted, maySucceed, permitEnrolment, permitProof, requireRecoveryCodes } from '../../proving/permit.ts';
import { methodSettings } from '../method-settings.ts';
import { isTaken } from './keys.ts';
import { permitKey } from './permit-key.ts';

/** The methods that the client API can prove, strongest first; recovery codes stand in for all others, so they are last. */
const provable = [
  'PASSKEY',
  'SECURITY_KEY',
  'AUTHENTICATOR_APP',
  'EMAIL_OTP',
  'EMAIL_MAGIC_LINK',
  'RECOVERY_CODE',
] as const satisfies readonly VerificationMethod[];

/** Methods of the user's that can move the action now. */
export function challengeMethods(
  action: OpenAction,
  hasRecoveryCodes: boolean,
  waitOf: (method: string) => GuessWait,
): readonly VerificationMethod[] {
  const taken = action.verified.filter((row) => isTaken(action.tenant, row));
  const own = new Set(taken.map(({ verification_method }) => verification_method));
  if (hasRecoveryCodes && action.verified.length > 0) own.add('RECOVERY_CODE');
  return provable.filter(
    (method) =>
      own.has(method) &&
      !waitOf(method).isLocked &&
      isPermitted(() => {
        if (method === 'RECOVERY_CODE') requireRecoveryCodes(action);
        permitProof(action, method);
      }),
  );
}

/** Methods that the token permits to set up now, and that would not take the place of another at once. */
export function enrolmentMethods(action: OpenAction): readonly VerificationMethod[] {
  const own = new Set(action.verified.map(({ verification_method }) => verification_method));
  const mayBeSeveral = (method: string) => method === 'PASSKEY' || method === 'SECURITY_KEY';
  return provable.filter(
    (method) =>
      method !== 'RECOVERY_CODE' &&
      (mayBeSeveral(method) || !own.has(method) || maySucceed(action, method)) &&
      methodSettings(action.tenant, method)['isHiddenToUser'] !== true &&
      isPermitted(() => (mayBeSeveral(method) ? permitKey(action, method) : permitEnrolment(action, method))),
  );
}

/** What the action asks for, else what the user prefers, else what they used last, else the strongest (client-api 7.4). */
export function defaultMethod(
  { demand, row, verified }: OpenAction,
  usable: readonly VerificationMethod[],
): VerificationMethod | undefined {
  const preferred = verified.find(({ authenticator_id }) => authenticator_id === row.default_authenticator_id);
  const [lastUsed] = verified
    .filter(({ last_verified_at }) => last_verified_at !== null)
    .sort((left, right) => (right.last_verified_at ?? 0) - (left.last_verified_at ?? 0));
  const wishes = [demand.defaultVerificationMethod, preferred?.verification_method, lastUsed?.verification_method];
  const wish = wishes.find((method) => usable.some((known) => known === method));
  return usable.find((method) => method === wish) ?? usable[0];
}
