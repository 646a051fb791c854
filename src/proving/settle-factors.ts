import { isDueSuccessor, unheld, withoutSuperseded } from '../core/authenticators/hold.ts';
import type { Context } from '../operations/operation.ts';
import { loadAuthenticators } from '../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { lockUser } from '../storage/queries/users.ts';
import type { UserRow } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import { completeEnrolment } from './complete-enrolment.ts';

/** A user who is held, and all of their authenticators, oldest first. */
export interface Factors {
  readonly user: UserRow;
  readonly authenticators: readonly AuthenticatorRow[];
}

/** Holds a user and reads their authenticators, as {@link settleFactors} does. Undefined if there is no such user. */
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
 * The authenticators of a user who is held. A successor whose time has come takes its place first, with all that follows a
 * replacement: whoever changes what a user has finds it so, whether or not the job has been here (ruling 41).
 */
export async function settleFactors(
  sql: Sql,
  context: Pick<Context, 'runtime'>,
  tenantId: string,
  user: UserRow,
): Promise<Factors> {
  const nowMs = context.runtime.clock.now();
  const authenticators = await loadAuthenticators(sql, tenantId, user.user_id);
  const due = authenticators.find((row) => isDueSuccessor(row, nowMs));
  if (due === undefined) return { user, authenticators };
  const others = authenticators.filter((row) => row.verified_at !== null && row !== due);
  const { defaultId } = await completeEnrolment(sql, context, tenantId, user, others, {
    authenticator: { ...due, ...unheld },
    place: 'waited for',
  });
  const after = { ...user, default_authenticator_id: defaultId, removed_last_authenticator: false };
  return { user: after, authenticators: withoutSuperseded(authenticators, nowMs) };
}
