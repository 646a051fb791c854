import { Refusal } from '../../contract/errors.ts';
import type { OpenAction } from '../open-action.ts';
import { permitEnrolment } from '../permit.ts';
import { keySettings } from './keys.ts';

/**
 * Permits a new key in addition to the user's verified authenticators.
 * @throws {Refusal} `invalid_configuration`, `invalid_request`, `forbidden`, `insufficient_scope`
 */
export function permitKey(action: OpenAction, method: string): void {
  permitEnrolment(action, method);
  const { allowsSeveral, recoveryMethods } = keySettings(action.tenant, method);
  const enrolled = action.verified.map((row) => row.verificationMethod);
  if (!allowsSeveral && enrolled.includes(method)) {
    throw new Refusal('invalid_configuration', `A user may have one ${method} only. Remove it first.`);
  }
  if (recoveryMethods.length > 0 && !recoveryMethods.some((name) => enrolled.includes(name))) {
    throw new Refusal(
      'invalid_request',
      `Enrol one of ${recoveryMethods.join(', ')} first: ${method} needs it to recover.`,
    );
  }
}
