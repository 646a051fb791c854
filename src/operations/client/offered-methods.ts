/** Which ways a page may offer to prove something, and to set up, with a token as it is. What a page offers is never refused for that reason. */
import { Refusal } from '../../contract/errors.ts';
import type { VerificationMethod } from '../../contract/values.ts';
import type { OpenAction } from './open-action.ts';
import { permitEnrolment, permitProof, requireRecoveryCodes } from './permit.ts';

/** The methods that the client API can prove, strongest first; recovery codes stand in for all others, so they are last. */
const provable = [
  'PASSKEY',
  'SECURITY_KEY',
  'AUTHENTICATOR_APP',
  'EMAIL_OTP',
  'EMAIL_MAGIC_LINK',
  'RECOVERY_CODE',
] as const satisfies readonly VerificationMethod[];

/** What an operator has set for a method; only what was set. */
export function methodSettings(
  { tenant }: Pick<OpenAction, 'tenant'>,
  method: string,
): Readonly<Record<string, unknown>> {
  const configuration = tenant.authenticatorConfigurations.find(
    ({ verification_method }) => verification_method === method,
  );
  return configuration?.settings ?? {};
}

/** Methods of the user's that can move the action now. */
export function challengeMethods(action: OpenAction, hasRecoveryCodes: boolean): readonly VerificationMethod[] {
  const own = new Set(action.verified.map(({ verification_method }) => verification_method));
  if (hasRecoveryCodes && own.size > 0) own.add('RECOVERY_CODE');
  const { locked_methods: locked } = action.row;
  return provable.filter(
    (method) =>
      own.has(method) &&
      !locked.includes(method) &&
      isPermitted(() => {
        if (method === 'RECOVERY_CODE') requireRecoveryCodes(action);
        permitProof(action, method);
      }),
  );
}

/** Methods that the token permits to set up now, and that would not take the place of another. */
export function enrolmentMethods(action: OpenAction): readonly VerificationMethod[] {
  const own = new Set(action.verified.map(({ verification_method }) => verification_method));
  const mayBeSeveral = (method: string) => method === 'PASSKEY' || method === 'SECURITY_KEY';
  return provable.filter(
    (method) =>
      method !== 'RECOVERY_CODE' &&
      (mayBeSeveral(method) || !own.has(method)) &&
      methodSettings(action, method)['isHiddenToUser'] !== true &&
      !needsAnotherFirst(action, method) &&
      isPermitted(() => permitEnrolment(action, method)),
  );
}

/** A tenant may want a way to recover before the first passkey. */
function needsAnotherFirst(action: OpenAction, method: string): boolean {
  const recovery = methodSettings(action, method)['recoveryMethods'];
  if (method !== 'PASSKEY' || !Array.isArray(recovery) || recovery.length === 0) return false;
  return !action.verified.some(({ verification_method }) => recovery.includes(verification_method));
}

function isPermitted(permit: () => void): boolean {
  try {
    permit();
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
