/** Worry: a person asks what is known of them, and is told too little, or somebody else's, or a secret. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportedTables } from '../../src/storage/queries/exports.ts';
import { declaredStatements, sqlTime, statement } from '../../src/storage/sql.ts';
import { recordReports } from '../../src/telling/record-report.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url);

const seed = 'GEZDGNBVGY3TQOJQ';
const canaries = [
  'canary-mail@example.com',
  '+6427555000',
  'canary-name',
  'canary-reason',
  'canary-display',
  '203.0.113.99',
  'canary-agent',
  'canary-device',
  'canary-custom',
  'canary-redirect',
];

/** Has data about people, and is not exported, because: */
const notExported: Readonly<Record<string, string>> = {
  action_keys: 'idempotencyKey of the action',
  actions: 'a part of actions_by_month',
  actions_default: 'a part of actions_by_month',
  departed_users: 'of users who are gone',
  deliveries: 'what became of an event, which is exported',
  departures: 'of users who are gone',
  operator_identities: 'of operators, who are no users of the tenant',
  tally_series: 'of nobody: what rules count',
  guess_tries: 'only times of guesses, under an HMAC',
};

/** Columns of exported tables that an export leaves out, by why. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  'names whose it is': ['tenant_id', 'user_id', 'owner_id', 'own_id', 'user_epoch', 'subject', 'user_name'],
  'secret, or only to compare': [
    'number_name',
    'address_name',
    'secret_sealed',
    'salt',
    'code_hash',
    'code_hmac',
    'proof_hmac',
    'token_digest',
    'link_digest',
    'page_digest',
    'cookie_hash',
    'cookie_generation',
    'cookie_rotated_at',
    'generation',
    'earlier_rotated_at',
    'lease_id',
    'held_assurance',
    'held_method',
  ],
  'who of the operators': [
    'reviews.taken_by',
    'reviews.first_by',
    'reviews.decided_by',
    'asked_by',
    'approved_by',
    'ended_by',
  ],
  'how the server goes about it': [
    'is_tracked',
    'is_own',
    'is_trusted',
    'redirect_to_settings',
    'lease_until',
    'proof_earned',
    'proof_method',
    'proofs',
    'challenges.authenticator_id',
    'code_length',
    'codes_made',
    'provider_message_id',
    'mark_id',
    'purpose',
    'out_until',
    'resend_of',
    'scope',
    'send_number',
    'spent_at',
    'challenges.state',
    'challenges.tries',
    'failures_beside',
    'recent_tries',
    'events.empty_by',
    'last_error',
    'next_try_at',
  ],
  'another form of what is exported': [
    'email_normal',
    'sent_ip_address',
    'is_place_unknown',
    'address_party',
    'device_party',
  ],
};

const helpStatement = statement<never>(
  'export_test_help',
  `insert into helps (tenant_id, help_id, user_id, state, reason, email, asked_by, asked_at, expires_at)
   values ($1, $2, $3, 'waiting', 'canary-reason', 'canary-mail@example.com', $2, $4, $4)`,
);

const columnsStatement = statement<{ tableName: string; columnName: string }>(
  'export_test_columns',
  `select c.relname::text as table_name, a.attname::text as column_name from pg_attribute a join pg_class c on c.oid = a.attrelid
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
   order by 1, 2`,
);

describe.each(databaseKinds)('the export of a person, on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind, { outboundAllow: ['127.0.0.1:9'] });
  });
  afterAll(() => app.close());

  interface Item {
    readonly table: string;
    readonly row: Readonly<Record<string, unknown>>;
  }
  async function exported(userId: string, key = app.tenant.managementKey) {
    const reply = await app.call('GET', `/v1/management/users/${userId}/export`, { key });
    return { status: reply.status, text: reply.text, items: reply.body as readonly Item[] };
  }

  async function createPerson(userId: string): Promise<{ readonly recoveryCodes: readonly string[] }> {
    const user = `/v1/users/${userId}`;
    const endpoint = { url: 'http://127.0.0.1:9/', eventTypes: ['authenticator.created'] };
    const key = app.tenant.managementKey;
    const asked = await app.call('POST', '/v1/management/event-endpoints', { key, body: endpoint });
    expect(asked.status, asked.text).toBe(200);
    const tracked = await app.call('POST', `${user}/actions/pay`, {
      body: {
        email: 'canary-mail@example.com',
        phoneNumber: '+6427555000',
        username: 'canary-name',
        ipAddress: '203.0.113.99',
        userAgent: 'canary-agent/1',
        deviceId: 'canary-device',
        redirectUrl: 'https://example.com/canary-redirect',
        custom: { note: 'canary-custom' },
      },
    });
    expect(tracked.status, tracked.text).toBe(200);
    const pay = `${user}/actions/pay/${String(tracked.body.idempotencyKey)}`;
    await app.call('PATCH', pay, { body: { state: 'REVIEW_REQUIRED' } });
    await app.call('PATCH', user, { body: { displayName: 'canary-display' } });
    const enrolled = await app.call('POST', `${user}/authenticators`, {
      body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri: `otpauth://totp/x?secret=${seed}${seed}` },
    });
    await app.call('POST', `${user}/authenticators`, {
      body: { verificationMethod: 'EMAIL_OTP', email: 'canary-mail@example.com' },
    });
    // Told by mail to the address.
    await app.call('POST', `${user}/authenticators`, {
      body: { verificationMethod: 'SMS', phoneNumber: '+6427555000' },
    });
    const { token } = (await app.call('POST', `${user}/actions/signIn`, { body: { idempotencyKey: 'k' } })).body;
    await app.call('POST', '/v1/client/challenge/email-otp', { token, body: {} });
    await app.call('POST', '/v1/client/verify/email-otp', { token, body: { verificationCode: '000000' } });
    await app.call('POST', '/v1/management/authenticator-configurations/sms', {
      key,
      body: { smsCountryCodes: ['NZ'] },
    });
    const text = {
      verificationMethod: 'SMS',
      action: 'signIn',
      idempotencyKey: 'k',
      userId,
      phoneNumber: '+6421234567',
    };
    expect((await app.call('POST', '/v1/challenge', { body: text })).status).toBe(200);
    const now = sqlTime(app.runtime.clock.now());
    await app.db.query(helpStatement, [app.tenant.tenantId, randomUUID(), userId, now]);
    // They answered STOP.
    const tenant = app.app.context.published.tenant(app.tenant.tenantId);
    if (tenant === undefined) throw new Error('There is no tenant.');
    const stop = { fate: 'stopped', contact: '+6427555000', happenedAtMs: app.runtime.clock.now() } as const;
    const parts = [{ reportId: randomUUID(), reports: [stop] }];
    await recordReports(app.app.context.forTenant(tenant.tenantId), tenant, { provider: 'TWILIO', parts });
    await app.call('PATCH', `${user}/actions/signIn/k`, { body: { state: 'CHALLENGE_SUCCEEDED' } });
    await app.call('POST', '/v1/sessions', { body: { token, clientId: app.tenant.tenantId } });
    return enrolled.body as { recoveryCodes: string[] };
  }

  test('N49: has everything about the person, table by table, times as text, and no secret', async () => {
    const { recoveryCodes } = await createPerson('ann');
    await createPerson('ben');
    const { status, text, items } = await exported('ann');
    expect(status, text).toBe(200);
    for (const canary of canaries) expect(text, canary).toContain(canary);
    const present = new Set(items.map(({ table }) => table));
    expect([...present]).toEqual(exportedTables);
    for (const secret of [...recoveryCodes, seed, 'codeHash', 'cookieHash', 'hmac', 'sealed']) {
      expect(text.toLowerCase().includes(secret.toLowerCase()), secret).toBe(false);
    }
    const rowsOf = (table: string) => items.filter((item) => item.table === table).map(({ row }) => row);
    expect(rowsOf('users')).toMatchObject([
      {
        userId: 'ann',
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        emailVerified: expect.anything() as boolean,
      },
    ]);
    expect(rowsOf('devices')).toMatchObject([{ deviceId: 'canary-device' }]);
    expect(rowsOf('actions_by_month').map((row) => row['actionCode'])).toEqual(['pay', 'signIn']);
    expect(rowsOf('recovery_codes')).toHaveLength(10);
    expect(rowsOf('guess_budgets')).toMatchObject([{ verificationMethod: 'EMAIL_OTP', failuresSinceReset: 1 }]);
    expect(rowsOf('contact_marks')).toMatchObject([{ because: 'stopped' }]);
    expect(text).not.toContain('"ben"');
  });

  test('a person of whom nothing is known, of another tenant, or deleted, is not found', async () => {
    await createPerson('cat');
    const { managementKey } = await app.createTenant('Another');
    expect([(await exported('nobody')).status, (await exported('cat', managementKey)).status]).toEqual([404, 404]);
    await app.call('DELETE', '/v1/users/cat');
    expect((await exported('cat')).status).toBe(404);
    // The audit log still names the id: that was another person.
    await app.runtime.advance(1_000);
    await app.call('PATCH', '/v1/users/cat', { body: { displayName: 'A new one' } });
    const again = await exported('cat');
    expect(again.items.map(({ table }) => table)).toEqual(['users', 'audit_events']);
    for (const canary of canaries) expect(again.text).not.toContain(canary);
  });

  test('a long history is exported whole, a batch at a time', async () => {
    await createPerson('dan');
    await app.db.script(
      `insert into actions_by_month (tenant_id, user_id, action_code, idempotency_key, action_id, state, created_at, updated_at,
         state_updated_at, decision, owner_id)
       select tenant_id, user_id, 'old', 'old-' || n, md5(n::text)::uuid, 'ALLOW', created_at, created_at, created_at, decision,
         owner_id
       from actions_by_month, generate_series(1, 450) n where user_id = 'dan' and action_code = 'pay'`,
    );
    const { items } = await exported('dan');
    const keys = items.flatMap(({ table, row }) => (table === 'actions_by_month' ? [row['idempotencyKey']] : []));
    expect([keys.length, new Set(keys).size]).toEqual([452, 452]);
  });

  test('of the audit log, other people’s events are not looked through', async () => {
    const text = declaredStatements().get('export_audit_events') ?? '';
    const planned = await app.db.query(
      statement<{ 'QUERY PLAN': unknown }>(
        'export_test_plan',
        `explain (format json) ${text.replaceAll('$1', `'${app.tenant.tenantId}'`).replaceAll('$2', "'ann'").replaceAll('$3', 'null')}`,
      ),
      [],
    );
    expect(JSON.stringify(planned)).toContain('audit_events_by_user');
  });

  test('no table with data about people is forgotten, and no column of one', async () => {
    await createPerson('eve');
    const columns = await app.db.query(columnsStatement, []);
    const tablesOfPeople = columns
      .filter(({ columnName }) => ['user_id', 'owner_id', 'subject'].includes(columnName))
      .map(({ tableName }) => tableName)
      .filter((name) => !/^actions_\d{4}_\d{2}$/.test(name));
    const known = new Set<string>([...exportedTables, ...Object.keys(notExported)]);
    expect([...new Set(tablesOfPeople)].filter((name) => !known.has(name))).toEqual([]);
    const omitted = Object.values(leftOut).flat();
    const missing = columns.flatMap(({ tableName, columnName }) => {
      const text = declaredStatements().get(`export_${tableName}`);
      const isTold =
        text === undefined || new RegExp(String.raw`\b${columnName}\b`).test(text.replace(/ from .*/s, ''));
      const isOmitted = omitted.includes(columnName) || omitted.includes(`${tableName}.${columnName}`);
      return isTold || isOmitted ? [] : [`${tableName}.${columnName}`];
    });
    expect(missing).toEqual([]);
  });
});
