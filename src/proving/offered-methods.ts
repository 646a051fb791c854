/**
 * Which methods a page may offer to verify with, and to set up, given its token. An offered method is never refused as
 * not permitted.
 */
import type { VerificationMethod } from '../contract/values.ts';
import { contactOf, isReachable } from '../core/authenticators/contact.ts';
import type { MethodManifest } from '../methods/manifest.ts';
import { hasExpired } from '../core/authenticators/expiry.ts';
import { manifests } from '../methods/manifests.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import type { GuessWait } from './guess-waits.ts';
import type { OpenAction } from './open-action.ts';
import { isPermitted, maySucceed, permitEnrolment, permitProof, requireRecoveryCodes } from './permit.ts';
import { methodSettings } from '../configuring/method-settings.ts';
import { isTaken } from './keys/keys.ts';
import { permitKey } from './keys/permit-key.ts';

/** The methods that the client API can prove, strongest first. */
const offered = manifests.filter(({ isOffered }) => isOffered);

/** The user's methods that can move the action now. */
export function challengeMethods(
  action: OpenAction,
  waitOf: (method: string) => GuessWait,
  { hasRecoveryCodes }: { readonly hasRecoveryCodes: boolean },
): readonly VerificationMethod[] {
  const taken = action.verified.filter(
    (row) => isTaken(action.tenant, row) && isReached(row) && !hasExpired(row, action.nowMs),
  );
  const own = new Set(taken.map(({ verificationMethod }) => verificationMethod));
  if (hasRecoveryCodes && action.verified.length > 0) own.add('RECOVERY_CODE');
  return methodsOf(({ verificationMethod: method, perUser }) => {
    const permit = () => {
      if (perUser === 'set') requireRecoveryCodes(action);
      permitProof(action, method);
    };
    return own.has(method) && !waitOf(method).isLocked && isPermitted(permit);
  });
}

/** Methods that the token permits to set up now, and that would not replace another at once. */
export function enrolmentMethods(action: OpenAction): readonly VerificationMethod[] {
  const own = new Set(action.verified.map(({ verificationMethod }) => verificationMethod));
  return methodsOf(({ verificationMethod: method, perUser, isEnrolledByApps }) => {
    if (isEnrolledByApps || perUser === 'set' || methodSettings(action.tenant, method)['isHiddenToUser'] === true)
      return false;
    if (perUser === 'several') return isPermitted(() => permitKey(action, method));
    const isFree = !own.has(method) || maySucceed(action, method);
    return isFree && isPermitted(() => permitEnrolment(action, method));
  });
}

/** Whether messages reach it, if it is proven by them. */
function isReached(row: AuthenticatorRow): boolean {
  const contact = contactOf(row);
  return contact === undefined || isReachable(contact);
}

function methodsOf(isMeant: (manifest: MethodManifest) => boolean): readonly VerificationMethod[] {
  return offered.filter(isMeant).map(({ verificationMethod }) => verificationMethod);
}

/**
 * The method that the action asks for, otherwise the user's default, the last used or the strongest one
 * (client-api 7.4).
 */
export function defaultMethod(
  { demand, row, verified }: OpenAction,
  usable: readonly VerificationMethod[],
): VerificationMethod | undefined {
  const preferred = verified.find(({ authenticatorId }) => authenticatorId === row.defaultAuthenticatorId);
  const [lastUsed] = verified
    .filter(({ lastVerifiedAt }) => lastVerifiedAt !== null)
    .sort((left, right) => (right.lastVerifiedAt ?? 0) - (left.lastVerifiedAt ?? 0));
  const wishes = [demand.defaultVerificationMethod, preferred?.verificationMethod, lastUsed?.verificationMethod];
  const wish = wishes.find((method) => usable.some((known) => known === method));
  return usable.find((method) => method === wish) ?? usable[0];
}
