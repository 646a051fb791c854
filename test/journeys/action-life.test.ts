import { describe, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { expectGolden } from '../golden/expect-golden.ts';
import { transcript } from './transcript.ts';

const databaseKinds = databasesOf(import.meta.url);

describe.each(databaseKinds)('on the %s database', (kind) => {
  test("A42: an action's life, with repeats under one idempotency key, reads as in test/golden/action-life.http", async () => {
    const app = await testApp(kind);
    const { tell, call, text } = transcript(app, "An action's life");
    const action = '/v1/users/alice/actions/withdrawFunds';

    tell(
      'Alice wants to withdraw. Nobody has decided what that takes, so it takes a challenge; she has to enrol first.',
    );
    const first = await call('POST', action, {
      body: {
        idempotencyKey: 'k1',
        redirectUrl: 'https://bank.example/withdraw?id=7',
        ipAddress: '203.0.113.7',
        userAgent: 'Agent/1',
        deviceId: 'laptop',
        locale: 'en-NZ',
        custom: { amount: '250.00' },
      },
    });
    const token = String(first.body.token);

    tell('The same key again: the same action and a fresh token, whatever else is sent. Nothing of it is stored.');
    await call('POST', action, {
      body: { idempotencyKey: 'k1', email: 'other@example.com', ipAddress: '198.51.100.1' },
    });
    await call('GET', '/v1/users/alice');

    tell('The same key for another action, and for another user, is something else.');
    await call('POST', '/v1/users/alice/actions/signIn', { body: { idempotencyKey: 'k1' } });
    await call('POST', '/v1/users/bob/actions/withdrawFunds', { body: { idempotencyKey: 'k1' } });

    const { managementKey } = app.tenant;
    const customDomains = ['auth.bank.example'];
    await app.call('PATCH', '/v1/management/tenant', { key: managementKey, body: { customDomains } });

    tell('Without a key the server makes one. Scopes and the host of the page are the caller’s decision.');
    await call('POST', action, { body: { scope: 'add:authenticators', customDomain: 'auth.bank.example' } });

    tell('The token of the track call says how things stand; it is not valid until the challenge has succeeded.');
    await call('POST', '/v1/validate', { body: { token } });
    await call('POST', '/v1/validate', { body: { token, userId: 'bob' } });
    await call('POST', '/v1/validate', { body: { token, action: 'signIn' } });
    await call('POST', '/v1/validate', { body: { token: 'invalid-token' } });

    tell('Reading it, and listing what Alice did: newest first, by code, by state, by date.');
    await call('GET', `${action}/k1`);
    await call('GET', '/v1/users/alice/actions');
    await call('GET', '/v1/users/alice/actions?codes=signIn,other');
    await call('GET', '/v1/users/alice/actions?codes=signIn&state=ALLOW');
    await call('GET', '/v1/users/alice/actions?fromDate=2026-01-15T10%3A00%3A04.000Z');

    tell('A human is to decide. Setting the state it has already changes nothing, not even a time.');
    await call('PATCH', `${action}/k1`, { body: { state: 'REVIEW_REQUIRED' } });
    await call('PATCH', `${action}/k1`, { body: { state: 'REVIEW_REQUIRED' } });
    await call('POST', action, { body: { idempotencyKey: 'k1' } });

    tell('The state alone makes tokens valid, the first one too, and again and again.');
    await call('PATCH', `${action}/k1`, { body: { state: 'CHALLENGE_SUCCEEDED' } });
    await call('POST', '/v1/validate', { body: { token, userId: 'alice', action: 'withdrawFunds' } });
    await call('POST', '/v1/validate', { body: { token } });

    tell('Ten minutes after it was made, the token says nothing any more. The same key gives a fresh one.');
    app.runtime.moveTo(app.runtime.clock.now() + 10 * 60_000);
    await call('POST', '/v1/validate', { body: { token } });
    const fresh = await call('POST', action, { body: { idempotencyKey: 'k1' } });
    await call('POST', '/v1/validate', { body: { token: String(fresh.body.token) } });

    expectGolden('action-life.http', text());
    await app.close();
  });
});
