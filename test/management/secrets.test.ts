import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../src/contract/index.ts';
import {
  credentialBlocks,
  playIntegrityCredentials,
  pushCredentials,
} from '../../src/contract/management/provider-credentials.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { manage } from './manage.ts';

const databaseKinds = databasesOf(import.meta.url);

const fill: Readonly<Record<string, unknown>> = {
  port: 25,
  secure: true,
  from: 'open@example.com',
  replyTo: 'open@example.com',
  templateId: 7,
  enableMessageTemplates: true,
  sandbox: true,
  region: 'eu-west-1',
};

/** Each block of credentials, with a canary in each secret. */
function loaded(name: string): Record<string, unknown> {
  const block = credentialBlocks[name];
  return Object.fromEntries(
    Object.keys(block?.members ?? {}).map((member) => {
      const isTextId = member === 'templateId' && name !== 'mailjetEmailCredentials';
      if (!block?.secrets.includes(member)) return [member, isTextId ? 'open' : (fill[member] ?? 'open')];
      const canary = `canary-${name}-${member}`;
      return [
        member,
        member === 'serviceAccountKey' ? JSON.stringify({ project_id: 'p', private_key: canary }) : canary,
      ];
    }),
  );
}

const providerOf = {
  'email-otp': 'emailProvider',
  push: 'pushProvider',
  sms: 'smsProvider',
  whatsapp: 'whatsAppProvider',
} as const;

function slugOf(name: string): keyof typeof providerOf {
  if (name.includes('Email')) return 'email-otp';
  if (name.includes('WhatsApp')) return 'whatsapp';
  return name in pushCredentials || name in playIntegrityCredentials ? 'push' : 'sms';
}

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let ask: ReturnType<typeof manage>;
  beforeAll(async () => {
    app = await testApp(kind);
    ask = manage(app);
  });
  afterAll(() => app.close());

  test('A63: no secret of a provider ever appears in a response, log line, audit event or column', async () => {
    const answers: string[] = [];
    const tell = async (method: string, path: string, body?: unknown) => {
      const reply = await ask(method, path, body);
      answers.push(reply.text);
      return reply;
    };
    const readEverything = async () => {
      for (const route of routes.filter(({ method, api }) => method === 'GET' && api === 'management')) {
        if (route.path.includes(':')) continue;
        answers.push((await ask('GET', route.path.slice('/v1/management'.length))).text);
      }
      answers.push((await app.call('GET', '/v1/authenticators')).text);
      answers.push((await app.call('GET', '/openapi.json', { key: null })).text);
    };

    for (const [name, block] of Object.entries(credentialBlocks)) {
      if (name === 'messageBirdV2Credentials') continue;
      const slug = slugOf(name);
      const path = `/authenticator-configurations/${slug}`;
      const body = { [providerOf[slug]]: block.providers[0], [name]: loaded(name) };
      const saved = await tell(
        (await ask('GET', path)).body[providerOf[slug]] === undefined ? 'POST' : 'PATCH',
        path,
        body,
      );
      expect(saved.status, `${name} ${saved.text}`).toBe(200);
      await readEverything();
      // Refusals must not repeat what was sent, either.
      await tell('PATCH', path, { [name]: { ...loaded(name), unknown: 'x' } });
      await tell('PATCH', path, { [name]: { ...loaded(name), [block.secrets[0] ?? '']: 7 } });
      await tell('POST', path, body);
      if (slug === 'push') continue;
      const second = await tell('PATCH', path, { fallback: body });
      expect(second.status, `${name} ${second.text}`).toBe(200);
      await readEverything();
      await tell('PATCH', path, { fallback: { [name]: { ...loaded(name), unknown: 'x' } } });
      await tell('PATCH', path, { fallback: null });
    }
    const sms = (await ask('GET', '/authenticator-configurations/sms')).body.authenticatorId as string;
    const old = await tell('PATCH', `/authenticator-configurations/${sms}`, {
      smsProvider: 'MESSAGE_BIRD_V2',
      messageBirdV2Credentials: loaded('messageBirdV2Credentials'),
    });
    expect(old.status, old.text).toBe(200);
    await readEverything();
    await tell('DELETE', '/authenticator-configurations/sms');

    expect(answers.length).toBeGreaterThan(100);
    expect(answers.filter((text) => text.includes('canary'))).toEqual([]);
    expect(app.logText()).not.toContain('canary');
    const events = await app.db.query(
      statement<{ data: unknown }>('all_audit_data', 'select data::text as data from audit_events'),
      [],
    );
    expect(events.length).toBeGreaterThan(10);
    expect(JSON.stringify(events)).not.toContain('canary');
    expect(JSON.stringify(events)).toContain('********');
    const columns = await app.db.query(
      statement<Record<string, string>>(
        'all_configuration_texts',
        `select settings::text as settings, encode(secrets_sealed, 'escape') as sealed from authenticator_configurations`,
      ),
      [],
    );
    expect(JSON.stringify(columns)).not.toContain('canary');
  });

  test('a secret is sealed for its row only, and opens to what was sent', async () => {
    const made = await ask('POST', '/authenticator-configurations/sms', {
      smsProvider: 'TNZ',
      tnzCredentials: { apiKey: 'the key itself' },
    });
    const authenticatorId = made.body.authenticatorId as string;
    const [row] = await app.db.query(
      statement<{ secretsSealed: Buffer }>(
        'one_sealed',
        'select secrets_sealed from authenticator_configurations where authenticator_id = $1',
      ),
      [authenticatorId],
    );
    const place = {
      tenantId: app.tenant.tenantId,
      table: 'authenticator_configurations',
      row: authenticatorId,
      column: 'secrets_sealed',
    };
    const sealed = row?.secretsSealed ?? Buffer.alloc(0);
    expect(JSON.parse(app.app.context.seal.open(sealed, place).toString())).toEqual({
      tnzCredentials: { apiKey: 'the key itself' },
    });
    expect(() => app.app.context.seal.open(sealed, { ...place, row: 'another' })).toThrow(/altered or moved/);
  });
});
