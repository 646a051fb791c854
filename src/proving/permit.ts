/** Who may prove what, and who may change which factors, with the token of an action (rulings 9, 17, 40 and 41). */
import { Refusal } from '../contract/errors.ts';
import { assuranceOf } from '../core/authenticators/assurance.ts';
import { countedAssurance, isHeld, successorSlot, unheld } from '../core/authenticators/hold.ts';
import type { HoldColumns } from '../core/authenticators/hold.ts';
import { satisfies } from '../core/challenges/satisfies.ts';
import { assurances } from '../core/rules/rule-set.ts';
import type { Assurance } from '../core/rules/rule-set.ts';
import { requireEditable } from '../operations/method-settings.ts';
import { usesRecoveryCodes } from '../operations/new-recovery-codes.ts';
import type { TokenPowers } from '../runtime/tokens.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { ActionClosed, isInReview } from './open-action.ts';
import type { OpenAction } from './open-action.ts';
import { factorScopes, includes, isGiven, nothingEarned, union } from './token-powers.ts';
import type { Earned, FactorScope } from './token-powers.ts';

/**
 * Whether the token carries the scope and it counts: the backend gave it, or what was proven still earns it beside the
 * authenticators that the user has by now (ruling 40).
 */
function hasScope(action: OpenAction, scope: FactorScope): boolean {
  const { token } = action;
  // None does while somebody has to look at the action first (ruling 42).
  if (isInReview(action) || !includes(token.scope, scope)) return false;
  return isGiven(token, scope) || earnedScopes(action, token).includes(scope);
}

/** The token's scopes that count now. */
export function countingScopes(action: OpenAction): readonly string[] {
  const carried = action.token.scope.split(' ').filter((scope) => scope !== '');
  return carried.filter((scope) => factorScopes.every((name) => name !== scope || hasScope(action, name)));
}

/**
 * The power to change factors that proofs earn: all of it where one is at least as strong as the strongest authenticator
 * that the user has; a recovery code may add one, however strong what was lost, and never take one away (ruling 17).
 */
function earnedScopes(
  action: Pick<OpenAction, 'tenant' | 'verified' | 'nowMs'>,
  { proven, isRecovered = false }: Omit<TokenPowers, 'scope' | 'given'>,
): readonly FactorScope[] {
  if (isStrongest(action, proven) || isLoose(action, proven)) return factorScopes;
  return isRecovered ? ['add:authenticators'] : [];
}

/** Whether a proof is as strong as the strongest authenticator; one that is held does not count there (ruling 41). */
function isStrongest({ verified, nowMs }: Pick<OpenAction, 'verified' | 'nowMs'>, proven: string | undefined): boolean {
  const own = assurances.find((assurance) => assurance === proven);
  return own !== undefined && verified.every((row) => isHeld(row, nowMs) || rank(own) >= rank(strengthOf(row)));
}

/** Whether the tenant lets a proof change factors that are stronger than it. */
function isLoose({ tenant }: Pick<OpenAction, 'tenant'>, proven: string | undefined): boolean {
  return proven !== undefined && tenant.settings.factorChangePolicy === 'any-proof';
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
 * Refuses a method that could not move the action however well it is done, before anything is sent or asked: by the
 * authenticator that is named, else by any that the user has.
 * @throws {Refusal} `invalid_configuration`, `forbidden`
 */
export function permitProof(action: OpenAction, method: string, authenticator?: AuthenticatorRow): void {
  requireUsable(action, method);
  const own = action.verified.filter((row) => row.verification_method === method);
  const rows = authenticator === undefined ? own : [authenticator];
  const best = { method, assurance: assuranceOf(method, true) };
  const isEnough = (row?: AuthenticatorRow) => satisfiesDemand(action, countedProof(best, row, action.nowMs));
  if (rows.length === 0 ? isEnough() : rows.some(isEnough)) return;
  throw new Refusal('forbidden', `This action does not accept ${method}. Ask for one of the methods that it permits.`);
}

/** Whether an enrolment would be the user's very first authenticator: a registration proves something only then. */
function isFirstEnrolment({ verified }: OpenAction): boolean {
  return verified.length === 0;
}

/**
 * Permits to enrol: inline for a user who has no verified authenticator at all, by a method that the action accepts;
 * otherwise by a scope alone (A11), which is another one where a verified authenticator would be replaced (ruling 40). A user
 * who removed their last one has to come with the scope, too (A12). To be asked again while the user is held: another request
 * may have changed what they have.
 * @throws {Refusal} `invalid_configuration`, `forbidden`, `insufficient_scope`
 */
export function permitEnrolment(action: OpenAction, method: string): void {
  if (isInReview(action)) throw new ActionClosed(action.row.state);
  requireUsable(action, method);
  if (isReplacing(action, method)) {
    if (!maySucceed(action, method)) requireScope(action, 'update:authenticators');
    requireEditable(action.tenant, method);
    return;
  }
  if (hasScope(action, 'add:authenticators')) return;
  const { row, tenant } = action;
  const mayReEnrol = !row.removed_last_authenticator || tenant.settings.inlineReEnrolment;
  if (!isFirstEnrolment(action) || !mayReEnrol) requireScope(action, 'add:authenticators');
  permitProof(action, method);
}

const oneOfMethod: readonly string[] = ['', successorSlot];

/** Whether a new authenticator of a method, of which a user has one, would take the place of a verified one. Keys never do. */
function isReplacing({ verified }: OpenAction, method: string): boolean {
  return verified.some((row) => row.verification_method === method && oneOfMethod.includes(row.slot));
}

/**
 * Permits a set of recovery codes: beside the user's authenticators as one of them, in place of an earlier set as what
 * replaces it. A set has no time in which it counts for less, so what would be held may not make one (rulings 40 and 41).
 * @throws {Refusal} `insufficient_scope`
 */
export function permitRecoverySet(action: OpenAction, hasSet: boolean): void {
  const isFree = !hasSet && isUnconditional(action, 'add:authenticators');
  requireScope(action, isFree ? 'add:authenticators' : 'update:authenticators');
}

/** Whether a scope was given by the backend or earned by a proof as strong as the strongest authenticator. */
function isUnconditional(action: OpenAction, scope: FactorScope): boolean {
  return isGiven(action.token, scope) || isStrongest(action, action.token.proven);
}

const hourMs = 3_600_000;

/**
 * How an authenticator is held that {@link permitEnrolment} permits now: whoever adds one in recovery, or after a proof weaker
 * than what the user has, waits before it counts for what it is (ruling 41). Not a user's first one, and not what the backend
 * asked for.
 */
export function holdOf(action: OpenAction, method: string): HoldColumns {
  const { tenant, token, nowMs } = action;
  const hours = tenant.settings.recoveredFactorHoldHours;
  const isSuccessor = maySucceed(action, method);
  const scope = isReplacing(action, method) ? 'update:authenticators' : 'add:authenticators';
  if (hours === 0 || isFirstEnrolment(action)) return unheld;
  // A successor always waits, also where the backend let it be added: it is to take something away.
  if (!isSuccessor && isUnconditional(action, scope)) return unheld;
  const until = { held_until: nowMs + hours * hourMs };
  return isLoose(action, token.proven)
    ? { ...until, held_assurance: token.proven ?? null, held_method: null }
    : { ...until, held_assurance: assuranceOf(recoveryCode, false), held_method: recoveryCode };
}

/**
 * Permits to remove an authenticator, if there is such a one. A successor may also be cancelled after a proof by the app that
 * it is to replace, or one as strong.
 * @throws {Refusal} `insufficient_scope`
 */
export function permitRemoval(action: OpenAction, removed: AuthenticatorRow | undefined): void {
  if (removed === undefined || !isCancellable(action, removed)) requireScope(action, 'remove:authenticators');
}

/** Whether an authenticator is a successor, and what was proven is as strong as what it is to replace. */
export function isCancellable(action: OpenAction, removed: AuthenticatorRow): boolean {
  const { token, verified } = action;
  if (isInReview(action)) return false;
  const own = assurances.find((assurance) => assurance === token.proven);
  const replaced = verified.find((row) => row.verification_method === removed.verification_method && row.slot === '');
  const isSuccessor = removed.slot === successorSlot && replaced !== undefined;
  return isSuccessor && own !== undefined && rank(own) >= rank(strengthOf(replaced));
}

const recoveryCode = 'RECOVERY_CODE';
const authenticatorApp = 'AUTHENTICATOR_APP';

/**
 * Whether an authenticator app may be enrolled beside a verified one, to take its place when it is held no longer: by whoever
 * came with a recovery code, once, where the tenant has them wait (ruling 41).
 */
export function maySucceed(action: OpenAction, method: string): boolean {
  const { tenant, token, verified, nowMs } = action;
  const own = verified.filter((row) => row.verification_method === method);
  return (
    method === authenticatorApp &&
    token.isRecovered === true &&
    tenant.settings.recoveredFactorHoldHours > 0 &&
    own.length === 1 &&
    own.every((row) => !isHeld(row, nowMs)) &&
    hasScope(action, 'add:authenticators') &&
    !hasScope(action, 'update:authenticators')
  );
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
  /** Of an authenticator that is held: under which method it was added, if that was none of the user's own authenticators. */
  readonly held?: { readonly method: string | null } | undefined;
}

/** A proof as it counts: one by an authenticator that is held no higher than what that was added under (ruling 41). */
export function countedProof<Given extends Pick<ProofStrength, 'assurance'>>(
  proof: Given,
  authenticator: AuthenticatorRow | undefined,
  nowMs: number,
): Given & Pick<ProofStrength, 'held'> {
  if (authenticator === undefined || !isHeld(authenticator, nowMs)) return proof;
  const assurance = countedAssurance(authenticator, proof.assurance, nowMs);
  return { ...proof, assurance, held: { method: authenticator.held_method } };
}

/** Whether a proof is of the kind that the action asks for; one by a held authenticator only if what it was added under is. */
export function satisfiesDemand(
  { demand }: Pick<OpenAction, 'demand'>,
  { method, assurance, held }: Omit<ProofStrength, 'isRegistration'>,
): boolean {
  if (typeof held?.method === 'string' && !satisfies(demand, { method: held.method, assurance })) return false;
  return satisfies(demand, { method, assurance });
}

/** A registration is a proof only of the user's very first authenticator (ruling 17), and of somebody who is there. */
export function provesUser(action: OpenAction, { isRegistration, isUnattended }: ProofStrength): boolean {
  return !isRegistration || (isFirstEnrolment(action) && isUnattended !== true);
}

/** What a proof earns of an action; one by a held authenticator nothing (rulings 17 and 41). */
export function earnedBy(action: OpenAction, proof: ProofStrength): Earned {
  const isRecovered = proof.method === recoveryCode;
  const isOfUser = !isRecovered && proof.held === undefined && provesUser(action, proof);
  const proven = isOfUser ? proof.assurance : undefined;
  const scope = earnedScopes(action, { proven, isRecovered }).join(' ');
  const earned = { scope, proven, isRecovered, answered: union(action.token.scope, scope), atMs: action.nowMs };
  return earnedNow(action, earned);
}

/** What has been earned, as far as it counts: nothing does while somebody has to look at the action first (ruling 42). */
export function earnedNow(action: Pick<OpenAction, 'row'>, earned: Earned): Earned {
  return isInReview(action) ? { ...nothingEarned({ scope: '' }), atMs: earned.atMs } : earned;
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
