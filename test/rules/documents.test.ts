/** Worry: one tenant's lists fill the memory and disk of all, or past decisions can no longer be explained. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { purgeDocumentsBeyond } from '../../src/jobs/purge-documents.ts';
import { publishRuleSets } from '../../src/configuring/publish-rule-sets.ts';
import { sha256 } from '../../src/runtime/crypto.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestTenant } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { manage } from '../management/manage.ts';

const databaseKinds = databasesOf(import.meta.url);

const minuteMs = 60_000;
// A document that no rule set names is kept for ten minutes; a job looks for such documents once a minute.
const untilCompressedMs = 12 * minuteMs;

const keptStatement = statement<{ documents: number; deflated: number; bytes: number; named: number; lost: number }>(
  'documents_test_kept',
  `select count(*)::int as documents, count(d.deflated)::int as deflated, coalesce(sum(d.kept_bytes), 0)::int as bytes,
     (select count(*)::int from named_documents where tenant_id = $1) as named,
     (select count(*)::int from named_documents n where n.tenant_id = $1 and not exists (
        select from published_documents k where k.tenant_id = n.tenant_id and k.hash = n.hash)) as lost
   from published_documents d where d.tenant_id = $1`,
);

/** Rules that block users who are in one of the lists. */
const blocking = (...aliases: readonly string[]) => ({
  name: 'Listed',
  isActive: true,
  priority: 0,
  type: 'BLOCK',
  conditions: { or: aliases.map((alias) => ({ in: [{ var: 'user.userId' }, { var: `lists.${alias}` }] })) },
});

describe.each(databaseKinds)('published documents, on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind, { managementRateLimit: 100_000 });
  });
  afterAll(() => app.close());

  function query<Row>(text: string, values: readonly (string | number)[]): Promise<Row[]> {
    return app.db.query(statement<Row>(`documents_test_${sha256(text).toString('hex').slice(0, 12)}`, text), values);
  }

  async function newTenant() {
    const tenant = await app.createTenant('Lists');
    const ask = manage(app, tenant);
    async function put(method: string, path: string, body?: unknown): Promise<void> {
      const reply = await ask(method, path, body);
      expect(reply.status, reply.text).toBe(200);
    }
    async function call(method: string, path: string, body?: unknown) {
      const reply = await app.call(method, path, { key: tenant.secretKey, ...(body === undefined ? {} : { body }) });
      expect(reply.status, reply.text).toBe(200);
      return reply.body;
    }
    return {
      tenant,
      ask,
      put,
      async keeps() {
        const [row] = await app.db.query(keptStatement, [tenant.tenantId]);
        if (row === undefined) throw new Error('A count is always one row.');
        return row;
      },
      newList: (name: string, valueListItems: readonly string[]) =>
        put('POST', '/value-lists', { name, itemType: 'string', isActive: true, valueListItems }),
      async newAction(actionCode: string, ...aliases: readonly string[]) {
        await put('POST', '/action-configurations', { actionCode, defaultUserActionResult: 'ALLOW' });
        await put('POST', `/action-configurations/${actionCode}/rules`, blocking(...aliases));
      },
      track: async (userId: string, actionCode: string, idempotencyKey = 'k') =>
        (await call('POST', `/v1/users/${userId}/actions/${actionCode}`, { idempotencyKey })).state as string,
      explain: (userId: string, actionCode: string, idempotencyKey = 'k') =>
        call('GET', `/v1/users/${userId}/actions/${actionCode}/${idempotencyKey}/explain`),
      published: () => app.app.context.published.tenant(tenant.tenantId),
    };
  }

  const purge = (bytesMax: number, db: Database = app.db) =>
    purgeDocumentsBeyond({ db, runtime: app.runtime }, bytesMax);

  test('ruling 52: a list is stored once, however many actions name it, and a change writes only what it affects', async () => {
    const { keeps, newList, newAction, put, published } = await newTenant();
    const items = Array.from({ length: 1_000 }, (_, index) => `${'somebody-with-a-long-name '.repeat(2)}${index}`);
    const listBytes = JSON.stringify(items).length + 10 * items.length;
    const ruleSetBytes = 2_000;
    const aliases = ['one', 'two', 'three'];
    const actionCodes = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const alias of aliases) {
      await newList(
        alias,
        items.map((item) => `${alias} ${item}`),
      );
    }
    await newList('unnamed', ['x']);
    for (const code of actionCodes) await newAction(code, ...aliases);
    const first = await keeps();
    expect(first).toMatchObject({ named: actionCodes.length + aliases.length, lost: 0 });
    expect(first.bytes).toBeLessThan(aliases.length * listBytes + first.documents * ruleSetBytes);
    const inMemory = (code: string, alias: string) => published()?.actions.get(code)?.compiled.lists.get(alias);
    const before = inMemory('a', 'two');
    expect(before).toHaveLength(items.length);
    for (const code of actionCodes) expect(inMemory(code, 'two')).toBe(before);

    await put('PATCH', '/value-lists/one', { valueListItems: items });
    const second = await keeps();
    expect(second.documents - first.documents).toBe(actionCodes.length + 1);
    expect(second.bytes - first.bytes).toBeLessThan(listBytes + actionCodes.length * ruleSetBytes);
    expect(inMemory('f', 'one')).toBe(inMemory('a', 'one'));
    expect(inMemory('f', 'two'), 'what did not change is not read again').toBe(before);

    await put('PATCH', '/value-lists/one', { name: 'Uno' });
    await put('PATCH', '/value-lists/unnamed', { valueListItems: ['y'] });
    await put('PATCH', '/theme', { primaryColor: '#121282' });
    expect(await keeps()).toEqual(second);
    await put('POST', '/action-configurations/b/rules', { ...blocking('two'), priority: 1 });
    expect((await keeps()).documents - second.documents).toBe(1);
  });

  test('ruling 52: a document that no rule set names is compressed, and decisions are explained with the lists of their time', async () => {
    const { keeps, newList, newAction, put, track, explain } = await newTenant();
    const items = ['mallory', ...Array.from({ length: 500 }, (_, index) => `user-number-${index}`)];
    await newList('bad', items);
    await newAction('pay', 'bad');
    expect(await track('mallory', 'pay')).toBe('BLOCK');
    const explained = await explain('mallory', 'pay');
    expect(explained.isReproduced).toBe(true);
    await put('PATCH', '/value-lists/bad', { valueListItems: ['alice'] });
    await put('DELETE', '/value-lists/bad');
    await put('DELETE', '/action-configurations/pay');
    expect(await explain('mallory', 'pay')).toEqual(explained);
    const plain = await keeps();
    expect(plain.deflated).toBe(0);
    await app.runtime.advance(untilCompressedMs);
    const compressed = await keeps();
    expect(compressed).toMatchObject({ documents: plain.documents, deflated: plain.documents, named: 0 });
    expect(compressed.bytes).toBeLessThan(plain.bytes / 2);
    expect(await explain('mallory', 'pay')).toEqual(explained);

    // Named again, they are stored uncompressed again, and stay so.
    await newList('bad', items);
    await put('POST', '/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'ALLOW' });
    await put('POST', '/action-configurations/pay/rules', { ...blocking('bad'), priority: 1 });
    expect(await track('mallory', 'pay', 'later')).toBe('BLOCK');
    await app.runtime.advance(untilCompressedMs);
    const again = await keeps();
    expect(again).toMatchObject({ named: 2, lost: 0, deflated: again.documents - 2 });
  });

  test('ruling 52: over the limit the oldest are deleted, current ones stay, and one that is named again is restored', async () => {
    const { tenant, keeps, newList, newAction, put, track, explain } = await newTenant();
    await newList('bad', ['mallory']);
    await newAction('pay', 'bad');
    for (const userId of ['mallory', 'bob', 'carol', 'dora']) {
      await put('PATCH', '/value-lists/bad', { valueListItems: [userId] });
      expect(await track(userId, 'pay')).toBe('BLOCK');
    }
    const reproduced = async () => {
      const answers: (boolean | null)[] = [];
      for (const userId of ['mallory', 'bob', 'carol', 'dora']) {
        const { isReproduced, ruleSet } = await explain(userId, 'pay');
        expect(ruleSet.isKept).toBe(isReproduced !== null);
        answers.push(isReproduced);
      }
      return answers;
    };
    await purge((await keeps()).bytes);
    expect(await reproduced(), 'nothing is over the limit').toEqual([true, true, true, true]);
    // Room for what was replaced last: a rule set and its list.
    const [latest] = await query<{ bytes: number }>(
      `select sum(kept_bytes)::int as bytes from (
         select kept_bytes, rank() over (order by last_named_at desc) as place from published_documents d
         where tenant_id = $1 and not exists (
           select from named_documents n where n.tenant_id = d.tenant_id and n.hash = d.hash)
       ) old where place = 1`,
      [tenant.tenantId],
    );
    await purge(latest?.bytes ?? 0);
    expect(await reproduced()).toEqual([null, null, true, true]);
    const gone = await explain('mallory', 'pay');
    expect(gone).toMatchObject({
      outcome: 'BLOCK',
      source: 'rule',
      facts: [{ path: 'user.userId', value: 'mallory' }],
    });
    expect(gone.words).toContain(
      'The rule set that decided it is not kept any more, so it is told as it was recorded.',
    );

    await put('PATCH', '/value-lists/bad', { valueListItems: ['mallory'] });
    expect(await reproduced()).toEqual([true, null, true, true]);
    expect(await track('mallory', 'pay', 'later')).toBe('BLOCK');
    expect(await track('dora', 'pay', 'later')).toBe('ALLOW');
  });

  test('ruling 52: the next run finishes what was interrupted', async () => {
    const { keeps, newList, newAction, put } = await newTenant();
    // Those of earlier tests are then no longer affected.
    await app.runtime.advance(untilCompressedMs);
    await newList('bad', ['mallory']);
    await newAction('pay', 'bad');
    for (let count = 0; count < 6; count += 1) {
      await put('PATCH', '/value-lists/bad', { valueListItems: [`user-${count}`] });
    }
    await app.runtime.advance(9 * minuteMs);
    let statementsLeft = 3;
    const dying: Database = Object.assign(Object.create(app.db) as Database, {
      query: (...asked: Parameters<Database['query']>) => {
        statementsLeft -= 1;
        if (statementsLeft < 0) throw new Error('killed');
        return app.db.query(...asked);
      },
    });
    app.runtime.moveTo(app.runtime.clock.now() + 2 * minuteMs);
    await expect(purge(0, dying)).rejects.toThrow('killed');
    const half = await keeps();
    expect(half.deflated).toBeGreaterThan(0);
    expect(half.deflated).toBeLessThan(half.documents - half.named);
    await purge(0);
    expect(await keeps()).toMatchObject({ documents: 2, named: 2, lost: 0 });
  });

  test('F23: if a list is missing or altered, the last valid rules stay in use; without them nothing is allowed', async () => {
    const { tenant, newList, newAction, put, track } = await newTenant();
    await newList('good', ['alice']);
    await newAction('pay', 'good');
    await put('PATCH', '/value-lists/good', { valueListItems: ['alice', 'bob'] });
    await query(
      `update published_documents set document = '["mallory"]' where tenant_id = $1 and document like '["alice", "bob"%'
       returning hash`,
      [tenant.tenantId],
    );
    await put('PATCH', '/value-lists/good', { name: 'Still good' });
    expect(await track('bob', 'pay')).toBe('BLOCK');
    const restarted = await testApp(kind, { db: app.db, seed: 'restarted' });
    const reply = await restarted.call('POST', '/v1/users/alice/actions/pay', { key: tenant.secretKey, body: {} });
    expect(reply.body.state, 'a node that never had a good one').toBe('BLOCK');
    expect(restarted.logText()).toContain('cannot be read');
  });

  test('ruling 52: rule sets of the previous release, which contain their lists, are published again at startup', async () => {
    const { tenant, newList, newAction, track, explain } = await newTenant();
    await newList('bad', ['mallory']);
    await newAction('pay', 'bad');
    const [action] = await query<{ document: string }>(
      `select document from published_documents d join action_configurations a
         on a.tenant_id = d.tenant_id and a.rule_set_hash = d.hash where d.tenant_id = $1`,
      [tenant.tenantId],
    );
    const { descriptions, ruleSet, ...more } = JSON.parse(action?.document ?? '');
    const { listHashes: _hashes, ...rest } = ruleSet;
    const old = JSON.stringify({ ...more, descriptions, ruleSet: { ...rest, lists: { bad: ['mallory'] } } });
    const oldHash = sha256(old).toString('hex');
    await query(
      `with written as (
         insert into published_documents (tenant_id, hash, document, published_at) values ($1, $2, $3, '2025-01-01Z')
       )
       update action_configurations set rule_set_hash = $2 where tenant_id = $1 returning 1`,
      [tenant.tenantId, oldHash, old],
    );
    await query(`update tenants set config_version = nextval('config_versions') where tenant_id = $1 returning 1`, [
      tenant.tenantId,
    ]);
    await app.app.context.published.refresh();
    expect(await track('mallory', 'pay'), 'it is read as it is').toBe('BLOCK');
    const explained = await explain('mallory', 'pay');
    expect(explained.ruleSet.hash).toBe(oldHash);

    const upgraded = await testApp(kind, { db: app.db, seed: 'upgraded' });
    const published = upgraded.app.context.published.tenant(tenant.tenantId)?.actions.get('pay');
    expect(published?.hash).not.toBe(oldHash);
    expect(Object.keys(published?.listHashes ?? {})).toEqual(['bad']);
    const key = tenant.secretKey;
    const track2 = (userId: string) => upgraded.call('POST', `/v1/users/${userId}/actions/pay`, { key, body: {} });
    expect((await track2('mallory')).body.state).toBe('BLOCK');
    expect((await track2('alice')).body.state).toBe('ALLOW');
    await app.app.context.published.refresh();
    expect(await explain('mallory', 'pay'), 'what it decided stays explained').toEqual(explained);
  });

  test('ruling 52: documents of live rules have 64 MiB; more is refused before it is written, and reducing is always permitted', async () => {
    const { tenant, ask, put, keeps } = await newTenant();
    const big = (count: number) => Array.from({ length: count }, (_, index) => `big-${index + 1}`);
    // Lists of a mebibyte each, created without a request, one by one: no statement may take long.
    for (const alias of big(65)) {
      await query(
        `insert into value_lists (tenant_id, alias, name, item_type, is_active, items, created_at, updated_at)
         values ($1, $2, $2, 'string', true, jsonb_build_array($2::text, repeat('x', 1048576)), '2025-01-01Z', '2025-01-01Z')
         returning 1`,
        [tenant.tenantId, alias],
      );
    }
    await put('POST', '/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'ALLOW' });
    const before = await keeps();
    const path = '/action-configurations/pay/rules';
    const refused = await ask('POST', path, blocking(...big(64)));
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_request']);
    expect(refused.body.errorDescription).toMatch(/may have 64 MiB together, and would have 64\.1 MiB/);
    expect(await keeps()).toEqual(before);
    await put('POST', path, blocking('big-1', 'big-2'));
    expect((await keeps()).named).toBe(3);

    const dryRun = (aliases: readonly string[]) =>
      ask('POST', `${path}/evaluate`, { rules: [blocking(...aliases)], facts: {} });
    expect((await dryRun(big(17))).status, 'two of them are in memory').toBe(200);
    const tooMuch = await dryRun(big(18));
    expect([tooMuch.status, tooMuch.body.error]).toEqual([400, 'invalid_request']);
    expect(tooMuch.body.errorDescription).toContain('16 MiB');

    // A tenant that exceeds the limit in another way may reduce its lists.
    const publish = (bytesBefore: number) =>
      app.db.transaction(async (sql) => {
        await sql.query(
          statement(
            'documents_test_name_all',
            `update rules set conditions = (select json_build_object('or', json_agg(json_build_object('var', 'lists.' || alias)))
               from value_lists where tenant_id = $1) where tenant_id = $1 returning 1`,
          ),
          [tenant.tenantId],
        );
        await publishRuleSets(sql, app.app.context, tenant.tenantId, ['pay'], bytesBefore, {
          actor: { kind: 'system', id: 'test' },
          reason: null,
          askedBy: null,
        });
        throw new Error('undone');
      });
    await expect(publish(65 * 1024 ** 2)).rejects.toThrow('64 MiB');
    await expect(publish(66 * 1024 ** 2)).rejects.toThrow('undone');
  });

  test('ruling 52: 200 value lists, streamed one by one', async () => {
    const { tenant, ask, newList, put } = await newTenant();
    await query(
      `insert into value_lists (tenant_id, alias, name, item_type, is_active, items, created_at, updated_at)
       select $1::uuid, 'list-' || n, 'List ' || n, 'string', true, '["x"]', '2025-01-01Z', '2025-01-01Z'
       from generate_series(1, 199) n returning 1`,
      [tenant.tenantId],
    );
    await newList('Last', ['x']);
    const body = { name: 'One more', itemType: 'string', isActive: true };
    const refused = await ask('POST', '/value-lists', body);
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_request']);
    expect(refused.body.errorDescription).toBe('A tenant may have 200 value lists, and has them already.');
    expect((await ask('POST', '/value-lists', { ...body, name: 'Last' })).status).toBe(409);
    const listed = await ask('GET', '/value-lists');
    expect(listed.body).toHaveLength(200);
    expect(listed.headers['content-length'], 'the list is never assembled as a whole').toBeUndefined();
    await put('DELETE', '/value-lists/last');
    await put('POST', '/value-lists', body);
  });

  const configurations = ({ tenantId }: TestTenant, count: number) =>
    query(
      `insert into action_configurations (tenant_id, action_code, default_result, created_at)
       select $1::uuid, 'code-' || n, 'ALLOW', '2025-01-01Z' from generate_series(1, $2::integer) n returning 1`,
      [tenantId, count],
    );

  test('ruling 52: 1,000 action configurations, not counting archived ones', async () => {
    const { tenant, ask, put } = await newTenant();
    await configurations(tenant, 999);
    const create = (actionCode: string) => ({ actionCode, defaultUserActionResult: 'ALLOW' });
    await put('POST', '/action-configurations', create('last'));
    const refused = await ask('POST', '/action-configurations', create('one-more'));
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_request']);
    expect(refused.body.errorDescription).toMatch(/1,000 action configurations/);
    expect((await ask('GET', '/action-configurations/one-more')).status).toBe(404);
    expect((await ask('POST', '/action-configurations', create('last'))).status).toBe(409);
    await put('PATCH', '/action-configurations/last', { defaultUserActionResult: 'BLOCK' });
    await put('DELETE', '/action-configurations/last');
    await put('POST', '/action-configurations', create('one-more'));
    expect((await ask('POST', '/action-configurations', create('last'))).status, 'back from the archive').toBe(400);
  });

  test('ruling 52: tracking creates at most 900 of them; after that new codes are decided without one, and the operator is told', async () => {
    const { tenant, ask, put, track } = await newTenant();
    await configurations(tenant, 899);
    await put('PATCH', '/tenant', { newActionResult: 'REVIEW' });
    const isThere = async (code: string) => (await ask('GET', `/action-configurations/${code}`)).status === 200;
    const told = () =>
      app
        .logText()
        .split('\n')
        .filter((line) => line.includes('so tracking makes no more')).length;
    expect(await track('alice', 'the-last')).toBe('REVIEW_REQUIRED');
    expect(await isThere('the-last')).toBe(true);
    const before = told();
    for (const code of ['too-many', 'too-many', 'another']) {
      expect(await track(`user-of-${code}-${told()}`, code)).toBe('REVIEW_REQUIRED');
      expect(await isThere(code)).toBe(false);
    }
    expect(told() - before, 'once a minute').toBe(1);
    await put('DELETE', '/action-configurations/the-last');
    expect(await track('bob', 'too-many')).toBe('REVIEW_REQUIRED');
    expect(await isThere('too-many')).toBe(true);
    // Archived codes stay archived, whatever is tracked, and operators may have more.
    expect(await track('bob', 'the-last')).toBe('REVIEW_REQUIRED');
    expect(await isThere('the-last')).toBe(false);
    await put('POST', '/action-configurations', { actionCode: 'by-hand', defaultUserActionResult: 'ALLOW' });
  });
});
