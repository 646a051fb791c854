/** Fills databases as on a server in use: users, their authenticators, their actions. */
import { systemRuntime } from '../src/runtime/system-runtime.ts';
import { createApiKey } from '../src/storage/create-api-key.ts';
import { createTenant } from '../src/storage/create-tenant.ts';
import { createFirstTenant } from '../src/storage/first-tenant.ts';
import { migrate } from '../src/storage/migrate.ts';
import { prepareMonths } from '../src/storage/queries/actions/months.ts';
import { createSeal } from '../src/storage/seal.ts';
import type { Database } from '../src/storage/sql.ts';
import type { testCredentials } from '../test/rig/server-process.ts';
import { userAddressSql } from './user-address.ts';
import { userIdSql } from './user-id.ts';

export type Credentials = ReturnType<typeof testCredentials>;

export const actionCode = 'withdrawFunds';

const ownIdSql = (number: string) => `md5('bench-own-' || (${number}))::uuid`;

/** Migrates, and creates the first tenant with these keys and {@link seedUsers}. */
export async function seedTenant(db: Database, credentials: Credentials, users: number): Promise<void> {
  const runtime = systemRuntime();
  await migrate(db);
  const seal = createSeal([Buffer.from(credentials.SALLYPORT_MASTER_KEY, 'base64')], runtime.random);
  const tenantId = credentials.SALLYPORT_TENANT_ID;
  await createFirstTenant(
    db,
    { runtime, seal },
    {
      tenantId,
      secretKey: credentials.SALLYPORT_SECRET_KEY,
      managementKey: credentials.SALLYPORT_MANAGEMENT_KEY,
    },
  );
  await seedUsers(db, tenantId, users);
}

/** A second tenant with its own keys and users. */
export async function seedOtherTenant(
  db: Database,
  first: Credentials,
  other: Credentials,
  users: number,
): Promise<void> {
  const runtime = systemRuntime();
  const seal = createSeal([Buffer.from(first.SALLYPORT_MASTER_KEY, 'base64')], runtime.random);
  const tenantId = other.SALLYPORT_TENANT_ID;
  await db.transaction(async (sql) => {
    await createTenant(sql, { runtime, seal }, { tenantId, name: 'Other' });
    const keys = { server: other.SALLYPORT_SECRET_KEY, management: other.SALLYPORT_MANAGEMENT_KEY };
    for (const kind of ['server', 'management'] as const) {
      await createApiKey(sql, { runtime, seal }, { tenantId, kind, name: 'first', key: keys[kind] });
    }
  });
  await seedUsers(db, tenantId, users);
}

/** `users` users with one verified authenticator and one device each, and the action that will be tracked. */
async function seedUsers(db: Database, tenantId: string, users: number): Promise<void> {
  const someUsers = `from generate_series(0, ${users - 1}) as n`;
  const madeAt = `timestamptz '2025-01-01T00:00:00Z'`;
  await db.script(`
    insert into action_configurations (tenant_id, action_code, default_result, created_at)
    values ('${tenantId}', '${actionCode}', 'CHALLENGE', ${madeAt});
    insert into users (tenant_id, user_id, own_id, email, email_verified, default_authenticator_id, created_at, updated_at)
    select '${tenantId}', ${userIdSql('n')}, ${ownIdSql('n')}, 'user' || n || '@example.com', true,
      md5('bench-authenticator-' || n)::uuid, ${madeAt}, ${madeAt} ${someUsers};
    insert into authenticators (tenant_id, user_id, authenticator_id, verification_method, slot, email,
      created_at, verified_at)
    select '${tenantId}', ${userIdSql('n')}, md5('bench-authenticator-' || n)::uuid, 'EMAIL_OTP', '',
      'user' || n || '@example.com', ${madeAt}, ${madeAt} ${someUsers};
    insert into devices (tenant_id, user_id, device_id, created_at)
    select '${tenantId}', ${userIdSql('n')}, ${userIdSql('n')}, ${madeAt} ${someUsers};
  `);
  await db.script('vacuum (analyze)');
}

/** A row that the server created itself, of which the others are copies. */
export interface SampleAction {
  readonly userId: string;
  readonly state: string;
  /** The decision record as stored. */
  readonly decision: string;
}

const spreadMs = 30 * 24 * 3_600_000;

/** Adds the actions number `from` to `from + count - 1`, spread over the users and over the 30 days before now. */
export async function seedActions(
  db: Database,
  options: {
    readonly tenantId: string;
    readonly users: number;
    readonly sample: SampleAction;
    readonly from: number;
    readonly count: number;
    /** Of all these actions, in place of each user's own. */
    readonly address?: string;
  },
): Promise<void> {
  const { tenantId, users, sample, from, count, address } = options;
  const nowMs = Date.now();
  await prepareMonths(db, nowMs - spreadMs);
  // As the server makes ids: ordered by time, and the key of an action whose backend sends none.
  await db.script(`
    insert into actions_by_month (tenant_id, user_id, action_code, idempotency_key, action_id, state,
      created_at, updated_at, state_updated_at, redirect_url, ip_address, user_agent, device_id, decision, custom, is_tracked, owner_id)
    select '${tenantId}', user_id, '${actionCode}', action_id::text, action_id, '${sample.state}', made_at, made_at, made_at,
      ${quoted(trackBody.redirectUrl)}, ${address === undefined ? userAddressSql('user_number') : quoted(address)}, ${quoted(trackBody.userAgent)}, user_id,
      replace(${quoted(sample.decision)}, ${quoted(sample.userId)}, user_id)::json,
      ${quoted(JSON.stringify(trackBody.custom))}::json, true, owner_id
    from (
      select user_number, ${userIdSql('user_number')} as user_id, ${ownIdSql('user_number')} as owner_id, made_at,
        (lpad(to_hex((extract(epoch from made_at) * 1000)::bigint), 12, '0') || '7' ||
          substr(md5('bench-action-' || n), 1, 3) || '8' || substr(md5('bench-action-' || n), 4, 15))::uuid as action_id
      -- 7919 is prime, so that every user gets an action before one gets a second. The earliest first, as they are made.
      from generate_series(${from + count - 1}, ${from}, -1) as n, lateral (
        select n::bigint * 7919 % ${users} as user_number,
          timestamptz '${new Date(nowMs).toISOString()}' - (n % ${spreadMs / 1000}) * interval '1 second' as made_at
      ) as drawn
    ) as made;
  `);
}

/** What a backend sends with a withdrawal; the placeholders are filled in for each request. */
export const trackBody = {
  redirectUrl: 'https://app.example.com/withdrawals/return',
  ipAddress: '{address}',
  userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0',
  deviceId: '{userId}',
  custom: { amount: 250, currency: 'NZD', isNewPayee: true },
} as const;

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
