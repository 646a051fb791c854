/** Who may prove what, and who may change which factors, with the token of an action (rulings 9 and 17). */
import { Refusal } from '../../contract/errors.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { satisfies } from '../../core/challenges/satisfies.ts';
import { assurances } from '../../core/rules/rule-set.ts';
import type { Assurance } from '../../core/rules/rule-set.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { usesRecoveryCodes } from '../new-recovery-codes.ts';
import { keySettings } from './keys.ts';
import type { OpenAction } from './open-action.ts';
import { requireEditable } from './own-authenticator.ts';

type FactorScope = 'add:authenticators' | 'update:authenticators' | 'remove:authenticators';

export function hasScope({ token }: Pick<OpenAction, 'token'>, scope: FactorScope): boolean {
  return token.scope.split(' ').includes(scope);
}

/** @throws {Refusal} `insufficient_scope` naming the scope */
export function requireScope(action: OpenAction, scope: FactorScope): void {
  if (hasScope(action, scope)) return;
  throw new Refusal(
    'insufficient_scope',
    `This takes the scope ${scope}: the user has to prove who they are first, as strongly as they can.`,
  );
}

/** @throws {Refusal} `invalid_configuration` if the tenant does not use the method */
export function requireActive({ tenant }: Pick<OpenAction, 'tenant'>, method: string): void {
  if (tenant.activeMethods.includes(method)) return;
  throw new Refusal('invalid_configuration', `${method} is not an enabled verification method.`);
}

/** @throws {Refusal} `invalid_configuration` if users of the tenant have no recovery codes */
export function requireRecoveryCodes({ tenant }: OpenAction): void {
  if (usesRecoveryCodes(tenant)) return;
  throw new Refusal('invalid_configuration', 'Recovery codes are switched off for this tenant.');
}

/**
 * Refuses a method that could not move the action however well it is done, before anything is sent or asked.
 * @throws {Refusal} `invalid_configuration`, `forbidden`
 */
export function permitProof(action: OpenAction, method: string): void {
  requireActive(action, method);
  if (satisfies(action.demand, { method, assurance: assuranceOf(method, true) })) return;
  throw new Refusal('forbidden', `This action does not accept ${method}. Ask for one of the methods that it permits.`);
}

/** Whether an enrolment would be the user's very first authenticator: a registration proves something only then. */
export function isFirstEnrolment({ verified }: OpenAction): boolean {
  return verified.length === 0;
}

/**
 * Permits to enrol: inline for a user who has no verified authenticator at all, by a method that the action accepts;
 * otherwise by the scope alone (A11). A user who removed their last one has to come with the scope, too (A12).
 * @throws {Refusal} `invalid_configuration`, `forbidden`, `insufficient_scope`
 */
export function permitEnrolment(action: OpenAction, method: string): void {
  requireActive(action, method);
  if (hasScope(action, 'add:authenticators')) {
    const isReplaced = action.verified.some((row) => row.verification_method === method && row.slot === '');
    // A recovery code adds and never takes away, and what is replaced is taken away (ruling 17).
    if (isReplaced && action.row.proof_method === 'RECOVERY_CODE') requireScope(action, 'update:authenticators');
    if (isReplaced) requireEditable(action.tenant, method);
    return;
  }
  const { row, tenant } = action;
  const mayReEnrol = !row.removed_last_authenticator || tenant.settings.inlineReEnrolment;
  if (!isFirstEnrolment(action) || !mayReEnrol) requireScope(action, 'add:authenticators');
  permitProof(action, method);
}

/**
 * Permits a key beside the verified authenticators that the user has.
 * @throws {Refusal} `invalid_configuration`, `invalid_request`, `forbidden`, `insufficient_scope`
 */
export function permitKey(action: OpenAction, method: string, verified: readonly AuthenticatorRow[]): void {
  permitEnrolment(action, method);
  const { allowsSeveral, recoveryMethods } = keySettings(action.tenant, method);
  const enrolled = verified.map((row) => row.verification_method);
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

/** Whether something is permitted, for whoever wants to know before they ask. */
export function isPermitted(permit: () => void): boolean {
  try {
    permit();
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

export interface ProofStrength {
  readonly method: string;
  readonly assurance: Assurance;
  /** Made by a browser on its own, with nobody there: it proves nothing. */
  readonly isUnattended?: boolean;
}

/** Whether a proof moves the action of its token. */
export function moves(action: OpenAction, proof: ProofStrength, isRegistration: boolean): boolean {
  return satisfies(action.demand, proof) && provesUser(action, proof, isRegistration);
}

/** A registration is a proof only of the user's very first authenticator (ruling 17), and of somebody who is there. */
function provesUser(action: OpenAction, { isUnattended }: ProofStrength, isRegistration: boolean): boolean {
  return !isRegistration || (isFirstEnrolment(action) && isUnattended !== true);
}

/**
 * The scopes of the token that a proof earns: those that the backend asked for, and the power to change factors if the
 * proof is at least as strong as the strongest authenticator that the user has (ruling 17). A recovery code may add one,
 * however strong what was lost, and never take one away.
 */
export function scopeAfter(action: OpenAction, proof: ProofStrength, isRegistration: boolean): string {
  const scopes = new Set(['read:authenticators', ...action.token.scope.split(' ').filter((scope) => scope !== '')]);
  const isProof = provesUser(action, proof, isRegistration);
  const isStrongest = action.verified.every(
    (authenticator) => rank(proof.assurance) >= rank(strengthOf(authenticator)),
  );
  if (proof.method === 'RECOVERY_CODE') scopes.add('add:authenticators');
  else if (isProof && (isStrongest || action.tenant.settings.factorChangePolicy === 'any-proof')) {
    scopes.add('add:authenticators').add('update:authenticators').add('remove:authenticators');
  }
  return [...scopes].join(' ');
}

/** How strong an authenticator is: a key as its best ceremony so far, any other as its method (ruling 10). */
function strengthOf(authenticator: {
  readonly verification_method: string;
  readonly best_assurance: string | null;
}): Assurance {
  const { best_assurance: best, verification_method: method } = authenticator;
  if (best === null) return assuranceOf(method, false);
  // What cannot be read counts as the strongest: nothing is taken away from it by something weaker (I5).
  return assurances.find((assurance) => assurance === best) ?? 'high';
}

function rank(assurance: Assurance): number {
  return assurances.indexOf(assurance);
}
