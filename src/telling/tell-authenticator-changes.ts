import { isVerified } from '../core/is-verified.ts';
import { authenticatorEventTypes } from '../core/events/event-types.ts';
import type { EventData } from '../core/events/envelope.ts';
import { loadVerifiedAuthenticators } from '../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { isAskedFor, recordEvent } from '../storage/queries/events.ts';
import type { Sql } from '../storage/sql.ts';
import type { Context } from '../calls/context.ts';
import { wireTime } from '../views/wire-values.ts';

/**
 * Records an event for each authenticator of a user that is new, different or gone, after a change in a transaction that
 * has locked the user. `before` has the user's authenticators as they were; those that were not verified do not count.
 */
export async function tellAuthenticatorChanges(
  sql: Sql,
  { runtime }: Pick<Context, 'runtime'>,
  tenantId: string,
  userId: string,
  before: readonly AuthenticatorRow[],
): Promise<void> {
  if (!(await isAskedFor(sql, tenantId, authenticatorEventTypes))) return;
  const nowMs = runtime.clock.now();
  const after = await loadVerifiedAuthenticators(sql, tenantId, userId);
  const earlier = before.filter(isVerified);
  const earlierOf = (row: AuthenticatorRow) => earlier.find((one) => one.authenticatorId === row.authenticatorId);
  const tell = (type: (typeof authenticatorEventTypes)[number], data: EventData) =>
    recordEvent(sql, runtime, { tenantId, type, userId, data });
  for (const row of earlier) {
    if (after.some((one) => one.authenticatorId === row.authenticatorId)) continue;
    const { createdAt } = row;
    await tell('authenticator.deleted', { ...told(row), createdAt: wireTime(createdAt), deletedAt: wireTime(nowMs) });
  }
  for (const row of after) {
    const previous = earlierOf(row);
    if (previous === undefined) {
      const publicKey = textOf(row.state['publicKey']);
      const createdAt = wireTime(row.createdAt);
      await tell('authenticator.created', { ...told(row), createdAt, credentialPublicKey: publicKey });
    } else if (look(previous) !== look(row)) {
      const previousSmsChannel = textOf(row.state['previousSmsChannel']);
      await tell('authenticator.updated', { ...told(row), updatedAt: wireTime(nowMs), previousSmsChannel });
    }
  }
}

function told(row: AuthenticatorRow): EventData {
  return {
    userId: row.userId,
    userAuthenticatorId: row.authenticatorId,
    verificationMethod: row.verificationMethod,
    email: row.email ?? undefined,
    phoneNumber: row.phoneNumber ?? undefined,
    credentialId: row.credentialId ?? undefined,
    aaguid: textOf(row.state['aaguid']),
    credentialName: row.credentialId === null ? undefined : nameOf(row),
  };
}

/** What can change of an authenticator without being a proof. */
function look(row: AuthenticatorRow): string {
  const { email, phoneNumber, slot, verifiedAt, heldUntil: untilMs } = row;
  return JSON.stringify([email, phoneNumber, slot, verifiedAt, untilMs, nameOf(row)]);
}

function nameOf({ state }: AuthenticatorRow): string | undefined {
  return textOf(state['displayName']) ?? textOf(state['name']);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
