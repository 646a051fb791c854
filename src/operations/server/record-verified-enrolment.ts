import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import { contactOf, haveSameContact, withContact } from '../../core/authenticators/contact.ts';
import type { ContactColumns } from '../../core/authenticators/contact.ts';
import { isHeld, unheld } from '../../core/authenticators/hold.ts';
import type { Method, Enrolment as VerifiedEnrolment } from '../../methods/method.ts';
import { completeEnrolment, enrolmentRemarks } from '../../proving/complete-enrolment.ts';
import type { CompletedEnrolment, Enrolment } from '../../proving/complete-enrolment.ts';
import { authenticatorGuesses } from '../../proving/guess-subject.ts';
import { settleFactors } from '../../proving/settle-factors.ts';
import { digestsEqual } from '../../runtime/crypto.ts';
import { liftHold, loadCredentialOwner, recordAuthenticator } from '../../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { forgetFailures } from '../../storage/queries/guess-budgets.ts';
import { replaceRecoveryCodes } from '../../storage/queries/recovery-codes.ts';
import { lockOrCreateUser, recordUser } from '../../storage/queries/users.ts';
import type { UserRow } from '../../storage/queries/users.ts';
import { isUniqueViolation } from '../../storage/sql.ts';
import type { Sql } from '../../storage/sql.ts';
import { authenticatorSecretPlace } from '../authenticator-secret-place.ts';
import type { newRecoveryCodes } from '../new-recovery-codes.ts';
import type { Context, KeyRequest } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { refuseReservedUserId } from './refuse-reserved-user-id.ts';

/** What a backend has verified by itself, as its method has read it. */
interface GivenEnrolment {
  readonly userId: string;
  readonly method: Method;
  readonly enrolment: VerifiedEnrolment;
  readonly isDefault: boolean | undefined;
  /** Stored if this is the user's first authenticator. */
  readonly recoveryCodes: Awaited<ReturnType<typeof newRecoveryCodes>> | undefined;
}

/**
 * Stores what a backend enrols for a user, who is created where there is none, and tells whom it concerns, in one
 * transaction of its own.
 * @throws {Refusal} `conflict` where the credential is another user's
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
    await refuseReservedUserId(sql, tenantId, userId);
    const known = await lockOrCreateUser(sql, tenantId, userId, nowMs);
    const { user, authenticators: existing } = await settleFactors(sql, context, tenantId, known);
    await refuseForeignCredential(sql, tenantId, userId, enrolment);
    const same = existing.find(
      (row) => row.verification_method === method.verificationMethod && row.slot === enrolment.slot,
    );
    const isKept = isUnchanged(context, tenantId, same, enrolment);
    const verified = existing.filter((row) => !isPending(row));
    const { authenticator, defaultId, remarks } = isKept
      ? await keep(sql, tenantId, user, await respell(sql, tenantId, same, enrolment), isDefault, nowMs)
      : await enrol(sql, context, tenantId, user, verified, {
          authenticator: rowOf(context, tenantId, userId, method, enrolment, same, nowMs),
          place: 'own',
          isDefault,
        });
    // The backend vouches for it: failures at it are forgotten; by a mere repeat only those that have disabled a contact.
    if (contactOf(authenticator) !== undefined || (same !== undefined && !isKept)) {
      const guesses = authenticatorGuesses(tenant, userId, authenticator);
      await forgetFailures(sql, guesses, { onlyIfDisabled: isKept, nowMs });
    }
    const isCodeSetStored = verified.length === 0 && recoveryCodes !== undefined;
    if (isCodeSetStored) await replaceRecoveryCodes(sql, tenantId, userId, { ...recoveryCodes, nowMs });
    await recordAudit(sql, context, route, request, userId, {
      authenticatorId: authenticator.authenticator_id,
      verificationMethod: method.verificationMethod,
      ...remarks,
      recoveryCodes: isCodeSetStored,
    });
    return { authenticator, defaultId, isCodeSetStored };
  });
  return enrolled.catch((error: unknown) => {
    // Two users raced for one credential; the unique index let one of them in.
    throw isUniqueViolation(error) ? foreignCredential() : error;
  });
}

/** Half enrolled by the client API: it is nothing yet. */
export function isPending({ verified_at }: AuthenticatorRow): boolean {
  return verified_at === null;
}

/** As it is stored, with what the audit log is told. */
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

/** What a repeat of the enrolment does with the authenticator that stands there: it is held no more, and may be the default. */
async function keep(
  sql: Sql,
  tenantId: string,
  user: UserRow,
  authenticator: AuthenticatorRow,
  isDefault: boolean | undefined,
  nowMs: number,
): Promise<Enrolled> {
  const defaultId = isDefault === true ? authenticator.authenticator_id : user.default_authenticator_id;
  const after = { ...withContact(user, contactOf(authenticator)), default_authenticator_id: defaultId };
  await recordUser(sql, tenantId, after, nowMs);
  const isLifted = isHeld(authenticator, nowMs);
  if (isLifted) await liftHold(sql, tenantId, authenticator);
  const now = isLifted ? { ...authenticator, ...unheld } : authenticator;
  return { authenticator: now, defaultId, remarks: { enrolled: false, ...(isLifted ? { isHoldLifted: true } : {}) } };
}

/** A repeat may spell the contact in another way: it is kept as it was sent last. */
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
  return { email: email ?? null, phone_number: phoneNumber ?? null };
}

async function refuseForeignCredential(
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
 * Whether the user has just this already: then it stays as it is, with the steps that it has used up, and nobody is told
 * again. SDKs repeat a call whose answer was lost (F05).
 */
function isUnchanged(
  { seal }: Context,
  tenantId: string,
  same: AuthenticatorRow | undefined,
  enrolment: VerifiedEnrolment,
): same is AuthenticatorRow {
  if (same === undefined || isPending(same)) return false;
  // A credential never changes its key: enrolling it again, with whatever key, gives the one that is stored.
  if (enrolment.credentialId !== undefined) return true;
  const { state, secret } = enrolment;
  if (!haveSameContact(same, columnsOf(enrolment))) return false;
  if (Object.entries(state).some(([name, value]) => same.state[name] !== value)) return false;
  if (secret === undefined || same.secret_sealed === null) return secret === undefined && same.secret_sealed === null;
  return digestsEqual(seal.open(same.secret_sealed, authenticatorSecretPlace(tenantId, same.authenticator_id)), secret);
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
  const authenticatorId = same?.authenticator_id ?? runtime.ids.uuid();
  return {
    user_id: userId,
    authenticator_id: authenticatorId,
    verification_method: method.verificationMethod,
    slot: enrolment.slot,
    ...columnsOf(enrolment),
    credential_id: enrolment.credentialId ?? null,
    state: enrolment.state,
    secret_sealed:
      enrolment.secret === undefined
        ? null
        : seal.seal(enrolment.secret, authenticatorSecretPlace(tenantId, authenticatorId)),
    counter: enrolment.counter ?? null,
    best_assurance: null,
    created_at: same?.created_at ?? nowMs,
    verified_at: nowMs,
    last_verified_at: same?.last_verified_at ?? null,
    ...unheld,
  };
}
