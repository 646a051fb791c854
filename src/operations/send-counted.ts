import type { Tenant } from '../storage/published.ts';
import { deleteRefusedSend, recordSendTaken } from '../storage/queries/sent-challenges.ts';
import { giveBackMessages } from '../storage/queries/sent-messages.ts';
import type { CountedMessages } from '../storage/queries/sent-messages.ts';
import { lockUser } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import { DatabaseUnavailable } from '../storage/sql.ts';
import type { Context } from './operation.ts';
import { isNotSent, isRefusedByServer } from './send-mail.ts';

/** A message that was counted and stored, and is about to be sent. */
export interface CountedSend {
  /** The challenge in whose row it stands. */
  readonly challengeId: string;
  /** Whom it is sent to, where that is known: held while it is written what became of it. */
  readonly userId: string | undefined;
  /** What it was counted as. */
  readonly messages: CountedMessages;
  /** What else is to be written once it was taken or refused, with that. */
  afterwards?(sql: Sql): Promise<void>;
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
    await (isNotSent(error) ? takeBack(context, tenant, counted, error) : close(context, tenant, counted));
    throw error;
  }
  await close(context, tenant, counted);
}

function close(context: Context, tenant: Tenant, counted: CountedSend): Promise<void> {
  return note(context, tenant, counted, (sql) =>
    recordSendTaken(sql, tenant.tenantId, counted.challengeId, context.runtime.clock.now()),
  );
}

function takeBack(context: Context, tenant: Tenant, counted: CountedSend, error: unknown): Promise<void> {
  const { messageIds, asRefused } = counted.messages;
  // A server that is away tells nobody anything of a mailbox, and is nobody's fault.
  const messages = { messageIds, asRefused: isRefusedByServer(error) ? asRefused : [] };
  return note(context, tenant, counted, async (sql) => {
    await deleteRefusedSend(sql, tenant.tenantId, counted.challengeId);
    await giveBackMessages(sql, tenant.tenantId, messages);
  });
}

/** What became of it is known, whether or not it can be written down now: then it counts as taken a little later. */
async function note(
  { db, warn }: Context,
  { tenantId }: Tenant,
  { userId, afterwards }: CountedSend,
  write: (sql: Sql) => Promise<void>,
): Promise<void> {
  const noted = db.transaction(async (sql) => {
    // Before their challenges, as wherever both are held.
    if (userId !== undefined) await lockUser(sql, tenantId, userId);
    await write(sql);
    await afterwards?.(sql);
  });
  await noted.catch((error: unknown) => {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    warn(error);
  });
}
