import type { Tenant } from '../storage/published.ts';
import { deleteRefusedSend, recordSendTaken } from '../storage/queries/sent-challenges.ts';
import { giveBackMessages } from '../storage/queries/sent-messages.ts';
import type { Sql } from '../storage/sql.ts';
import { DatabaseUnavailable } from '../storage/sql.ts';
import type { Context } from './operation.ts';
import { isNotSent } from './send-mail.ts';

/** A message that was counted and stored, and is about to be sent. */
export interface CountedSend {
  /** The challenge in whose row it stands. */
  readonly challengeId: string;
  /** What it was counted as. */
  readonly messageIds: readonly string[];
  /** What else is to be done once it was taken, or refused. */
  ifTaken?(sql: Sql): Promise<void>;
  ifRefused?(sql: Sql): Promise<void>;
}

/**
 * How long a send is out at most, in milliseconds: longer than any provider is waited for. One that nobody has heard of since,
 * because the server that made it is gone, counts as taken.
 */
export const sendMsMax = 10_000;

/**
 * Sends, outside any transaction and once: on doubt nothing is sent a second time (F19). What is refused for certain is as if
 * it had never been asked for; on doubt it was taken, and what was sent before it ends (ruling 44).
 * @throws what `send` does
 */
export async function sendCounted(
  context: Context,
  tenant: Tenant,
  counted: CountedSend,
  send: () => Promise<void>,
): Promise<void> {
  try {
    await send();
  } catch (error) {
    await (isNotSent(error) ? takeBack(context, tenant, counted) : close(context, tenant, counted));
    throw error;
  }
  await close(context, tenant, counted);
}

function close(context: Context, { tenantId }: Tenant, { challengeId, ifTaken }: CountedSend): Promise<void> {
  return note(context, async (sql) => {
    await recordSendTaken(sql, tenantId, challengeId, context.runtime.clock.now());
    await ifTaken?.(sql);
  });
}

function takeBack(
  context: Context,
  { tenantId }: Tenant,
  { challengeId, messageIds, ifRefused }: CountedSend,
): Promise<void> {
  return note(context, async (sql) => {
    await deleteRefusedSend(sql, tenantId, challengeId);
    await giveBackMessages(sql, tenantId, messageIds);
    await ifRefused?.(sql);
  });
}

/** What became of it is known, whether or not it can be written down now: then it counts as taken a little later. */
async function note({ db, warn }: Context, write: (sql: Sql) => Promise<void>): Promise<void> {
  await db.transaction(write).catch((error: unknown) => {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    warn(error);
  });
}
