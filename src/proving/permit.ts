/** Who may prove what, and who may change which factors, with the token of an action (rulings 9 and 17). */
import { Refusal } from '../contract/errors.ts';
import { assuranceOf } from '../core/authenticators/assurance.ts';
import { satisfies } from '../core/challenges/satisfies.ts';
import { assurances } from '../core/rules/rule-set.ts';
import type { Assurance } from '../core/rules/rule-set.ts';
import { requireEditable } from '../operations/method-settings.ts';
import { usesRecoveryCodes } from '../operations/new-recovery-codes.ts';
import { ActionClosed, isInReview } from './open-action.ts';
import type { OpenAction } from './open-action.ts';

type FactorScope = 'add:authenticators' | 'update:authenticators' | 'remove:authenticators';

/** Whether a scope counts now: none does while somebody has to look at the action first (ruling 42). */
export function hasScope(action: OpenAction, scope: FactorScope): boolean {
  return !isInReview(action) && action.token.scope.split(' ').includes(scope);
}

/** @throws {Refusal} `insufficient_scope` naming the scope */
export function requireScope(action: OpenAction, scope: FactorScope): void {
  if (hasScope(action, scope)) return;
  throw new Refusal(
    'insufficient_scope',
    `This takes the scope ${scope}: the user has to prove who they are first, as strongly as they can.`,
  );
}

/** @throws {Refusal} `invalid_configuration` if nobody can use the method in the tenant, with why */
export function requireUsable(action: OpenAction, method: string): void {
  const why = action.whyUnusable(method);
  if (why !== undefined) throw new Refusal('invalid_configuration', why);
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
  requireUsable(action, method);
  if (satisfies(action.demand, { method, assurance: assuranceOf(method, true) })) return;
  throw new Refusal('forbidden', `This action does not accept ${method}. Ask for one of the methods that it permits.`);
}

/** Whether an enrolment would be the user's very first authenticator: a registration proves something only then. */
function isFirstEnrolment({ verified }: OpenAction): boolean {
  return verified.length === 0;
}

/**
 * Permits to enrol: inline for a user who has no verified authenticator at all, by a method that the action accepts;
 * otherwise by the scope alone (A11). A user who removed their last one has to come with the scope, too (A12).
 * @throws {Refusal} `invalid_configuration`, `forbidden`, `insufficient_scope`
 */
export function permitEnrolment(action: OpenAction, method: string): void {
  if (isInReview(action)) throw new ActionClosed(action.row.state);
  requireUsable(action, method);
  if (hasScope(action, 'add:authenticators')) {
    const isReplaced = action.verified.some((row) => row.verification_method === method && row.slot === '');
    // A recovery code adds and never takes away, and what is replaced is taken away (ruling 17).
    if (isReplaced && action.row.proof_method === 'RECOVERY_CODE') requireScope(action, 'update:authenticators');
    if (isReplaced) requireEditable(action.tenant, method);
    return;
  }
  requireFirstOrScope(action);
  permitProof(action, method);
}

/**
 * What of {@link permitEnrolment} another request may have changed since: to be asked again while the user is held, so that
 * nobody gets a second authenticator by a race (A11).
 * @throws {Refusal} `insufficient_scope`
 */
export function requireFirstOrScope(action: OpenAction): void {
  const { row, tenant } = action;
  const mayReEnrol = !row.removed_last_authenticator || tenant.settings.inlineReEnrolment;
  if (!isFirstEnrolment(action) || !mayReEnrol) requireScope(action, 'add:authenticators');
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
  /** Whether it is of an authenticator that is enrolled with it: that says who somebody is only of their very first one. */
  readonly isRegistration: boolean;
  /** Made by a browser on its own, with nobody there: it proves nothing. */
  readonly isUnattended?: boolean;
}

/** A registration is a proof only of the user's very first authenticator (ruling 17), and of somebody who is there. */
export function provesUser(action: OpenAction, { isRegistration, isUnattended }: ProofStrength): boolean {
  return !isRegistration || (isFirstEnrolment(action) && isUnattended !== true);
}

/**
 * The scopes of the token that a proof earns: those that the backend asked for, and the power to change factors if the
 * proof is at least as strong as the strongest authenticator that the user has (ruling 17). A recovery code may add one,
 * however strong what was lost, and never take one away.
 */
export function scopeAfter(action: OpenAction, proof: ProofStrength): string {
  if (isInReview(action)) return 'read:authenticators';
  const scopes = new Set(['read:authenticators', ...action.token.scope.split(' ').filter((scope) => scope !== '')]);
  const isProof = provesUser(action, proof);
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
