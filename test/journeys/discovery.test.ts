import { describe, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { expectGolden } from '../golden/expect-golden.ts';
import { transcript } from './transcript.ts';

const databaseKinds = databasesOf(import.meta.url);

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('keys, discovery and what a fresh tenant has read as in test/golden/discovery.http', async () => {
    const app = await testApp(kind);
    const { tell, call, text } = transcript(app, 'What can be found out');
    const { tenantId } = app.tenant;

    tell('JWT libraries and gateways read the keys of session tokens without a key of their own.');
    await call('GET', `/v1/client/public/${tenantId}/.well-known/openid-configuration`, { key: null });
    await call('GET', `/v1/client/public/${tenantId}/.well-known/jwks`, { key: null });
    await call('GET', `/v1//client/public/${tenantId}/.well-known/jwks`, { key: null });
    await call('GET', '/v1/client/public/another/.well-known/jwks', { key: null });
    await call('GET', '/v1/client/public/another/.well-known/openid-configuration', { key: null });

    tell('A fresh tenant has the methods that need no provider.');
    await call('GET', '/v1/authenticators');

    expectGolden('discovery.http', text());
    await app.close();
  });
});
