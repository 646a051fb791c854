import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import type { databaseKinds } from '../../src/testkit/test-database.ts';
import { startReceiver } from './webhook-receiver.ts';
import type { ReceivedWebhook, WebhookReceiver } from './webhook-receiver.ts';

/** The program with servers that it tells of events, on loopback and on a driven clock. */
export interface EventWorld extends TestApp {
  receiver(): Promise<WebhookReceiver>;
  manage(method: string, path: string, body?: object): Promise<TestReply>;
  /** Adds an endpoint and returns its id. */
  endpoint(url: string, eventTypes: readonly string[], more?: object): Promise<string>;
  /** Enrols an address for a user, as a backend does. */
  enrol(userId: string, email?: string): Promise<string>;
  /** Moves the clock on and lets due work be done. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export async function eventWorld(
  kind: (typeof databaseKinds)[number],
  options: Parameters<typeof testApp>[1] = {},
): Promise<EventWorld> {
  const app = await testApp(kind, { outboundAllow: ['127.0.0.0/8'], managementRateLimit: 1_000_000, ...options });
  const receivers: WebhookReceiver[] = [];
  const manage = (method: string, path: string, body?: object) =>
    app.call(method, `/v1/management${path}`, {
      key: app.tenant.managementKey,
      ...(body === undefined ? {} : { body }),
    });
  const need = (reply: TestReply) => {
    if (reply.status !== 200) throw new Error(reply.text);
    return reply.body;
  };
  // Their slow hashes are most of the work of an enrolment.
  need(await manage('PATCH', '/tenant', { skipRecoveryCodesOnProgrammaticEnrollment: true }));
  return {
    ...app,
    manage,
    async receiver() {
      const started = await startReceiver();
      receivers.push(started);
      return started;
    },
    async endpoint(url, eventTypes, more = {}) {
      return need(await manage('POST', '/event-endpoints', { url, eventTypes, ...more })).endpointId as string;
    },
    async enrol(userId, email = `${userId}@example.com`) {
      const body = { verificationMethod: 'EMAIL_OTP', email };
      const enrolled = need(await app.call('POST', `/v1/users/${userId}/authenticators`, { body }));
      return enrolled.authenticator.userAuthenticatorId as string;
    },
    pass: (ms) => app.runtime.advance(ms),
    async stop() {
      // First, so that nothing waits for their answers.
      for (const receiver of receivers) await receiver.stop();
      await app.close();
    },
  };
}

/** The types and users of what was received. */
export function typesOf(received: readonly ReceivedWebhook[]): readonly string[] {
  return received.map(({ body }) => `${body.type} ${body.data?.userId ?? ''}`.trim());
}
