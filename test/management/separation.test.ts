import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { routes } from '../../src/contract/index.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestTenant } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { statement } from '../../src/storage/sql.ts';
import { manage } from './manage.ts';

const databaseKinds = databasesOf(import.meta.url);

const managementRoutes = routes.filter((route) => route.api === 'management');
const written = (path: string) => path.replace(/:\w+/g, '00000000-0000-4000-8000-000000000000');

const tables = ['action_configurations', 'rules', 'value_lists', 'custom_data_points', 'authenticator_configurations'];

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let owner: TestTenant;
  let ask: ReturnType<typeof manage>;
  beforeAll(async () => {
    app = await testApp(kind);
    owner = await app.createTenant('Owner');
    ask = manage(app, owner);
  });
  afterAll(() => app.close());

  test('9.1-5, A33: every path of the API answers 401 with a body if the key is missing or wrong', async () => {
    for (const [index, route] of managementRoutes.entries()) {
      const paths = [route.path, ...(route.aliases ?? []).map(({ path }) => path)];
      for (const path of paths) {
        for (const key of [null, 'wrong']) {
          const remoteAddress = `198.51.${index}.${paths.indexOf(path)}`;
          const reply = await app.call(route.method, written(path), { key, remoteAddress });
          expect(reply.status, `${route.method} ${path}`).toBe(401);
          expect(reply.body).toMatchObject({ error: 'unauthorized', errorDescription: expect.stringMatching(/./) });
        }
      }
    }
  });

  test('A35: a server key cannot call a management route, nor a management key a server route', async () => {
    for (const [index, route] of routes.entries()) {
      if (route.credentials.length === 0) continue;
      const key = route.api === 'server' ? owner.managementKey : owner.secretKey;
      const reply = await app.call(route.method, written(route.path), { key, remoteAddress: `192.0.2.${index}` });
      expect(reply.status, `${route.method} ${route.path}`).toBe(401);
    }
  });

  test('A31: another tenant’s object gets the same response as a missing one, and is not changed', async () => {
    await ask('POST', '/action-configurations', { actionCode: 'theirs', defaultUserActionResult: 'ALLOW' });
    const rule = await ask('POST', '/action-configurations/theirs/rules', {
      name: 'R',
      isActive: true,
      priority: 0,
      type: 'BLOCK',
    });
    await ask('POST', '/value-lists', { name: 'Theirs', itemType: 'string', isActive: true });
    const point = await ask('POST', '/custom-data-points', { name: 'p', dataType: 'text', modelType: 'action' });
    const alert = await ask('POST', '/alerts', {
      name: 'a',
      measure: 'sends',
      threshold: 1,
      windowMinutes: 1,
      recipients: ['a@example.com'],
    });
    const [configuration] = (await ask('GET', '/authenticator-configurations')).body;
    const stranger = manage(app);
    // The stranger has an action with the same code, so that only the owner of the rule can make the difference.
    await stranger('POST', '/action-configurations', { actionCode: 'shared', defaultUserActionResult: 'ALLOW' });

    const before = await stored();
    for (const [method, path, body] of [
      ...['/action-configurations/theirs', `/action-configurations/theirs/rules/${rule.body.ruleId as string}`].flatMap(
        all,
      ),
      ...all(`/action-configurations/shared/rules/${rule.body.ruleId as string}`),
      ...all('/value-lists/theirs'),
      ...all(`/custom-data-points/${point.body.id as string}`),
      ...all(`/alerts/${alert.body.id as string}`),
      [
        'PATCH',
        `/authenticator-configurations/${configuration.authenticatorId as string}`,
        { isActive: false },
      ] as const,
    ]) {
      const reply = await stranger(method, path, body);
      expect(reply.status, `${method} ${path}`).toBe(404);
    }
    expect(await stored()).toEqual(before);
    expect((await stranger('GET', '/value-lists')).body).toEqual([]);
  });

  function all(path: string): readonly (readonly [string, string, unknown])[] {
    return [
      ['GET', path, undefined],
      ['PATCH', path, {}],
      ['DELETE', path, undefined],
    ];
  }

  async function stored() {
    const rows = [];
    for (const table of tables) {
      const all = statement<Record<string, unknown>>(`separation_${table}`, `select * from ${table} order by 1, 2, 3`);
      rows.push(await app.db.query(all, []));
    }
    return rows;
  }

  test('A34: unknown members are refused on every route, and named', async () => {
    const smuggled = {
      state: 'ALLOW',
      decision: {},
      verifiedAt: null,
      attempts: 0,
      lastStep: 0,
      counter: 0,
      isDefault: true,
      expiresAt: null,
      secrets_sealed: '',
      ruleSetHash: 'x',
    };
    const before = await stored();
    // The body of a GET is not even read.
    for (const route of managementRoutes.filter(({ method }) => method !== 'GET')) {
      for (const [name, value] of Object.entries(smuggled)) {
        // A member of its own, which takes other values.
        if (route.id === 'updateEventEndpoint' && name === 'state') continue;
        await app.runtime.advance(1000);
        const reply = await app.call(route.method, written(route.path), {
          key: owner.managementKey,
          body: { [name]: value },
        });
        expect(reply.status, `${route.id} ${name}`).toBe(400);
        // A missing member may be named first; an unknown one is never silently accepted.
        if (route.method !== 'POST') expect(reply.body.errorDescription).toBe(`${name} is not a known field.`);
      }
    }
    expect(await stored()).toEqual(before);
  });

  test('A70: there is no filtering or sorting: every query parameter is refused', async () => {
    for (const route of managementRoutes.filter(({ method }) => method === 'GET')) {
      const reply = await ask('GET', `${written(route.path).slice('/v1/management'.length)}?sort=secrets_sealed`);
      expect(reply.status, route.id).toBe(400);
    }
  });

  test('A71: names of prototypes are neither merged nor harmful, in any body', async () => {
    const hostile = ['__proto__', 'constructor', 'prototype', 'constructor.prototype'];
    for (const route of managementRoutes.filter(({ method }) => method === 'PATCH' || method === 'POST')) {
      for (const name of hostile) {
        await app.runtime.advance(1000);
        const reply = await app.call(route.method, written(route.path), {
          key: owner.managementKey,
          rawBody: `{"${name}":{"polluted":true},"container":{"${name}":{"polluted":true}}}`,
        });
        expect(reply.status, `${route.id} ${name}`).toBe(400);
      }
    }
    const nested = await app.call('PATCH', '/v1/management/message-overrides', {
      key: owner.managementKey,
      rawBody: '{"messageOverrides":{"__proto__":{"polluted":"x"},"en":{"__proto__":"x"}}}',
    });
    expect([200, 400]).toContain(nested.status);
    const template = await app.call('POST', '/v1/management/action-configurations', {
      key: owner.managementKey,
      rawBody:
        '{"actionCode":"proto","defaultUserActionResult":"ALLOW","messagingTemplates":{"__proto__":{"defaultTemplate":"x"}}}',
    });
    expect([200, 400]).toContain(template.status);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['defaultTemplate']).toBeUndefined();
  });

  test('every route is described: its body and response can be written as JSON schema', () => {
    for (const route of managementRoutes) {
      const { body, reply } = route;
      for (const schema of [body, ...(reply.kind === 'noContent' ? [] : [reply.schema])]) {
        expect(() => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), route.id).not.toThrow();
      }
    }
  });
});
