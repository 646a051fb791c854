import { methods } from '../../methods/registry.ts';
import {
  loadAuthenticators,
  moveAuthenticatorContacts,
  recordAuthenticator,
} from '../../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import type { CodeChallenge } from '../../storage/queries/challenges.ts';
import { lockOrCreateUser, recordUser } from '../../storage/queries/users.ts';
import type { Sql } from '../../storage/sql.ts';
import type { Context } from '../operation.ts';
import { queueNotice } from '../queue-notice.ts';

/**
 * What a proven contact means for its user: it becomes the user's own if they had none, counts as verified if it is
 * theirs, and is enrolled or replaces an enrolled one as far as the backend asked for that (ruling 17). Gives the
 * authenticator that was proven, if there is one.
 */
export async function proveContact(
  sql: Sql,
  context: Context,
  tenantId: string,
  userId: string,
  challenge: CodeChallenge,
): Promise<AuthenticatorRow | undefined> {
  const { email, verification_method: method } = challenge;
  if (email === null) return undefined;
  const { runtime } = context;
  const nowMs = runtime.clock.now();
  const user = await lockOrCreateUser(sql, tenantId, userId, nowMs);
  // What somebody has left half enrolled by the client API neither counts nor is proven here.
  const authenticators = (await loadAuthenticators(sql, tenantId, userId)).filter((row) => row.verified_at !== null);
  const own = authenticators.find((row) => row.verification_method === method);
  const scopes = challenge.scope.split(' ');
  const mayEnrol = authenticators.length === 0 || (own === undefined && scopes.includes('add:authenticators'));
  const mayMove = own !== undefined && own.email !== email && scopes.includes('update:authenticators');

  let proven = own !== undefined && own.email === email ? own : undefined;
  if (mayEnrol || mayMove) {
    const notice = { type: 'authenticator-added', verificationMethod: method } as const;
    await queueNotice(sql, context, { tenantId }, userId, notice);
  }
  if (mayEnrol) {
    proven = await recordAuthenticator(sql, tenantId, newAuthenticator(runtime.ids.uuid(), userId, challenge, nowMs));
  }
  if (mayMove) {
    const emailMethods = [...methods.values()].filter(({ contact }) => contact === 'email');
    await moveAuthenticatorContacts(sql, tenantId, userId, {
      methods: emailMethods.map(({ verificationMethod }) => verificationMethod),
      email,
    });
    proven = own;
  }
  const isTheirs = user.email === null || user.email === email || mayMove;
  const isFirst = authenticators.length === 0 && proven !== undefined;
  await recordUser(
    sql,
    tenantId,
    {
      ...user,
      ...(isTheirs ? { email, email_verified: true } : {}),
      ...(isFirst && proven !== undefined ? { default_authenticator_id: proven.authenticator_id } : {}),
    },
    nowMs,
  );
  return proven;
}

function newAuthenticator(
  authenticatorId: string,
  userId: string,
  { email, verification_method }: CodeChallenge,
  nowMs: number,
): AuthenticatorRow {
  return {
    user_id: userId,
    authenticator_id: authenticatorId,
    verification_method,
    slot: '',
    email,
    phone_number: null,
    credential_id: null,
    state: {},
    secret_sealed: null,
    counter: null,
    best_assurance: null,
    created_at: nowMs,
    verified_at: nowMs,
    last_verified_at: nowMs,
  };
}
