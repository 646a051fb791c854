import { describe, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { expectGolden } from '../golden/expect-golden.ts';
import { transcript } from './transcript.ts';

const databaseKinds = databasesOf(import.meta.url);

describe.each(databaseKinds)('on the %s database', (kind) => {
  test("a user's life reads as in test/golden/user-life.http", async () => {
    const app = await testApp(kind);
    const { tell, call, text } = transcript(app, "A user's life");

    tell('Nobody knows Alice: the answer is a user without authenticators, and reading creates nothing.');
    await call('GET', '/v1/users/alice');
    await call('GET', '/v1/users/alice/authenticators');
    await call('GET', '/v1/users/alice/actions');

    tell('Her first action creates her, with what is sent along.');
    const tracked = await call('POST', '/v1/users/alice/actions/signUp', {
      body: { idempotencyKey: 'k1', email: 'alice@example.com', phoneNumber: '9876543210', username: 'alice' },
    });
    await call('GET', '/v1/users/alice');

    tell('An update changes what is given and leaves the rest; null clears.');
    await call('PATCH', '/v1/users/alice', {
      body: {
        displayName: 'Alice Liddell',
        locale: 'en-NZ',
        emailVerified: true,
        custom: { plan: 'gold', seats: [1, 2] },
      },
    });
    await call('PATCH', '/v1/users/alice', { body: { phoneNumber: null, custom: null, displayName: null } });
    await call('PATCH', '/v1/users/alice', { body: {} });

    tell('A new address is unverified until somebody says otherwise.');
    await call('PATCH', '/v1/users/alice', { body: { email: 'Alice@Home.example' } });

    tell('Java and Ruby update with POST. An unknown user is created.');
    await call('POST', '/v1/users/bob', { body: { email: 'alice@home.example', emailVerified: true, locale: 'mi' } });

    tell('Both are found by the address, in any case, by user id; one by the rest.');
    await call('GET', '/v1/users?email=ALICE%40home.example');
    await call('GET', '/v1/users?email=alice%40home.example&limit=1');
    await call('GET', '/v1/users?email=alice%40home.example&limit=1&lastEvaluatedUserId=alice');
    await call('GET', '/v1/users?username=alice&email=alice%40home.example');
    await call('GET', '/v1/users?username=Alice');

    tell('Deleting Alice takes her history along; her tokens stop being valid; Bob stays.');
    await call('DELETE', '/v1/users/alice');
    await call('GET', '/v1/users/alice');
    await call('GET', '/v1/users/alice/actions');
    await call('POST', '/v1/validate', { body: { token: String(tracked.body.token) } });
    await call('DELETE', '/v1/users/alice');
    await call('GET', '/v1/users?email=alice%40home.example');

    expectGolden('user-life.http', text());
    await app.close();
  });
});
