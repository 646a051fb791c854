/** Worry: a plan that was made while a table was empty scans all of it for each row once there is work to do. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from 'pg';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { createTenant } from '../../src/storage/create-tenant.ts';
import { takeUnlinkedAuditEvents } from '../../src/storage/queries/audit-chain.ts';
import { purgeChallenges } from '../../src/storage/queries/challenges/of-backends.ts';
import { purgeOutbox, takeOutboxRows } from '../../src/storage/queries/outbox.ts';
import { purgeSentMessages } from '../../src/storage/queries/sent-messages.ts';
import { purgeExpiredSessions } from '../../src/storage/queries/sessions.ts';
import { findUserRows, queryUserRows } from '../../src/storage/queries/users.ts';
import { createSeal } from '../../src/storage/seal.ts';
import type { Database } from '../../src/storage/sql.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { virtualRuntime } from '../../src/runtime/virtual-runtime.ts';

const rows = 3_000;
const batch = 500;
const nowMs = Date.parse('2026-06-01T00:00:00Z');
const past = `'2026-01-01Z'::timestamptz + n * interval '1 second'`;
const uuid = `md5(n::text)::uuid`;

let db: Database;
let admin: Client;
let tenantId: string;
beforeAll(async () => {
  const url = await createPostgresDatabase();
  // One connection, so that the cached plan is the one that runs.
  db = openPostgresDatabase({ url, poolSize: 1, random: () => 0.5, onError: () => undefined });
  admin = new Client({ connectionString: url });
  await admin.connect();
  // Rows only: no foreign keys, no triggers.
  await admin.query('set session_replication_role = replica');
  const runtime = virtualRuntime();
  tenantId = runtime.ids.uuid();
  const seal = createSeal([Buffer.alloc(32, 7)], runtime.random);
  await db.transaction((sql) => createTenant(sql, { runtime, seal }, { tenantId, name: 'One' }));
});
afterAll(async () => {
  await admin.end();
  await db.close();
});

const purgeAt = (purge: (db: Database, ms: number, max: number) => Promise<number>) => () => purge(db, nowMs, batch);

test.each<[what: string, table: string, fill: string, run: () => Promise<number>]>([
  [
    'expired challenges',
    'challenges',
    `insert into challenges (tenant_id, challenge_id, verification_method, action_code, idempotency_key, scope, request,
       code_hmac, created_at, expires_at)
     select $1, ${uuid}, 'EMAIL_OTP', 'a', n::text, '', '{}', '\\x00', ${past}, ${past} from generate_series(1, $2::int) n`,
    purgeAt(purgeChallenges),
  ],
  [
    'counted messages',
    'sent_messages',
    `insert into sent_messages (tenant_id, message_id, subject, verification_method, sent_at)
     select $1, ${uuid}, 's', 'EMAIL_OTP', ${past} from generate_series(1, $2::int) n`,
    purgeAt(purgeSentMessages),
  ],
  [
    'expired sessions',
    'sessions',
    `insert into sessions (tenant_id, user_id, session_id, client_id, assurance, action_code, idempotency_key,
       rotated_at, signed_in_at, created_at, expires_at)
     select $1, 'u', ${uuid}, 'c', 'low', 'a', 'k', ${past}, ${past}, ${past}, ${past} from generate_series(1, $2::int) n`,
    purgeAt(purgeExpiredSessions),
  ],
  [
    'settled rows of the outbox',
    'outbox',
    `insert into outbox (tenant_id, event_id, kind, created_at) select $1, ${uuid}, 'settled', ${past}
     from generate_series(1, $2::int) n`,
    purgeAt((sql, ms, max) => purgeOutbox(sql, ms, max, [])),
  ],
  [
    'rows of the outbox that are due',
    'outbox',
    `insert into outbox (tenant_id, event_id, kind, created_at, next_try_at) select $1, ${uuid}, 'due', ${past}, ${past}
     from generate_series(1, $2::int) n`,
    async () => {
      const taking = { kinds: ['due'], nowMs, leasedUntilMs: nowMs + 60_000, max: batch, exceptTenants: [] };
      return (await takeOutboxRows(db, taking)).length;
    },
  ],
  [
    'events that are not linked',
    'audit_unlinked',
    `with made as (
       insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, data)
       select $1, ${uuid}, ${past}, '{}', 'e', '{}' from generate_series(1, $2::int) n returning tenant_id, event_id
     )
     insert into audit_unlinked select tenant_id, event_id from made`,
    async () => (await takeUnlinkedAuditEvents(db, batch)).length,
  ],
])('%s are taken in batches that read each row once', async (_what, table, fill, run) => {
  await admin.query('analyze');
  // Five executions with custom plans; the generic plan that follows is kept.
  for (let n = 0; n < 7; n += 1) await run();
  await admin.query(fill, [tenantId, rows]);

  const before = await rowsRead(table);
  let taken: number;
  let sum = 0;
  do {
    taken = await run();
    sum += taken;
  } while (taken === batch);
  expect(sum).toBe(rows);
  // Each batch may scan all remaining rows once or twice, never once for each row.
  expect((await rowsRead(table)) - before).toBeLessThan((rows / batch) * rows * 4);
});

test('users are found by an address, and by what somebody types, without reading all of them', async () => {
  await admin.query(
    `insert into users (tenant_id, user_id, email, created_at, updated_at)
     select $1, 'user-' || n, 'user' || n || '@example.com', ${past}, ${past} from generate_series(1, $2::int) n`,
    [tenantId, rows],
  );
  await admin.query('analyze users');
  const by = { phoneNumber: undefined, username: undefined, afterUserId: undefined, limit: 10 };
  // More than five, after which one plan is kept for all values.
  for (let n = 1; n <= 8; n += 1) {
    const email = `USER${n}@example.com`;
    const before = await rowsRead('users');
    const asked = await queryUserRows(db, { tenantId, email, ...by });
    const typed = await findUserRows(db, tenantId, { words: email, afterUserId: undefined, limit: 10 });
    expect([asked, typed].map((found) => found.map(({ userId }) => userId))).toEqual([[`user-${n}`], [`user-${n}`]]);
    expect((await rowsRead('users')) - before).toBeLessThan(rows / 10);
  }
});

/** Rows read of a table and of the tables its statement joins, as the server counts them. */
async function rowsRead(table: string): Promise<number> {
  // The counters of an idle session are flushed within a second.
  await db.script('select pg_stat_force_next_flush()');
  const { rows: found } = await admin.query<{ read: string }>(
    `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as read from pg_stat_user_tables
     where relname = any($1)`,
    [[table, 'audit_events']],
  );
  return Number(found[0]?.read ?? 0);
}
