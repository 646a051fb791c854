import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { isVerified } from '../core/is-verified.ts';
import { contactOf, haveSameContact, withContact } from '../core/authenticators/contact.ts';
import type { ContactColumns } from '../core/authenticators/contact.ts';
import { isHeld, unheld } from '../core/authenticators/hold.ts';
import type { Method, Enrolment as VerifiedEnrolment } from '../methods/method.ts';
import { completeEnrolment, enrolmentRemarks } from './complete-enrolment.ts';
import type { CompletedEnrolment, Enrolment } from './complete-enrolment.ts';
import { authenticatorGuesses } from '../counting/guess-subject.ts';
import { settleFactors } from './settle-factors.ts';
import { digestsEqual } from '../runtime/crypto.ts';
import { liftHold, loadCredentialOwner, recordAuthenticator } from '../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { forgetFailures } from '../storage/queries/guess-budgets.ts';
import { replaceRecoveryCodes } from '../storage/queries/recovery-codes.ts';
import { lockOrCreateUser, recordUser } from '../storage/queries/users.ts';
import type { UserRow } from '../storage/queries/users.ts';
import { isUniqueViolation } from '../storage/sql.ts';
import type { Sql } from '../storage/sql.ts';
import { authenticatorSecretPlace } from '../calls/authenticator-secret-place.ts';
import type { newRecoveryCodes } from './new-recovery-codes.ts';
import type { Context } from '../calls/context.ts';
import type { KeyRequest } from '../calls/request.ts';
import { recordAudit } from '../calls/record-audit.ts';
import { tellAuthenticatorChanges } from '../telling/tell-authenticator-changes.ts';
import { requireUsableUserId } from '../deciding/require-usable-user-id.ts';

/** What a backend has verified itself, as its method has read it. */
interface GivenEnrolment {
  readonly userId: string;
  readonly method: Method;
  readonly enrolment: VerifiedEnrolment;
  readonly isDefault: boolean | undefined;
  /** Stored if this is the user's first authenticator. */
  readonly recoveryCodes: Awaited<ReturnType<typeof newRecoveryCodes>> | undefined;
}

/**
 * Stores what a backend enrols for a user and notifies the user, in its own transaction. Creates the user if there is
 * none.
 * @throws {Refusal} `conflict` if the credential is another user's
 */
export async function recordVerifiedEnrolment<R extends Route>(
  context: Context,
  route: R,
  request: KeyRequest<R>,
  given: GivenEnrolment,
): Promise<CompletedEnrolment & { readonly isCodeSetStored: boolean }> {
  const { userId, method, enrolment, isDefault, recoveryCodes } = given;
  const { tenant } = request.caller;
  const { tenantId } = tenant;
  const nowMs = context.runtime.clock.now();
  const enrolled = context.db.transaction(async (sql) => {
    await requireUsableUserId(sql, tenantId, userId);
    const known = await lockOrCreateUser(sql, tenantId, userId, { ownId: context.runtime.ids.uuid(), nowMs });
    const { user, authenticators: existing } = await settleFactors(sql, context, tenantId, known);
    await requireOwnCredential(sql, tenantId, userId, enrolment);
    const same = existing.find(
      (row) => row.verificationMethod === method.verificationMethod && row.slot === enrolment.slot,
    );
    const isKept = isUnchanged(context, tenantId, same, enrolment);
    const verified = existing.filter(isVerified);
    const { authenticator, defaultId, remarks } = isKept
      ? await keep(sql, tenantId, user, await respell(sql, tenantId, same, enrolment), isDefault, nowMs)
      : await enrol(sql, context, tenantId, user, verified, {
          authenticator: rowOf(context, tenantId, userId, method, enrolment, same, nowMs),
          place: 'own',
          isDefault,
        });
    // Otherwise completing the enrolment has told it.
    if (isKept) await tellAuthenticatorChanges(sql, context, tenantId, userId, verified);
    // The backend vouches for it, so its failures are cleared. A mere repeat clears only those that have disabled a
    // contact.
    if (contactOf(authenticator) !== undefined || (same !== undefined && !isKept)) {
      const guesses = authenticatorGuesses(tenant, userId, authenticator);
      await forgetFailures(sql, guesses, { onlyIfDisabled: isKept, nowMs });
    }
    const isCodeSetStored = verified.length === 0 && recoveryCodes !== undefined;
    if (isCodeSetStored) await replaceRecoveryCodes(sql, tenantId, userId, { ...recoveryCodes, nowMs });
    await recordAudit(sql, context, route, request, userId, {
      authenticatorId: authenticator.authenticatorId,
      verificationMethod: method.verificationMethod,
      ...remarks,
      recoveryCodes: isCodeSetStored,
    });
    return { authenticator, defaultId, isCodeSetStored };
  });
  return enrolled.catch((error: unknown) => {
    // Two users raced for one credential; the unique index accepted one of them.
    throw isUniqueViolation(error) ? foreignCredential() : error;
  });
}

/** As it is stored, with what the audit event says about it. */
interface Enrolled extends CompletedEnrolment {
  readonly remarks: Readonly<Record<string, unknown>>;
}

async function enrol(
  sql: Sql,
  context: Context,
  tenantId: string,
  user: UserRow,
  verified: readonly AuthenticatorRow[],
  enrolment: Enrolment,
): Promise<Enrolled> {
  const completed = await completeEnrolment(sql, context, tenantId, user, verified, enrolment);
  return { ...completed, remarks: enrolmentRemarks(verified, enrolment) };
}

/** Repeats an enrolment: the hold of the existing authenticator ends, and it may become the default. */
async function keep(
  sql: Sql,
  tenantId: string,
  user: UserRow,
  authenticator: AuthenticatorRow,
  isDefault: boolean | undefined,
  nowMs: number,
): Promise<Enrolled> {
  const defaultId = isDefault === true ? authenticator.authenticatorId : user.defaultAuthenticatorId;
  const after = { ...withContact(user, contactOf(authenticator)), defaultAuthenticatorId: defaultId };
  await recordUser(sql, tenantId, after, nowMs);
  const isLifted = isHeld(authenticator, nowMs);
  if (isLifted) await liftHold(sql, tenantId, authenticator);
  const now = isLifted ? { ...authenticator, ...unheld } : authenticator;
  return { authenticator: now, defaultId, remarks: { enrolled: false, ...(isLifted ? { isHoldLifted: true } : {}) } };
}

/** A repeat may spell the contact differently: the latest spelling is stored. */
async function respell(
  sql: Sql,
  tenantId: string,
  authenticator: AuthenticatorRow,
  enrolment: VerifiedEnrolment,
): Promise<AuthenticatorRow> {
  const { email } = columnsOf(enrolment);
  return email === authenticator.email
    ? authenticator
    : recordAuthenticator(sql, tenantId, { ...authenticator, email });
}

function columnsOf({ email, phoneNumber }: VerifiedEnrolment): ContactColumns {
  return { email: email ?? null, phoneNumber: phoneNumber ?? null };
}

async function requireOwnCredential(
  sql: Sql,
  tenantId: string,
  userId: string,
  { credentialId }: VerifiedEnrolment,
): Promise<void> {
  if (credentialId === undefined) return;
  const owner = await loadCredentialOwner(sql, tenantId, credentialId);
  if (owner !== undefined && owner !== userId) {
    throw foreignCredential();
  }
}

function foreignCredential(): Refusal {
  return new Refusal('conflict', 'Credential already exists for a different user.');
}

/**
 * Whether the user already has exactly this authenticator. It then stays as it is, with the time steps that it has used
 * up, and the user is not notified again. SDKs repeat a call whose response was lost (F05).
 */
function isUnchanged(
  { seal }: Context,
  tenantId: string,
  same: AuthenticatorRow | undefined,
  enrolment: VerifiedEnrolment,
): same is AuthenticatorRow {
  if (same === undefined || !isVerified(same)) return false;
  // A credential never changes its key: enrolling it again, with any key, returns the stored one.
  if (enrolment.credentialId !== undefined) return true;
  const { state, secret } = enrolment;
  if (!haveSameContact(same, columnsOf(enrolment))) return false;
  if (Object.entries(state).some(([name, value]) => same.state[name] !== value)) return false;
  if (secret === undefined || same.secretSealed === null) return secret === undefined && same.secretSealed === null;
  return digestsEqual(seal.open(same.secretSealed, authenticatorSecretPlace(tenantId, same.authenticatorId)), secret);
}

function rowOf(
  { runtime, seal }: Context,
  tenantId: string,
  userId: string,
  method: Method,
  enrolment: VerifiedEnrolment,
  same: AuthenticatorRow | undefined,
  nowMs: number,
): AuthenticatorRow {
  const authenticatorId = same?.authenticatorId ?? runtime.ids.uuid();
  return {
    userId,
    authenticatorId,
    verificationMethod: method.verificationMethod,
    slot: enrolment.slot,
    ...columnsOf(enrolment),
    credentialId: enrolment.credentialId ?? null,
    state: enrolment.state,
    secretSealed:
      enrolment.secret === undefined
        ? null
        : seal.seal(enrolment.secret, authenticatorSecretPlace(tenantId, authenticatorId)),
    counter: enrolment.counter ?? null,
    bestAssurance: null,
    createdAt: same?.createdAt ?? nowMs,
    verifiedAt: nowMs,
    lastVerifiedAt: same?.lastVerifiedAt ?? null,
    ...unheld,
  };
}
