import type { Tenant } from '../storage/published.ts';
import { deleteRefusedSend, recordSendTaken } from '../storage/queries/challenges/sends.ts';
import { giveBackMessages } from '../storage/queries/sent-messages.ts';
import type { CountedMessages } from '../storage/queries/sent-messages.ts';
import { lockUser } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import { DatabaseUnavailable } from '../storage/sql.ts';
import type { Context } from '../calls/context.ts';
import { logChallenge } from '../calls/log-challenge.ts';
import type { LoggedChallenge } from '../calls/log-challenge.ts';
import { isNotSent, isRefusedByProvider } from './hand-over.ts';
import type { SentBy } from './hand-over.ts';

/** A message that was counted and stored, and is about to be sent. */
export interface CountedSend {
  /** The challenge whose row stores it. */
  readonly challengeId: string;
  /** The user it is sent to, if known; locked while the result is written. */
  readonly userId: string | undefined;
  /** What it was counted as. */
  readonly messages: CountedMessages;
  readonly logged: LoggedChallenge;
  /** Further writes in the same transaction, once the message was taken or refused. */
  afterwards?(sql: Sql): Promise<void>;
}

/**
 * How long a send is out at most, in milliseconds: longer than the timeout of any provider. A send without a result by
 * then, because its node has stopped, counts as taken.
 */
export const sendMsMax = 10_000;

/**
 * Sends once, outside any transaction: in doubt, nothing is sent a second time (F19). A message that was certainly
 * refused counts as never requested. In doubt it counts as taken, and ends what was sent before it (ruling 44).
 * @throws what `send` does
 */
export async function sendCounted(
  context: Context,
  tenant: Tenant,
  counted: CountedSend,
  send: () => Promise<SentBy>,
): Promise<void> {
  let sentBy: SentBy;
  try {
    sentBy = await send();
  } catch (error) {
    await (isNotSent(error) ? takeBack(context, tenant, counted, error) : close(context, tenant, counted));
    throw error;
  }
  await close(context, tenant, counted, sentBy);
}

function close(context: Context, tenant: Tenant, counted: CountedSend, sentBy?: SentBy): Promise<void> {
  return note(context, tenant, counted, async (sql) => {
    await recordSendTaken(sql, tenant.tenantId, counted.challengeId, context.runtime.clock.now(), sentBy);
    await logChallenge(sql, context, tenant, 'sent', { ...counted.logged, provider: sentBy?.provider });
  });
}

function takeBack(context: Context, tenant: Tenant, counted: CountedSend, error: unknown): Promise<void> {
  const { messageIds, asRefused } = counted.messages;
  // An unreachable server reveals nothing about a mailbox, and is not the sender's fault.
  const messages = { messageIds, asRefused: isRefusedByProvider(error) ? asRefused : [] };
  return note(context, tenant, counted, async (sql) => {
    await deleteRefusedSend(sql, tenant.tenantId, counted.challengeId);
    await giveBackMessages(sql, tenant.tenantId, messages);
    const description = error instanceof Error ? error.message : undefined;
    await logChallenge(sql, context, tenant, 'not sent', counted.logged, description);
  });
}

/** Writes the result. If the database is unavailable, the message counts as taken a little later. */
async function note(
  { db, warn }: Context,
  { tenantId }: Tenant,
  { userId, afterwards }: CountedSend,
  write: (sql: Sql) => Promise<void>,
): Promise<void> {
  const noted = db.transaction(async (sql) => {
    // The user is locked before their challenges, as everywhere that locks both.
    if (userId !== undefined) await lockUser(sql, tenantId, userId);
    await write(sql);
    await afterwards?.(sql);
  });
  await noted.catch((error: unknown) => {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    warn(error);
  });
}
