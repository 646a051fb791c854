/** F16, F40: events of two nodes, one of which is killed in the midst of its requests. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually } from '../rig/api.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';
import { startReceiver } from '../rig/webhook-receiver.ts';
import type { WebhookReceiver } from '../rig/webhook-receiver.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const managementKey = credentials.SALLYPORT_MANAGEMENT_KEY;
const users = 60;

let receiver: WebhookReceiver;
let nodes: readonly ServerProcess[];
beforeAll(async () => {
  receiver = await startReceiver();
  const variables = {
    ...credentials,
    DATABASE_URL: await createPostgresDatabase(),
    SALLYPORT_OUTBOUND_ALLOW: '127.0.0.0/8',
    SALLYPORT_LOG_LEVEL: 'silent',
  };
  const first = await startServer(variables);
  nodes = [first, await startServer(variables)];
});
afterAll(async () => {
  for (const node of nodes.slice(1)) await node.stop();
  await receiver.stop();
});

test('two nodes send each event once; what one of them was sending when it was killed is sent by the other within half a minute, under the same id, each user’s in order', async () => {
  const [doomed, other] = nodes as [ServerProcess, ServerProcess];
  // Slow, so that some are under way at any time.
  receiver.answer((response) => void setTimeout(() => response.end(), 150));
  const eventTypes = ['authenticator.created', 'authenticator.updated'];
  const endpoint = { url: receiver.url, eventTypes };
  const made = await ask(doomed.url, 'POST', '/v1/management/event-endpoints', { key: managementKey, body: endpoint });
  expect(made.status, made.text).toBe(200);
  let alive = [doomed, other];
  for (let user = 0; user < users; user += 1) {
    for (const email of [`one${user}@example.com`, `two${user}@example.com`]) {
      const node = alive[user % alive.length] ?? other;
      const body = { verificationMethod: 'EMAIL_OTP', email };
      const enrolled = await ask(node.url, 'POST', `/v1/users/user${user}/authenticators`, { key, body });
      expect(enrolled.status, enrolled.text).toBe(200);
    }
    if (user !== users - 10) continue;
    await doomed.kill9();
    alive = [other];
  }
  const idsOf = () => new Set(receiver.received.map(({ body }) => body.id));
  const listed = await ask(other.url, 'GET', '/v1/management/event-deliveries?limit=500', { key: managementKey });
  const due = new Set(listed.body.map(({ eventId }: { eventId: string }) => eventId));
  expect(due.size).toBe(2 * users);
  await eventually(
    'all have arrived',
    60_000,
    async () => [...due].filter((id) => !idsOf().has(id)).length,
    (missing) => missing === 0,
    200,
  );
  // At least once, and doubled only under the same id: nothing else was sent.
  expect([...idsOf()].filter((id) => !due.has(id))).toEqual([]);
  const firsts = [...new Map(receiver.received.map((one) => [one.body.id, one])).values()];
  for (let user = 0; user < users; user += 1) {
    const types = firsts.filter(({ body }) => body.data.userId === `user${user}`).map(({ body }) => body.type);
    expect(types).toEqual(eventTypes);
  }
}, 120_000);
