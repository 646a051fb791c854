import { describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { statement } from '../../src/storage/sql.ts';
import { publishConfig } from '../../src/storage/queries/tenants.ts';
import { expectGolden } from '../golden/expect-golden.ts';
import { sampleKey } from './sample-key.ts';
import { transcript } from './transcript.ts';

const databaseKinds = databasesOf(import.meta.url);

const switchMethods = statement<never>(
  'test_switch_methods',
  'update authenticator_configurations set is_active = $2 where tenant_id = $1',
);

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('every refusal reads as in test/golden/refusals.http', async () => {
    const app = await testApp(kind);
    const { tell, call, text } = transcript(app, 'Refusals');
    const user = '/v1/users/alice';
    const action = `${user}/actions/pay`;
    const authenticators = `${user}/authenticators`;
    const tracked = await app.call('POST', action, { body: { idempotencyKey: 'k1' } });

    tell('A19, A33: no key, a wrong key, a key of another kind, a client token: 401, on paths that do not exist too.');
    await call('GET', user, { key: null });
    await call('GET', user, { key: 'wrong' });
    await call('GET', user, { key: app.tenant.managementKey });
    await call('GET', user, { key: null, headers: { authorization: `Bearer ${String(tracked.body.token)}` } });
    await call('GET', user, { key: String(tracked.body.token) });
    await call('GET', '/v1/nowhere', { key: null });
    await call('POST', action, { key: null, rawBody: '{' });

    tell('Paths and methods.');
    await call('GET', '/v1/nowhere');
    await call('GET', '/nowhere', { key: null });
    await call('GET', `${action}/unknown`);
    await call('PATCH', `${action}/unknown`, { body: { state: 'ALLOW' } });
    await call('PUT', user, { body: {} });
    await call('GET', '/v1/validate');
    await call('DELETE', action);
    await call('GET', '/v1/users/%zz');
    await call('GET', '/v1/users/%C3%28');
    await call('GET', `/v1/users/${'x'.repeat(5_000)}`);

    tell('Ids.');
    await call('GET', '/v1/users/%2e%2e');
    await call('GET', '/v1/users/a%2Fb');
    await call('GET', `/v1/users/${'a'.repeat(257)}`);
    await call('GET', '/v1/users/a?b');
    await call('POST', `${user}/actions/not%20a%20code`, { body: {} });
    await call('POST', action, { body: { idempotencyKey: 'a/b' } });
    await call('POST', user, { body: {}, headers: { 'user-agent': 'authsignal-node' } });

    tell('Bodies.');
    await call('POST', action, { rawBody: '{"a":' });
    await call('POST', action, { rawBody: '[]' });
    await call('POST', action, { rawBody: 'null' });
    await call('POST', action, { rawBody: Buffer.from([0x7b, 0xff, 0x7d]) });
    await call('POST', action, { rawBody: '{"username":"a\\u0000b"}' });
    await call('POST', action, { rawBody: '{"username":"\\ud800"}' });
    await call('POST', action, { rawBody: JSON.stringify({ username: 'x'.repeat(70_000) }) });
    await call('POST', action, { rawBody: '{}', headers: { 'content-encoding': 'gzip' } });
    await call('POST', action, { rawBody: '{}', headers: { 'content-type': 'nonsense' } });

    tell('Members of a tracked action.');
    for (const body of [
      { email: 'no address' },
      { email: ['a@b.c', 'd@e.f'] },
      { phoneNumber: 'call me' },
      { username: 7 },
      { scope: 'everything' },
      { redirectUrl: 'javascript:alert(1)' },
      { redirectUrl: 'https://user:password@example.com' },
      { redirectToSettings: 'yes' },
      { customDomain: 'example.com/path' },
      { locale: 'no locale!' },
      { custom: [] },
      { challengeId: 'b0a4d1b5-0000-4000-8000-000000000000' },
      { deviceId: '../x' },
    ]) {
      await call('POST', action, { body });
    }
    await call('POST', action, { rawBody: '{"custom":{"amount":9007199254740993}}' });

    tell('Members of the rest.');
    await call('PATCH', `${action}/k1`, { body: {} });
    await call('PATCH', `${action}/k1`, { body: { state: 'APPROVED' } });
    await call('PATCH', user, { body: { emailVerified: 'yes' } });
    await call('PATCH', user, { body: { defaultVerificationMethod: 'SMS' } });
    await call('DELETE', `${user}?actions=maybe`);
    await call('POST', '/v1/validate', { body: {} });
    await call('POST', '/v1/validate', { body: { token: 7 } });
    await call('GET', '/v1/users');
    await call('GET', '/v1/users?email=a%40b.c&email=d%40e.f');
    await call('GET', '/v1/users?email=a%40b.c&limit=0');
    await call('GET', '/v1/users?email=a%40b.c&limit=many');
    await call('GET', '/v1/users?token=an.id.token');
    await call('GET', `${user}/actions?fromDate=yesterday`);
    await call('GET', `${user}/actions?state=APPROVED`);
    await call('GET', `${user}/actions?codes=a+b`);

    tell('Enrolments.');
    for (const body of [
      {},
      { verificationMethod: 'CARRIER_PIGEON' },
      { verificationMethod: 'PUSH' },
      { verificationMethod: 'EMAIL_OTP' },
      { verificationMethod: 'SMS', phoneNumber: '9876543210' },
      { verificationMethod: 'AUTHENTICATOR_APP', otpUri: 'otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQ' },
      { verificationMethod: 'PASSKEY', credentialId: 'AAAA' },
      { verificationMethod: 'PASSKEY', credentialId: 'AAAA', credentialPublicKey: 'AAAA' },
    ]) {
      await call('POST', authenticators, { body });
    }
    const passkey = { verificationMethod: 'PASSKEY', credentialId: 'AAAA', credentialPublicKey: sampleKey };
    await app.call('POST', '/v1/users/bob/authenticators', { body: passkey });
    await call('POST', authenticators, { body: passkey });

    tell('A tenant without any method.');
    await app.db.query(switchMethods, [app.tenant.tenantId, false]);
    await publishConfig(app.db, app.tenant.tenantId);
    await app.app.context.published.refresh();
    await call('POST', action, { body: {} });

    tell('After thirty wrong keys in a minute an address waits; a good key never does.');
    app.runtime.moveTo(app.runtime.clock.now() + 60_000);
    for (let count = 0; count < 30; count += 1) {
      expect((await app.call('GET', user, { key: 'wrong', remoteAddress: '198.51.100.7' })).status).toBe(401);
    }
    await call('GET', user, { key: 'wrong', remoteAddress: '198.51.100.7' });
    const good = await app.call('GET', user, { remoteAddress: '198.51.100.7' });
    expect(good.status).toBe(200);

    expectGolden('refusals.http', text());
    // Nothing that was refused was stored.
    expect((await app.call('GET', `${user}/actions`)).body).toHaveLength(1);
    expect((await app.call('GET', authenticators)).body).toEqual([]);
    await app.close();
  });
});
