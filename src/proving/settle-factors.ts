import { isDueSuccessor, unheld, withoutSuperseded } from '../core/authenticators/hold.ts';
import { isVerified } from '../core/is-verified.ts';
import type { Context } from '../calls/context.ts';
import { loadAuthenticators } from '../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { lockUser } from '../storage/queries/users.ts';
import type { UserRow } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import { completeEnrolment } from './complete-enrolment.ts';

/** A locked user, and all of their authenticators, oldest first. */
export interface Factors {
  readonly user: UserRow;
  readonly authenticators: readonly AuthenticatorRow[];
}

/** Locks a user and reads their authenticators, as {@link settleFactors} does. Undefined if there is no such user. */
export async function holdFactors(
  sql: Sql,
  context: Pick<Context, 'runtime'>,
  tenantId: string,
  userId: string,
): Promise<Factors | undefined> {
  const user = await lockUser(sql, tenantId, userId);
  return user === undefined ? undefined : settleFactors(sql, context, tenantId, user);
}

/**
 * The authenticators of a locked user. A successor whose hold has ended takes its place first, with everything that
 * follows a replacement. So every change finds it there, whether or not the job has run (ruling 41).
 */
export async function settleFactors(
  sql: Sql,
  context: Pick<Context, 'runtime'>,
  tenantId: string,
  user: UserRow,
): Promise<Factors> {
  const nowMs = context.runtime.clock.now();
  const authenticators = await loadAuthenticators(sql, tenantId, user.userId);
  const due = authenticators.find((row) => isDueSuccessor(row, nowMs));
  if (due === undefined) return { user, authenticators };
  const others = authenticators.filter((row) => isVerified(row) && row !== due);
  const { defaultId } = await completeEnrolment(sql, context, tenantId, user, others, {
    authenticator: { ...due, ...unheld },
    place: 'waited for',
  });
  const after = { ...user, defaultAuthenticatorId: defaultId, removedLastAuthenticator: false };
  return { user: after, authenticators: withoutSuperseded(authenticators, nowMs) };
}
