import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { manage } from './manage.ts';

const databaseKinds = databasesOf(import.meta.url);

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let ask: ReturnType<typeof manage>;
  beforeAll(async () => {
    app = await testApp(kind);
    ask = manage(app);
    await ask('POST', '/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'ALLOW' });
  });
  afterAll(() => app.close());

  const rules = '/v1/management/action-configurations/pay/rules';
  const call = async (method: string, path: string, rawBody?: string) => {
    await app.runtime.advance(1000);
    return app.call(method, path, {
      key: app.tenant.managementKey,
      ...(rawBody === undefined ? {} : { rawBody }),
    });
  };

  test.each([
    '{"and":[{"==":[{"var":"ip.isAnonymous"},false]}]}',
    '{"==":[{"var":"ip.isAnonymous"},true]}',
    '{">":[{"var":"custom.amount"},1.0]}',
    '{">=":[{"var":"custom.amount"},1e3 , -0.10E+2]}',
    '{ "and" : [ {"==": [ {"var":"custom.b"},\t1]}\n,\r{"==":[{"var":"custom.a"},1]} ] }',
    '{"in":[{"var":"custom.x"},["\\u0041\\/","}{][,:\\"","\\\\u0000","🙂"]]}',
    '{"==":[{"var":"custom.x"},12345678901234567890123]}',
    '{}',
  ])('conditions come back exactly as they were sent: %s', async (conditions) => {
    const sent = `{"name":"a,\\"conditions\\":1","isActive":false,"priority":5,"type":"ALLOW",\n "conditions" : ${conditions} }`;
    const made = await call('POST', rules, sent);
    expect(made.status, made.text).toBe(200);
    const path = `${rules}/${made.body.ruleId as string}`;
    const exact = `"conditions":${conditions}`;
    expect(made.text).toContain(exact);
    expect((await call('GET', path)).text).toContain(exact);
    expect((await call('GET', rules)).text).toContain(exact);
    expect((await call('PATCH', path, '{"name":"b"}')).text).toContain(exact);
    expect((await call('PATCH', path, `{"conditions":${conditions}}`)).text).toContain(exact);
    await call('DELETE', path);
  });

  test('A71: of two members with the same name the last counts, as for any JSON parser', async () => {
    const made = await call(
      'POST',
      rules,
      '{"conditions":{"==":[1,2]},"name":"R","isActive":false,"priority":6,"type":"ALLOW","cond\\u0069tions":{"==":[1,1]}}',
    );
    expect(made.text).toContain('"conditions":{"==":[1,1]}');
    await call('DELETE', `${rules}/${made.body.ruleId as string}`);
  });

  test('conditions and texts are returned unmixed, whatever texts surround them', async () => {
    const value = fc.oneof(fc.integer(), fc.boolean(), fc.string({ unit: 'grapheme' }), fc.constant(null));
    const part = fc.array(value, { minLength: 2, maxLength: 2 }).map((args) => ({ '==': args }));
    const condition = fc.array(fc.oneof(part, value), { minLength: 1, maxLength: 4 }).map((parts) => ({ or: parts }));
    const isStorable = (value: unknown) => !JSON.stringify(value).includes('\\u0000');
    await fc.assert(
      fc.asyncProperty(
        condition.filter(isStorable),
        fc.string({ unit: 'grapheme', maxLength: 50 }).filter(isStorable),
        fc.constantFrom('', ' ', '\n\t'),
        async (conditions, description, space) => {
          const text = JSON.stringify(conditions, null, space);
          const sent = `{"description":${JSON.stringify(description)},"conditions":${space}${text},"name":"\\\\u0000","isActive":false,"priority":9,"type":"ALLOW"}`;
          const made = await call('POST', rules, sent);
          expect(made.status, made.text).toBe(200);
          await call('DELETE', `${rules}/${made.body.ruleId as string}`);
          expect(made.text).toContain(`"conditions":${text}`);
          expect(made.body).toMatchObject({ description, name: '\\u0000', conditions });
        },
      ),
      { numRuns: 30 },
    );
  });

  test('a mistake is refused with its place and a remedy; nothing is stored', async () => {
    const refuse = async (conditions: string) => {
      const sent = `{"name":"R","isActive":true,"priority":5,"type":"ALLOW","conditions":${conditions}}`;
      const reply = await call('POST', rules, sent);
      expect(reply.status, conditions).toBe(400);
      expect(reply.body.error).toBe('invalid_request');
      return String(reply.body.errorDescription);
    };
    expect(await refuse('{"and":[{"==":[1,1]},{"nope":[1]}]}')).toMatch(/^conditions\/and\/1: .*"nope" does not/);
    expect(await refuse('{"==":[1,1],"!=":[1,2]}')).toContain('one operator per object');
    expect(await refuse('[]')).toMatch(/conditions/);
    expect(await refuse('"text"')).toMatch(/conditions/);
    expect(await refuse('{"__proto__":[1]}')).toContain('__proto__');
    expect(await refuse('{"constructor":[1]}')).toContain('constructor');
    expect(await refuse(`{"and":[${'{"!":['.repeat(25)}1${']}'.repeat(25)}]}`)).toContain('levels');
    expect(await refuse(`{"or":[${Array.from({ length: 501 }, () => '{"!":[1]}').join()}]}`)).toContain('500');
    expect(await refuse(`{"in":["a",["${'x'.repeat(70_000)}"]]}`)).toContain('65536');
    expect(await refuse(`{"==":[1,${' '.repeat(70_000)}1]}`)).toContain('65536');
    expect((await call('GET', rules)).body).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
