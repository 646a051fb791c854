/** Who may prove what, and who may change which factors, with the token of an action (rulings 9, 17, 40 and 41). */
import { Refusal } from '../contract/errors.ts';
import { assuranceOf } from '../methods/assurance-of.ts';
import { manifestOf } from '../methods/manifests.ts';
import { countedAssurance, isHeld, unheld } from '../core/authenticators/hold.ts';
import type { HoldColumns } from '../core/authenticators/hold.ts';
import { isOwn, isSuccessor } from '../core/authenticators/slot.ts';
import { satisfies } from '../core/challenges/satisfies.ts';
import { assurances } from '../core/rules/rule-set.ts';
import type { Assurance } from '../core/rules/rule-set.ts';
import { requireEditable } from '../configuring/method-settings.ts';
import { usesRecoveryCodes } from './new-recovery-codes.ts';
import type { TokenPowers } from '../runtime/tokens.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { ActionClosed, isInReview } from './open-action.ts';
import type { OpenAction } from './open-action.ts';
import { factorScopes, includes, isGiven, nothingEarned, union } from './token-powers.ts';
import type { Earned, FactorScope } from './token-powers.ts';

/**
 * Whether the token carries the scope and it counts: the backend gave it, or what was proven still earns it, given the
 * authenticators that the user has now (ruling 40).
 */
function hasScope(action: OpenAction, scope: FactorScope): boolean {
  const { token } = action;
  // No scope counts while the action is in review (ruling 42).
  if (isInReview(action) || !includes(token.scope, scope)) return false;
  return isGiven(token, scope) || earnedScopes(action, token).includes(scope);
}

/** The token's scopes that count now. */
export function countingScopes(action: OpenAction): readonly string[] {
  const carried = action.token.scope.split(' ').filter((scope) => scope !== '');
  return carried.filter((scope) => factorScopes.every((name) => name !== scope || hasScope(action, name)));
}

/**
 * The scopes for changing authenticators that proofs earn: all of them if a proof is at least as strong as the user's
 * strongest authenticator. A recovery code may add one, however strong the lost one was, but never remove one
 * (ruling 17).
 */
function earnedScopes(
  action: Pick<OpenAction, 'tenant' | 'verified' | 'nowMs'>,
  { proven, isRecovered = false }: Omit<TokenPowers, 'scope' | 'given'>,
): readonly FactorScope[] {
  if (isStrongest(action, proven) || isLoose(action, proven)) return factorScopes;
  return isRecovered ? ['add:authenticators'] : [];
}

/** Whether a proof is as strong as the strongest authenticator; held ones do not count (ruling 41). */
function isStrongest({ verified, nowMs }: Pick<OpenAction, 'verified' | 'nowMs'>, proven: string | undefined): boolean {
  const own = assurances.find((assurance) => assurance === proven);
  return own !== undefined && verified.every((row) => isHeld(row, nowMs) || rank(own) >= rank(strengthOf(row)));
}

/** Whether the tenant allows a proof to change stronger authenticators. */
function isLoose({ tenant }: Pick<OpenAction, 'tenant'>, proven: string | undefined): boolean {
  return proven !== undefined && tenant.settings.factorChangePolicy === 'any-proof';
}

/** @throws {Refusal} `insufficient_scope` naming the scope */
export function requireScope(action: OpenAction, scope: FactorScope): void {
  if (hasScope(action, scope)) return;
  throw new Refusal(
    'insufficient_scope',
    `This needs the scope ${scope}: the user has to verify first, with their strongest authenticator.`,
  );
}

/**
 * Requires that the user may change some of their authenticators: a token alone, as in a link, is not enough.
 * @throws {Refusal} `insufficient_scope`
 */
export function requireSomeScope(action: OpenAction): void {
  if (factorScopes.some((scope) => hasScope(action, scope))) return;
  throw new Refusal('insufficient_scope', 'This needs a scope to change authenticators: the user has to verify first.');
}

/** @throws {Refusal} `invalid_configuration` if the method cannot be used in the tenant, with the reason */
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
 * Refuses a method whose best proof could not move the action, before anything is sent or asked. Considers the named
 * authenticator, otherwise all that the user has.
 * @throws {Refusal} `invalid_configuration`, `forbidden`
 */
export function permitProof(action: OpenAction, method: string, authenticator?: AuthenticatorRow): void {
  requireUsable(action, method);
  const own = action.verified.filter((row) => row.verificationMethod === method);
  const rows = authenticator === undefined ? own : [authenticator];
  const best = { method, assurance: assuranceOf(method, 'verified') };
  const isEnough = (row?: AuthenticatorRow) => satisfiesDemand(action, countedProof(best, row, action.nowMs));
  if (rows.length === 0 ? isEnough() : rows.some(isEnough)) return;
  throw new Refusal('forbidden', `This action does not accept ${method}. Ask for one of the methods that it permits.`);
}

/**
 * Refuses a proof of this assurance by any of these authenticators that could not move the action.
 * @throws {Refusal} `invalid_configuration`, `forbidden`
 */
export function permitAssurance(
  action: OpenAction,
  proof: Pick<ProofStrength, 'method' | 'assurance'>,
  authenticators: readonly AuthenticatorRow[],
): void {
  requireUsable(action, proof.method);
  if (authenticators.some((row) => satisfiesDemand(action, countedProof(proof, row, action.nowMs)))) return;
  throw new Refusal(
    'forbidden',
    `This action does not accept ${proof.method} with assurance ${proof.assurance}. Ask for one of the methods that it permits.`,
  );
}

/** Whether an enrolment would be the user's first authenticator. Only then does a registration prove anything. */
function isFirstEnrolment({ verified }: OpenAction): boolean {
  return verified.length === 0;
}

/**
 * Permits an enrolment. A user without any verified authenticator may enrol inline, by a method that the action
 * accepts. Otherwise only a scope permits it (A11), a different one if a verified authenticator would be replaced
 * (ruling 40). A user who removed their last authenticator needs the scope too (A12). Check again while the user is
 * locked: another request may have changed their authenticators.
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
  const mayReEnrol = !row.removedLastAuthenticator || tenant.settings.inlineReEnrolment;
  if (!isFirstEnrolment(action) || !mayReEnrol) requireScope(action, 'add:authenticators');
  permitProof(action, method);
}

/**
 * Whether a new authenticator would replace a verified one, for methods of which a user has only one. Keys never do.
 */
function isReplacing({ verified }: OpenAction, method: string): boolean {
  return verified.some((row) => row.verificationMethod === method && (isOwn(row) || isSuccessor(row)));
}

/**
 * Permits a new set of recovery codes. A first set needs the scope to add authenticators, a replacement the scope to
 * update them. A set cannot be held, so a first set needs the scope to update where a new authenticator would be held
 * (rulings 40 and 41).
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
 * The hold of an authenticator that {@link permitEnrolment} permits now. One added in recovery, or after a proof weaker
 * than the user's authenticators, has to wait before it counts fully (ruling 41). A user's first authenticator is not
 * held, nor one that the backend asked for.
 */
export function holdOf(action: OpenAction, method: string): HoldColumns {
  const { tenant, token, nowMs } = action;
  const hours = tenant.settings.recoveredFactorHoldHours;
  const isSuccessor = maySucceed(action, method);
  const scope = isReplacing(action, method) ? 'update:authenticators' : 'add:authenticators';
  if (hours === 0 || isFirstEnrolment(action)) return unheld;
  // A successor always waits, even if the backend permitted it, because it replaces an authenticator.
  if (!isSuccessor && isUnconditional(action, scope)) return unheld;
  const until = { heldUntil: nowMs + hours * hourMs };
  return isLoose(action, token.proven)
    ? { ...until, heldAssurance: token.proven ?? null, heldMethod: null }
    : { ...until, heldAssurance: assuranceOf(recoveryCode), heldMethod: recoveryCode };
}

/**
 * Permits the removal of an authenticator; `removed` is undefined if it does not exist. A successor may also be
 * cancelled after a proof by the app that it would replace, or by one as strong.
 * @throws {Refusal} `insufficient_scope`
 */
export function permitRemoval(action: OpenAction, removed: AuthenticatorRow | undefined): void {
  if (removed === undefined || !isCancellable(action, removed)) requireScope(action, 'remove:authenticators');
}

/** Whether an authenticator is a successor, and the proof is as strong as the app that it would replace. */
export function isCancellable(action: OpenAction, removed: AuthenticatorRow): boolean {
  const { token, verified } = action;
  if (isInReview(action)) return false;
  const own = assurances.find((assurance) => assurance === token.proven);
  const replaced = verified.find((row) => row.verificationMethod === removed.verificationMethod && isOwn(row));
  const isWaiting = isSuccessor(removed) && replaced !== undefined;
  return isWaiting && own !== undefined && rank(own) >= rank(strengthOf(replaced));
}

const recoveryCode = 'RECOVERY_CODE';

/**
 * Whether an authenticator app may be enrolled beside a verified one, to replace it when its hold ends. Permitted once
 * after a recovery code, if the tenant has a hold configured (ruling 41).
 */
export function maySucceed(action: OpenAction, method: string): boolean {
  const { tenant, token, verified, nowMs } = action;
  const own = verified.filter((row) => row.verificationMethod === method);
  return (
    manifestOf(method)?.isSucceeded === true &&
    token.isRecovered === true &&
    tenant.settings.recoveredFactorHoldHours > 0 &&
    own.length === 1 &&
    own.every((row) => !isHeld(row, nowMs)) &&
    hasScope(action, 'add:authenticators') &&
    !hasScope(action, 'update:authenticators')
  );
}

/** Whether `permit` throws no refusal, to know before something is requested. */
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
  /**
   * What made the proof: an authenticator that the user has, or one that is being enrolled, which proves the user only
   * if it is their first. A browser may register a passkey by itself, with no user present: that proves nothing.
   */
  readonly by: 'authenticator' | 'registration' | 'unattended registration';
  /**
   * Set if the authenticator is held, with the method that it was added under; null for one of the user's own
   * authenticators.
   */
  readonly held?: { readonly method: string | null } | undefined;
}

/**
 * A proof as it counts: one by a held authenticator no higher than the proof that the authenticator was added under
 * (ruling 41).
 */
export function countedProof<Given extends Pick<ProofStrength, 'assurance'>>(
  proof: Given,
  authenticator: AuthenticatorRow | undefined,
  nowMs: number,
): Given & Pick<ProofStrength, 'held'> {
  if (authenticator === undefined || !isHeld(authenticator, nowMs)) return proof;
  const assurance = countedAssurance(authenticator, proof.assurance, nowMs);
  return { ...proof, assurance, held: { method: authenticator.heldMethod } };
}

/**
 * Whether a proof satisfies the action's demand. If its authenticator is held, the method that this was added under has
 * to satisfy the demand too.
 */
export function satisfiesDemand(
  { demand }: Pick<OpenAction, 'demand'>,
  { method, assurance, held }: Omit<ProofStrength, 'by'>,
): boolean {
  if (typeof held?.method === 'string' && !satisfies(demand, { method: held.method, assurance })) return false;
  return satisfies(demand, { method, assurance });
}

/** A registration proves the user only if it is their first authenticator (ruling 17) and they are present. */
export function provesUser(action: OpenAction, { by }: Pick<ProofStrength, 'by'>): boolean {
  switch (by) {
    case 'authenticator':
      return true;
    case 'registration':
      return isFirstEnrolment(action);
    case 'unattended registration':
      return false;
  }
}

/** What a proof earns for an action. A proof by a held authenticator earns nothing (rulings 17 and 41). */
export function earnedBy(action: OpenAction, proof: ProofStrength): Earned {
  const isRecovered = proof.method === recoveryCode;
  const isOfUser = !isRecovered && proof.held === undefined && provesUser(action, proof);
  const proven = isOfUser ? proof.assurance : undefined;
  const scope = earnedScopes(action, { proven, isRecovered }).join(' ');
  const earned = { scope, proven, isRecovered, answered: union(action.token.scope, scope), atMs: action.nowMs };
  return earnedNow(action, earned);
}

/** What has been earned, as far as it counts: nothing while the action is in review (ruling 42). */
export function earnedNow(action: Pick<OpenAction, 'row'>, earned: Earned): Earned {
  return isInReview(action) ? { ...nothingEarned({ scope: '' }), atMs: earned.atMs } : earned;
}

/** How strong an authenticator is: a key by its best ceremony so far, any other by its method (ruling 10). */
function strengthOf(authenticator: {
  readonly verificationMethod: string;
  readonly bestAssurance: string | null;
}): Assurance {
  const { bestAssurance: best, verificationMethod: method } = authenticator;
  if (best === null) return assuranceOf(method);
  // An unreadable value counts as the strongest, so that a weaker proof cannot change the authenticator (I5).
  return assurances.find((assurance) => assurance === best) ?? 'high';
}

function rank(assurance: Assurance): number {
  return assurances.indexOf(assurance);
}
