import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trackAction } from '../../src/contract/server/actions.ts';
import type { DecisionRecord } from '../../src/core/actions/decide-action.ts';
import { writeDecisionRecord } from '../../src/core/actions/stored-decision-record.ts';
import { satisfies } from '../../src/core/challenges/satisfies.ts';
import { assurances } from '../../src/core/rules/rule-set.ts';
import { satisfiesDemand } from '../../src/storage/queries/demand.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url);

// Addresses that the bundled data places in different countries.
const german = '91.10.20.30';
const australian = '1.128.0.10';
const korean = '175.45.176.1';
const draft = { name: 'Draft', isActive: true, priority: 0, type: 'REVIEW' };
const undemanding: DecisionRecord = {
  ...{ v: 1, language: 2, outcome: 'CHALLENGE', source: 'default', ruleSet: { version: 0, hash: null } },
  demand: {
    ...{ verificationMethods: null, minimumAssurance: null },
    ...{ defaultVerificationMethod: null, promptToEnrollVerificationMethods: null },
  },
  ...{ matched: [], unknown: [], sources: [] },
  user: { isEnrolled: true, hasUsableAuthenticator: true },
  inputs: { facts: {}, history: {}, exceptions: {} },
};
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

describe.each(databaseKinds)('decisions by rules, on the %s database', (kind) => {
  let app: TestApp;
  let actions = 0;
  beforeAll(async () => {
    app = await testApp(kind, { managementRateLimit: 100_000 });
  });
  afterAll(() => app.close());

  const manage = (method: string, path: string, body?: unknown) =>
    app.call(method, `/v1/management${path}`, { body, key: app.tenant.managementKey });

  /** A fresh action with these rules, so that tests do not see each other's history. */
  async function actionWith(rules: readonly Record<string, unknown>[], action: Record<string, unknown> = {}) {
    const actionCode = `action-${(actions += 1)}`;
    const created = await manage('POST', '/action-configurations', {
      actionCode,
      defaultUserActionResult: 'ALLOW',
      ...action,
    });
    expect(created.status, created.text).toBe(200);
    for (const [priority, rule] of rules.entries()) {
      const reply = await manage('POST', `/action-configurations/${actionCode}/rules`, {
        name: `rule ${priority}`,
        isActive: true,
        priority,
        type: 'CHALLENGE',
        ...rule,
      });
      expect(reply.status, reply.text).toBe(200);
    }
    return actionCode;
  }

  async function track(userId: string, actionCode: string, body: Record<string, unknown> = {}) {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/${actionCode}`, { body });
    expect(reply.status, reply.text).toBe(200);
    return reply.body as {
      state: string;
      idempotencyKey: string;
      ruleIds: string[];
      allowedVerificationMethods: string[];
    };
  }

  const explain = async (userId: string, actionCode: string, key: string) =>
    (await app.call('GET', `/v1/users/${userId}/actions/${actionCode}/${key}/explain`)).body;

  const succeed = (userId: string, actionCode: string, key: string) =>
    app.call('PATCH', `/v1/users/${userId}/actions/${actionCode}/${key}`, { body: { state: 'CHALLENGE_SUCCEEDED' } });

  test('the first matching rule decides, all matches are reported, and the action keeps the rules of that time', async () => {
    const code = await actionWith([
      {
        name: 'High risk',
        description: 'Over ten thousand',
        type: 'REVIEW',
        conditions: { '>': [{ var: 'custom.amount' }, 10000] },
      },
      { name: 'Low risk', conditions: { '>': [{ var: 'custom.amount' }, 1000] } },
    ]);
    const { state, idempotencyKey, ruleIds } = await track('payer', code, { custom: { amount: 15000 } });
    expect(state).toBe('REVIEW_REQUIRED');
    expect(ruleIds).toHaveLength(2);
    const [high] = ruleIds;
    await manage('DELETE', `/action-configurations/${code}/rules/${high}`);
    const read = await app.call('GET', `/v1/users/payer/actions/${code}/${idempotencyKey}`);
    expect(read.body).toMatchObject({
      priorityRuleId: high,
      ruleIds,
      rules: [{ ruleId: high, name: 'High risk', description: 'Over ten thousand' }, { name: 'Low risk' }],
    });
    expect((await track('payer', code, { custom: { amount: 15000 } })).state).toBe('CHALLENGE_REQUIRED');
  });

  test('methods and minimum assurance of the deciding rule are in the response, also when it is repeated', async () => {
    const code = await actionWith([
      { verificationMethods: ['PASSKEY', 'AUTHENTICATOR_APP'], minimumAssurance: 'medium' },
    ]);
    const first = await track('demanding', code, { idempotencyKey: 'k' });
    expect(first.allowedVerificationMethods).toEqual(['PASSKEY', 'AUTHENTICATOR_APP']);
    await manage('PATCH', `/action-configurations/${code}/rules/${first.ruleIds[0]}`, {
      verificationMethods: ['PASSKEY'],
    });
    expect((await track('demanding', code, { idempotencyKey: 'k' })).allowedVerificationMethods).toEqual([
      'PASSKEY',
      'AUTHENTICATOR_APP',
    ]);
    expect((await track('demanding', code)).allowedVerificationMethods).toEqual(['PASSKEY']);
    expect((await explain('demanding', code, 'k')).demand).toMatchObject({ minimumAssurance: 'medium' });
  });

  test('ruling 9: the database checks a proof against a demand as the program does', async () => {
    const judge = statement<{ it: boolean }>(
      'test_satisfies_demand',
      `select ${satisfiesDemand('$1::json', '$2::text', '$3::text')} as it`,
    );
    for (const minimumAssurance of [null, ...assurances, 'from a later release'])
      for (const verificationMethods of [null, [], ['PASSKEY'], ['SMS', 'PASSKEY'], ['SMS']])
        for (const assurance of assurances) {
          const demand = { verificationMethods, minimumAssurance } as Parameters<typeof satisfies>[0];
          const proof = { method: 'PASSKEY', assurance };
          for (const record of [JSON.stringify({ v: 1, demand }), writeDecisionRecord({ ...undemanding, demand })]) {
            const [row] = await app.db.query(judge, [record, 'PASSKEY', assurance]);
            expect(row?.it, JSON.stringify([record, proof])).toBe(satisfies(demand, proof));
          }
        }
    // I5: a part that was lost is not one that demands nothing.
    for (const broken of [
      {},
      { v: 1, demand: {} },
      { v: 2 },
      { v: 2, demand: null },
      { v: 2, demand: [] },
      { v: 3, demand: {} },
    ]) {
      expect(await app.db.query(judge, [JSON.stringify(broken), 'PASSKEY', 'high']), JSON.stringify(broken)).toEqual([
        { it: false },
      ]);
    }
  });

  test('a device is new until the user has verified with it; a request without one counts as new', async () => {
    const code = await actionWith([{ conditions: { '==': [{ var: 'device.isNew' }, true] } }]);
    const first = await track('owner', code, { deviceId: 'phone' });
    expect(first.state).toBe('CHALLENGE_REQUIRED');
    await succeed('owner', code, first.idempotencyKey);
    expect((await track('owner', code, { deviceId: 'phone' })).state).toBe('ALLOW');
    expect((await track('owner', code, { deviceId: 'laptop' })).state).toBe('CHALLENGE_REQUIRED');
    expect((await track('owner', code)).state).toBe('CHALLENGE_REQUIRED');
    expect((await track('somebody-else', code, { deviceId: 'phone' })).state).toBe('CHALLENGE_REQUIRED');
  });

  test('facts from the address: country and network; null without an address', async () => {
    const code = await actionWith([
      { type: 'BLOCK', conditions: { '==': [{ var: 'ip.location.country.countryCode' }, 'AU'] } },
      { type: 'REVIEW', conditions: { '!=': [{ var: 'ip.asn' }, null] } },
    ]);
    expect((await track('traveller', code, { ipAddress: australian })).state).toBe('BLOCK');
    expect((await track('traveller', code, { ipAddress: german })).state).toBe('REVIEW_REQUIRED');
    expect((await track('traveller', code)).state).toBe('ALLOW');
    expect((await track('traveller', code, { ipAddress: '10.0.0.1' })).state, 'a private one has no place').toBe(
      'ALLOW',
    );
    expect((await track('traveller', code, { ipAddress: 'a' })).state, 'A45: garbage is unknown').toBe('BLOCK');
  });

  test.each([
    korean,
    ` ${korean} `,
    `"${korean}"`,
    `${korean}:51234`,
    `"[::ffff:${korean}]:443"`,
    '2002:af2d:b001::1',
    '64:ff9b::af2d:b001',
  ])(
    'ruling 37: %j is blocked by the country, network, list and sanctions of the embedded address',
    async (ipAddress) => {
      const conditions = [
        { '==': [{ var: 'ip.countryCode' }, 'KP'] },
        { '==': [{ var: 'ip.asn' }, 131279] },
        { inCidr: [{ var: 'ip.ipAddress' }, ['175.45.176.0/22']] },
        { '==': [{ var: 'ip.countryCodeInOfacList' }, true] },
      ];
      const code = await actionWith([{ type: 'BLOCK', conditions: { and: conditions } }]);
      const { state, idempotencyKey } = await track('spelt', code, { ipAddress });
      expect(state).toBe('BLOCK');
      expect((await explain('spelt', code, idempotencyKey)).facts[2]).toMatchObject({ value: korean, status: 'known' });
      const listed = await app.call('GET', `/v1/users/spelt/actions?codes=${code}`);
      expect(listed.body[0]).toMatchObject({ ipAddress: ipAddress.trim(), countryCode: 'KP' });
      const past = await manage('POST', `/action-configurations/${code}/rules/evaluate`, {
        rules: [{ ...draft, conditions: { '==': [{ var: 'ip.ipAddress' }, korean] } }],
        pastAction: { userId: 'spelt', idempotencyKey },
      });
      expect(past.body, past.text).toMatchObject({ outcome: 'REVIEW', facts: [{ value: korean }] });
    },
  );

  test('ruling 37: an address that cannot be parsed is unknown, explained as unreadable and logged once a minute', async () => {
    const rule = { type: 'BLOCK', conditions: { '==': [{ var: 'ip.countryCode' }, 'KP'] } };
    const unreadable = `${korean}, 10.0.0.1`;
    const code = await actionWith([rule]);
    const { state, idempotencyKey } = await track('listing', code, { ipAddress: ` ${unreadable} ` });
    expect(state, 'no authenticator of the user would pass a challenge').toBe('BLOCK');
    await app.call('POST', '/v1/users/listing/authenticators', {
      body: { verificationMethod: 'EMAIL_OTP', email: 'listing@example.com' },
    });
    expect((await track('listing', code, { ipAddress: unreadable })).state).toBe('CHALLENGE_REQUIRED');
    const explanation = await explain('listing', code, idempotencyKey);
    expect(explanation).toMatchObject({
      isReproduced: true,
      source: 'unknown',
      facts: [{ path: 'ip.countryCode', value: null, status: 'unreadable' }],
    });
    expect(explanation.words).toContain('What was given as ipAddress is unreadable.');
    const [listed] = (await app.call('GET', `/v1/users/listing/actions?codes=${code}`)).body as object[];
    expect(listed).toMatchObject({ ipAddress: unreadable });
    expect(listed).not.toHaveProperty('countryCode');

    const dry = async (body: object) =>
      (await manage('POST', `/action-configurations/${code}/rules/evaluate`, body)).body as { outcome: string };
    const drafts = [{ ...draft, conditions: { inCidr: [{ var: 'ip.ipAddress' }, ['0.0.0.0/0']] } }];
    const pastAction = { userId: 'listing', idempotencyKey };
    expect(await dry({ rules: drafts, pastAction })).toMatchObject({
      outcome: 'REVIEW',
      facts: [{ status: 'unreadable' }],
    });
    expect(await dry({ rules: drafts, facts: { ip: { ipAddress: unreadable } } })).toMatchObject({
      outcome: 'CHALLENGE',
    });
    expect(await dry({ rules: drafts, facts: { ip: { ipAddress: `${korean}:80` } } })).toMatchObject({
      source: 'rule',
    });

    const warnings = () => app.logText().split('ipAddress cannot be read').length - 1;
    const before = warnings();
    await app.runtime.advance(60_000);
    for (let tried = 0; tried < 3; tried += 1) await track('listing', code, { ipAddress: unreadable });
    expect(warnings() - before, 'the message and the stack of one line').toBe(2);
    expect(app.logText()).not.toContain(unreadable);
  });

  test('ruling 37: counts by an unreadable address are unknown, and so are counts of addresses, countries and sums with unreadable ones', async () => {
    const code = await actionWith([
      { type: 'BLOCK', conditions: { '>': [{ actionCount: ['ip', '*', 60, '*'] }, 100] } },
    ]);
    expect((await track('counted', code, { ipAddress: '203.0.113.5' })).state).toBe('ALLOW');
    expect((await track('counted', code)).state, 'none was sent: 0').toBe('ALLOW');
    const { state, idempotencyKey } = await track('counted', code, { ipAddress: 'unknown' });
    expect(state).toBe('BLOCK');
    expect((await explain('counted', code, idempotencyKey)).history).toMatchObject([{ status: 'unreadable' }]);

    for (const what of ['ip', 'country']) {
      const distinct = await actionWith([
        { type: 'BLOCK', conditions: { '>=': [{ distinctCount: [what, 'user', 60] }, 2] } },
      ]);
      const userId = `distinct-${what}`;
      expect((await track(userId, distinct, { ipAddress: german })).state).toBe('ALLOW');
      await track(userId, distinct, { ipAddress: 'unknown' });
      expect((await track(userId, distinct, { ipAddress: german })).state, what).toBe('BLOCK');
    }

    const sum = await actionWith([
      { type: 'BLOCK', conditions: { '>': [{ customSum: ['amount', 'user', '*', 60] }, 100] } },
    ]);
    for (const amount of ['60', ' 30.5 ', 9.5]) {
      expect((await track('summed', sum, { custom: { amount } })).state).toBe('ALLOW');
    }
    expect((await track('summed', sum, { custom: { amount: '+.5' } })).state, 'at 100').toBe('ALLOW');
    expect((await track('summed', sum, { custom: { amount: null } })).state, 'at 100.5').toBe('BLOCK');
    for (const amount of ['5,000.00', true, [1], {}, '1e3', 'x'.repeat(5000)]) {
      const userId = `summed-${JSON.stringify(amount).length}`;
      expect((await track(userId, sum, { custom: { amount } })).state).toBe('ALLOW');
      expect((await track(userId, sum)).state, JSON.stringify(amount).slice(0, 20)).toBe('BLOCK');
    }
  });

  test('ruling 37: after a verification at an unknown place, travel is unknown until the next one', async () => {
    const code = await actionWith([
      { type: 'BLOCK', conditions: { '==': [{ var: 'ip.impossibleTravel' }, true] } },
      { type: 'BLOCK', conditions: { '==': [{ var: 'ip.atypicalTravel' }, true] } },
    ]);
    const home = await track('wanderer', code, { ipAddress: german });
    await succeed('wanderer', code, home.idempotencyKey);
    await app.runtime.advance(24 * 3_600_000);
    const nowhere = await track('wanderer', code, { ipAddress: 'unknown' });
    expect(nowhere.state).toBe('BLOCK');
    await succeed('wanderer', code, nowhere.idempotencyKey);
    await app.runtime.advance(60_000);
    const back = await track('wanderer', code, { ipAddress: german });
    expect(back.state).toBe('BLOCK');
    await succeed('wanderer', code, back.idempotencyKey);
    await app.runtime.advance(60_000);
    expect((await track('wanderer', code, { ipAddress: german })).state).toBe('ALLOW');
  });

  test('ruling 37: a custom value that does not fit its declared type is unknown, for the action and for the user', async () => {
    const points: [string, string, string][] = [
      ['sum37', 'number', 'action'],
      ['flag37', 'boolean', 'action'],
      ['tags37', 'multiselect', 'action'],
      ['note37', 'text', 'action'],
      ['tier37', 'number', 'user'],
    ];
    for (const [name, dataType, modelType] of points) {
      const made = await manage('POST', '/custom-data-points', { name, dataType, modelType });
      expect(made.status, made.text).toBe(200);
    }
    const over = (path: string) => ({ '>': [{ var: path }, 1000] });
    const cases: [object, object, object][] = [
      [over('custom.sum37'), { sum37: '5,000.00' }, { sum37: ' 999.50 ' }],
      [{ '==': [{ var: 'custom.flag37' }, true] }, { flag37: 'true' }, { flag37: false }],
      [{ some: [{ var: 'custom.tags37' }, { '==': [{ var: '' }, 'a'] }] }, { tags37: 'a' }, { tags37: ['b'] }],
      [{ in: [{ var: 'custom.note37' }, ['42']] }, { note37: 42 }, { note37: '43' }],
      [over('custom.sum37'), { sum37: '' }, { sum37: null }],
      [over('custom.sum37.deep'), { sum37: { deep: 1 } }, {}],
    ];
    for (const [conditions, unfit, fit] of cases) {
      const code = await actionWith([{ type: 'BLOCK', conditions }]);
      expect((await track('typed', code, { custom: fit })).state, JSON.stringify(fit)).toBe('ALLOW');
      const { state, idempotencyKey } = await track('typed', code, { custom: unfit });
      expect(state, JSON.stringify(unfit)).toBe('BLOCK');
      const { facts, isReproduced } = await explain('typed', code, idempotencyKey);
      expect(facts).toMatchObject([{ value: null, status: 'unreadable' }]);
      expect(isReproduced).toBe(true);
      const dry = await manage('POST', `/action-configurations/${code}/rules/evaluate`, { facts: { custom: unfit } });
      expect(dry.body).toMatchObject({ outcome: 'CHALLENGE', facts: [{ status: 'unreadable' }] });
    }

    await app.call('PATCH', '/v1/users/typed', { body: { custom: { tier37: 'gold', sum37: 'a lot' } } });
    for (const [path, custom, state] of [
      ['user.custom.tier37', undefined, 'BLOCK'],
      ['custom.tier37', { tier37: null }, 'BLOCK'],
      ['custom.tier37', { tier37: '7' }, 'ALLOW'],
      ['custom.sum37', undefined, 'BLOCK'],
      ['custom.sum37', { sum37: 5 }, 'ALLOW'],
    ] as const) {
      const code = await actionWith([{ type: 'BLOCK', conditions: over(path) }]);
      expect((await track('typed', code, { custom })).state, `${path} ${JSON.stringify(custom)}`).toBe(state);
    }
  });

  test('ruling 37: an empty or null text of track counts as not sent', async () => {
    await app.call('PATCH', '/v1/users/empty', { body: { email: 'kept@example.com', username: 'kept' } });
    const code = await actionWith([
      { type: 'BLOCK', conditions: { '==': [{ var: 'user.email' }, null] } },
      { type: 'BLOCK', conditions: { '==': [{ var: 'device.isNew' }, false] } },
      { type: 'BLOCK', conditions: { '!=': [{ var: 'ip.ipAddress' }, null] } },
      { type: 'BLOCK', conditions: { '!=': [{ var: 'device.isBot' }, null] } },
    ]);
    const texts = Object.entries(trackAction.body.shape).filter(([, schema]) => schema.safeParse('').success);
    expect(texts.map(([name]) => name).sort()).toEqual(
      [
        'challengeId',
        'customDomain',
        'deviceId',
        'email',
        'idempotencyKey',
        'ipAddress',
        'locale',
        'phoneNumber',
      ].concat(['redirectUrl', 'scope', 'userAgent', 'username']),
    );
    for (const nothing of ['', null]) {
      const reply = await track('empty', code, Object.fromEntries(texts.map(([name]) => [name, nothing])));
      expect(reply.state).toBe('ALLOW');
      expect(reply.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect((await app.call('GET', '/v1/users/empty')).body).toMatchObject({
      email: 'kept@example.com',
      username: 'kept',
    });
    const challenged = await app.call('POST', '/v1/challenge', {
      body: {
        ...{ verificationMethod: 'EMAIL_OTP', action: code, email: 'kept@example.com', userId: 'empty' },
        ...{ idempotencyKey: '', ipAddress: '', userAgent: '', deviceId: '', locale: '', scope: '' },
      },
    });
    expect(challenged.status, challenged.text).toBe(200);
    const { idempotencyKey } = challenged.body as { idempotencyKey: string };
    const { state } = (await app.call('GET', `/v1/users/empty/actions/${code}/${idempotencyKey}`)).body as {
      state: string;
    };
    expect(state).toBe('ALLOW');
  });

  test('impossible travel: another continent ten minutes later, but not within a country or after a day', async () => {
    const code = await actionWith([{ type: 'BLOCK', conditions: { '==': [{ var: 'ip.impossibleTravel' }, true] } }]);
    const home = await track('flyer', code, { ipAddress: german });
    expect(home.state).toBe('ALLOW');
    await succeed('flyer', code, home.idempotencyKey);
    await app.runtime.advance(600_000);
    expect((await track('flyer', code, { ipAddress: german })).state).toBe('ALLOW');
    expect((await track('flyer', code, { ipAddress: australian })).state).toBe('BLOCK');
    await app.runtime.advance(24 * 3_600_000);
    expect((await track('flyer', code, { ipAddress: australian })).state).toBe('ALLOW');
  });

  test('atypical travel, unrecognised addresses and earlier verification are computed from verified actions', async () => {
    const code = await actionWith([
      { type: 'BLOCK', conditions: { '==': [{ var: 'ip.atypicalTravel' }, true] } },
      { type: 'REVIEW', conditions: { '==': [{ var: 'ip.isUnrecognized' }, true] } },
      { conditions: { '==': [{ var: 'user.hasPreviouslyVerified' }, true] } },
    ]);
    const first = await track('settled', code, { ipAddress: german });
    expect(first.state).toBe('REVIEW_REQUIRED');
    await succeed('settled', code, first.idempotencyKey);
    await app.runtime.advance(24 * 3_600_000);
    expect((await track('settled', code, { ipAddress: german })).state).toBe('CHALLENGE_REQUIRED');
    expect((await track('settled', code, { ipAddress: australian })).state).toBe('BLOCK');
  });

  test('velocity: counts, sums and distinct values in their windows, without the present action', async () => {
    const code = await actionWith([
      { type: 'BLOCK', conditions: { '>=': [{ actionCount: ['user', '*', 60, '*'] }, 5] } },
      {
        type: 'REVIEW',
        conditions: { '>': [{ '+': [{ customSum: ['amount', 'user', '*', 60] }, { var: 'custom.amount' }] }, 100] },
      },
      { conditions: { '>=': [{ distinctCount: ['user', 'device', 60] }, 2] } },
    ]);
    const states: string[] = [];
    for (const amount of [10, 40, 60, 1, 1, 1])
      states.push((await track('spender', code, { custom: { amount } })).state);
    expect(states).toEqual(['ALLOW', 'ALLOW', 'REVIEW_REQUIRED', 'REVIEW_REQUIRED', 'REVIEW_REQUIRED', 'BLOCK']);
    await app.runtime.advance(61 * 60_000);
    expect((await track('spender', code, { custom: { amount: 1 } })).state, 'the window has passed').toBe('ALLOW');
    for (const userId of ['d1', 'd2']) await track(userId, code, { deviceId: 'shared', custom: { amount: 1 } });
    expect((await track('d3', code, { deviceId: 'shared', custom: { amount: 1 } })).state).toBe('CHALLENGE_REQUIRED');
    expect((await track('d4', code, { custom: { amount: 1 } })).state, 'no device: the count is 0').toBe('ALLOW');
  });

  test('velocity: minutes since an event, and null if it never happened', async () => {
    const code = await actionWith([
      { type: 'BLOCK', conditions: { '<': [{ minutesSince: ['challengeFailed'] }, 10] } },
      { type: 'REVIEW', conditions: { '<': [{ minutesSince: ['enrolled'] }, 60] } },
      { conditions: { '<': [{ minutesSince: ['action'] }, 5] } },
    ]);
    const first = await track('timer', code);
    expect(first.state, 'nothing happened before').toBe('ALLOW');
    expect((await track('timer', code)).state).toBe('CHALLENGE_REQUIRED');
    await app.runtime.advance(6 * 60_000);
    expect((await track('timer', code)).state).toBe('ALLOW');
    await app.call('POST', '/v1/users/timer/authenticators', {
      body: { verificationMethod: 'SMS', phoneNumber: '+6427000000' },
    });
    expect((await track('timer', code)).state).toBe('REVIEW_REQUIRED');
    await app.call('PATCH', `/v1/users/timer/actions/${code}/${first.idempotencyKey}`, {
      body: { state: 'CHALLENGE_FAILED' },
    });
    expect((await track('timer', code)).state).toBe('BLOCK');
  });

  test('changing a list changes decisions; a deleted list does not exist', async () => {
    await manage('POST', '/value-lists', {
      name: 'Blocked countries',
      itemType: 'string',
      isActive: true,
      valueListItems: ['AU'],
    });
    const code = await actionWith([
      {
        type: 'BLOCK',
        conditions: { in: [{ var: 'ip.location.country.countryCode' }, { var: 'lists.blocked-countries' }] },
      },
    ]);
    expect((await track('listed', code, { ipAddress: australian })).state).toBe('BLOCK');
    await manage('PATCH', '/value-lists/blocked-countries', { valueListItems: ['DE'] });
    expect((await track('listed', code, { ipAddress: australian })).state).toBe('ALLOW');
    expect((await track('listed', code, { ipAddress: german })).state).toBe('BLOCK');
    await manage('DELETE', '/value-lists/blocked-countries');
    expect((await track('listed', code, { ipAddress: german })).state).toBe('ALLOW');
  });

  test('custom data of the action takes precedence over that of the user', async () => {
    await app.call('PATCH', '/v1/users/tiered', { body: { custom: { tier: 'basic', limit: 10 } } });
    const code = await actionWith([
      { type: 'REVIEW', conditions: { '==': [{ var: 'custom.tier' }, 'basic'] } },
      { conditions: { '==': [{ var: 'user.custom.limit' }, 10] } },
    ]);
    expect((await track('tiered', code)).state).toBe('REVIEW_REQUIRED');
    expect((await track('tiered', code, { custom: { tier: 'gold' } })).state).toBe('CHALLENGE_REQUIRED');
  });

  test('ruling 56: the user’s address is compared in its canonical spelling', async () => {
    const code = await actionWith([
      { type: 'BLOCK', conditions: { in: [{ var: 'user.email' }, ['Eve@xn--bcher-kva.example']] } },
    ]);
    const spellings = ['Eve@BÜCHER.example', 'Eve@bücher.example', 'Eve@XN--BCHER-KVA.EXAMPLE'];
    for (const email of spellings) expect((await track('eve', code, { email })).state, email).toBe('BLOCK');
    expect((await track('eve', code)).state, 'the stored one').toBe('BLOCK');
    expect((await track('eve', code, { email: 'Eve@buecher.example' })).state).toBe('ALLOW');
  });

  test('A42: a repeat with different linked data is a conflict; other data may differ', async () => {
    await manage('POST', '/custom-data-points', { name: 'payee', dataType: 'text', modelType: 'action', linked: true });
    const code = await actionWith([]);
    const body = { idempotencyKey: 'pay-1', custom: { payee: 'Ann', note: 'x' } };
    await track('linker', code, body);
    await track('linker', code, { ...body, custom: { payee: 'Ann', note: 'y' } });
    const changed = await app.call('POST', `/v1/users/linker/actions/${code}`, {
      body: { ...body, custom: { payee: 'Bob' } },
    });
    expect(changed.status).toBe(409);
    expect(changed.body.errorCode).toBe('conflict');
    expect(changed.text).not.toContain('Bob');
    const left = await app.call('POST', `/v1/users/linker/actions/${code}`, { body: { idempotencyKey: 'pay-1' } });
    expect(left.status, 'leaving it out is a change too').toBe(409);
  });

  test('an explanation says why, in words and as data, from what was known then', async () => {
    const code = await actionWith([{ name: 'Large', conditions: { '>': [{ var: 'custom.amount' }, 2000] } }]);
    const { idempotencyKey } = await track('curious', code, {
      custom: { amount: 2001 },
      ipAddress: german,
      userAgent: chrome,
    });
    const before = await explain('curious', code, idempotencyKey);
    expect(before).toMatchObject({
      outcome: 'CHALLENGE',
      isReproduced: true,
      source: 'rule',
      state: 'CHALLENGE_REQUIRED',
      facts: [{ path: 'custom.amount', value: 2001, status: 'known' }],
    });
    expect(before.words[0]).toBe('Rule "Large" matched because custom.amount (2001) > 2000.');
    const rules = await manage('GET', `/action-configurations/${code}/rules`);
    await manage('PATCH', `/action-configurations/${code}/rules/${rules.body[0].ruleId}`, {
      conditions: null,
      type: 'BLOCK',
    });
    expect(await explain('curious', code, idempotencyKey)).toEqual(before);
  });

  test('ruling 38: a missing or misspelt amount passes no rule that allows small ones', async () => {
    const cents = { var: 'custom.cents' };
    const small = (amount: unknown) => ({ type: 'ALLOW', conditions: { '<': [amount, 100] } });
    const code = await actionWith(
      [
        small(cents),
        small({ '/': [cents, 100] }),
        small({ '-': [cents, 5000] }),
        small({ min: [cents, 5000] }),
        small({ '+': [cents] }),
        { type: 'ALLOW', conditions: { '==': [cents, 0] } },
      ],
      { defaultUserActionResult: 'BLOCK' },
    );
    for (const sent of [undefined, null, '', [], [1], {}, false, true, '99,999.00', '1e1']) {
      const { state, ruleIds } = await track('careless', code, { custom: { cents: sent } });
      expect({ state, ruleIds }, JSON.stringify(sent)).toEqual({ state: 'BLOCK', ruleIds: [] });
    }
    expect((await track('careful', code, { custom: { cents: '99' } })).ruleIds).toHaveLength(5);
    const dry = await manage('POST', `/action-configurations/${code}/rules/evaluate`, { facts: { custom: {} } });
    expect(dry.body).toMatchObject({ outcome: 'BLOCK', isReproduced: true });

    // Neither do texts, and sums of no values.
    const items = { map: [{ var: 'custom.items' }, { var: 'price' }] };
    const sum = { reduce: [items, { '+': [{ var: 'accumulator' }, { var: 'current' }] }, 0] };
    const made = await actionWith([small({ cat: [cents, ''] }), small({ substr: [cents, 0, 3] }), small(sum)], {
      defaultUserActionResult: 'BLOCK',
    });
    expect((await track('careless', made)).ruleIds).toEqual([]);
    expect((await track('careless', made, { custom: { items: [{ price: 5 }, {}] } })).ruleIds).toEqual([]);
    expect((await track('careful', made, { custom: { cents: 5, items: [{ price: 5 }] } })).ruleIds).toHaveLength(3);
  });

  test('ruling 38: a decision of the first version of the rule language is explained as it was recorded', async () => {
    const code = await actionWith([
      { name: 'Small', type: 'ALLOW', conditions: { '<': [{ '/': [{ var: 'custom.cents' }, 100] }, 100] } },
      { name: 'Rare', type: 'BLOCK', conditions: { '>': [{ var: 'custom.cents' }, 1] } },
    ]);
    const { idempotencyKey } = await track('early', code, { custom: { cents: 5 } });
    const [small, rare] = (await manage('GET', `/action-configurations/${code}/rules`)).body as { ruleId: string }[];
    expect((await explain('early', code, idempotencyKey)).isReproduced).toBe(true);
    // As version 1 decided without an amount: null / 100 was 0.
    await app.db.query(
      {
        name: 'test_first_version',
        text: `update actions_by_month set decision = (jsonb_set(decision::jsonb - 'language', '{inputs,facts}', '{}')
          || jsonb_build_object('matched', jsonb_build_array(jsonb_build_object('ruleId', $2::text, 'name', 'Small then'))))::json
          where idempotency_key = $1 returning 1`,
      },
      [idempotencyKey, small?.ruleId ?? ''],
    );
    expect(await explain('early', code, idempotencyKey)).toMatchObject({
      outcome: 'ALLOW',
      isReproduced: null,
      words: [
        'Rule "Small" matched.',
        'Rule "Rare" did not match.',
        'The outcome is ALLOW, decided by rule "Small".',
        expect.stringMatching(/version 1 of the rule language/) as string,
      ],
      rules: [
        { ruleId: small?.ruleId, status: 'matched', leaves: [] },
        { ruleId: rare?.ruleId, status: 'not', leaves: [] },
      ],
      facts: [{ path: 'custom.cents', value: null, status: 'missing' }],
    });
  });

  test('ruling 52: a rule that a longer list makes too expensive is unknown, and the log says so once; nothing else is affected', async () => {
    const ranges = Array.from({ length: 300 }, (_, index) => `10.${index % 256}.${index >> 8}.0/24`);
    const dear = { some: [{ var: 'lists.offices' }, { inCidr: [{ var: '' }, { if: [true, ranges] }] }] };
    await manage('POST', '/value-lists', {
      name: 'Offices',
      itemType: 'string',
      isActive: true,
      valueListItems: ['9.9.9.9'],
    });
    const code = await actionWith([
      { type: 'BLOCK', conditions: dear },
      { type: 'REVIEW', conditions: { '==': [{ var: 'custom.a' }, 1] } },
    ]);
    expect((await track('office', code, { custom: { a: 1 } })).state).toBe('REVIEW_REQUIRED');
    const items = Array.from({ length: 2_000 }, (_, index) => `192.0.${index >> 8}.${index % 256}`);
    await manage('PATCH', '/value-lists/offices', { valueListItems: items });

    const before = app.logText().length;
    const { state, idempotencyKey, ruleIds } = await track('office', code, { custom: { a: 1 } });
    expect(state, 'I5: it may have blocked').toBe('BLOCK');
    expect(ruleIds).toHaveLength(1);
    expect((await track('office', code, { custom: { a: 2 } })).state).toBe('BLOCK');
    const lines = app
      .logText()
      .slice(before)
      .split('\n')
      .filter((line) => line.includes('too many steps'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(code);
    expect(await explain('office', code, idempotencyKey)).toMatchObject({
      isReproduced: true,
      source: 'unknown',
      rules: [{ status: 'unknown', fault: 'it takes too many steps', leaves: [] }, { status: 'matched' }],
    });

    // It can be tried out as it is now, but not saved.
    const draft = { name: 'Draft', isActive: true, priority: 0, type: 'BLOCK', conditions: dear };
    const dry = await manage('POST', `/action-configurations/${code}/rules/evaluate`, { rules: [draft], facts: {} });
    expect(dry.body.words[0]).toBe('Rule "Draft" could not be computed, because it failed: it takes too many steps.');
    const refused = await manage('POST', `/action-configurations/${code}/rules`, { ...draft, priority: 9 });
    expect(refused.status).toBe(400);
    expect(refused.body.errorDescription).toMatch(/^conditions: Write this so that it takes at most 150,000 steps/);
  });

  test('data that no rule needs is neither read nor recorded', async () => {
    const code = await actionWith([{ conditions: { '==': [{ var: 'custom.a' }, 1] } }]);
    const { idempotencyKey } = await track('private', code, {
      custom: { a: 2, secret: 'canary-custom' },
      ipAddress: german,
    });
    const [row] = await app.db.query<{ decision: string }>(
      {
        name: 'test_decision',
        text: 'select decision::text as decision from actions_by_month where idempotency_key = $1',
      },
      [idempotencyKey],
    );
    expect(row?.decision).toContain('"a":2');
    expect(row?.decision).not.toContain('canary-custom');
    expect(row?.decision).not.toContain(german);
  });

  test('a dry run says what drafts would decide, on facts or on a past action, and stores nothing', async () => {
    const code = await actionWith([{ type: 'BLOCK', conditions: { '>': [{ var: 'custom.amount' }, 10] } }]);
    const { idempotencyKey } = await track('dry', code, {
      custom: { amount: 5 },
      ipAddress: australian,
      deviceId: 'd',
    });
    const ofCountry = { ...draft, conditions: { '==': [{ var: 'ip.countryCode' }, 'AU'] } };
    const count = async () => (await app.call('GET', '/v1/users/dry/actions')).body.length as number;
    const before = await count();
    const path = `/action-configurations/${code}/rules/evaluate`;
    const live = await manage('POST', path, { facts: { custom: { amount: 11 } } });
    expect(live.body, live.text).toMatchObject({ outcome: 'BLOCK', state: 'BLOCK', source: 'rule' });
    const past = await manage('POST', path, { rules: [ofCountry], pastAction: { userId: 'dry', idempotencyKey } });
    expect(past.body, past.text).toMatchObject({ outcome: 'REVIEW', state: 'REVIEW_REQUIRED' });
    const unknown = await manage('POST', path, {
      rules: [{ ...draft, conditions: { '==': [{ var: 'device.isNew' }, false] } }],
      pastAction: { userId: 'dry', idempotencyKey },
      user: { isEnrolled: true, hasUsableAuthenticator: true },
    });
    expect(unknown.body.facts, 'the devices of that time were not recorded').toMatchObject([
      { path: 'device.isNew', status: 'unknown' },
    ]);
    const misspelt = await manage('POST', path, {
      rules: [{ ...draft, conditions: { '==': [{ var: 'device.isnew' }, true] } }],
      facts: {},
    });
    expect(misspelt.body.warnings).toMatchObject([
      { code: 'unknown_path', message: expect.stringContaining('device.isNew') as string },
    ]);
    const broken = await manage('POST', path, { rules: [{ ...draft, conditions: { nope: [1] } }], facts: {} });
    expect(broken.status).toBe(400);
    expect(await count()).toBe(before);
  });

  test('A71: a condition on __proto__ finds nothing and pollutes nothing', async () => {
    const code = await actionWith([{ conditions: { '==': [{ var: 'custom.__proto__.polluted' }, true] } }]);
    const raw = '{"custom":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}';
    const reply = await app.call('POST', `/v1/users/proto/actions/${code}`, { rawBody: raw });
    expect(reply.status).toBe(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const evaluated = await manage('POST', `/action-configurations/${code}/rules/evaluate`, {
      rules: [
        {
          name: 'p',
          isActive: true,
          priority: 0,
          type: 'BLOCK',
          conditions: { '==': [{ var: '__proto__.polluted' }, true] },
        },
      ],
      pastAction: { userId: 'proto', idempotencyKey: reply.body.idempotencyKey as string },
    });
    expect(evaluated.status, evaluated.text).toBe(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('F23: if a stored rule set is damaged, the last valid one stays in use; without one nothing is allowed', async () => {
    const code = await actionWith([{ type: 'ALLOW', conditions: { '==': [{ var: 'custom.a' }, 1] } }], {
      defaultUserActionResult: 'ALLOW',
    });
    const damage = (hash: string) =>
      app.db.query(
        {
          name: `test_damage_${hash.slice(0, 6)}`,
          text: `update action_configurations set rule_set_hash = $2, rule_set_version = rule_set_version + 1 where action_code = $1 returning 1`,
        },
        [code, hash],
      );
    const bump = () =>
      app.db.query(
        {
          name: 'test_bump',
          text: `update tenants set config_version = nextval('config_versions') where tenant_id = $1 returning 1`,
        },
        [app.tenant.tenantId],
      );
    await damage('0'.repeat(64));
    await bump();
    await app.app.context.published.refresh();
    expect((await track('damaged', code, { custom: { a: 1 } })).state, 'the last good one').toBe('ALLOW');
    expect(app.logText()).toContain('cannot be read');
    const restarted = await testApp(kind, { db: app.db, seed: 'second' });
    const key = app.tenant.secretKey;
    const reply = await restarted.call('POST', `/v1/users/damaged2/actions/${code}`, {
      body: { custom: { a: 1 } },
      key,
    });
    expect(reply.body.state, 'a node that never had a good one').toBe('BLOCK');
  });
});
