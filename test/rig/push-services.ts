/** Stand-ins for the push services of Apple and Google: the real protocols over HTTP/2, on this machine. */
import { createServer } from 'node:http2';
import type { Http2Server, IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { importSPKI, jwtVerify } from 'jose';

export interface PushCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into bodies of every shape
  readonly body: any;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

export interface PushServices {
  readonly url: string;
  readonly port: number;
  readonly apns: PushCall[];
  readonly fcm: PushCall[];
  /** How often an access token was asked for. */
  tokens: number;
  connections: number;
  /** Answers of the services; they may be late. */
  answerApns: (call: PushCall, claims: object) => Answer | Promise<Answer>;
  answerFcm: (call: PushCall) => Answer | Promise<Answer>;
  close(): Promise<void>;
}

/** The public keys by which the stand-ins check who calls, in PEM. */
export async function startPushServices(keys: { apns: string; google: string }): Promise<PushServices> {
  const apnsKey = await importSPKI(keys.apns, 'ES256');
  const googleKey = await importSPKI(keys.google, 'RS256');
  const server: Http2Server = createServer();
  const services: PushServices = {
    url: '',
    port: 0,
    apns: [],
    fcm: [],
    tokens: 0,
    connections: 0,
    answerApns: () => ({ status: 200, body: {} }),
    answerFcm: () => ({ status: 200, body: { name: 'projects/bank/messages/1' } }),
    close: () =>
      new Promise((done) => {
        for (const session of sessions) session.destroy();
        server.close(() => done());
      }),
  };
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    services.connections += 1;
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });

  async function answer(path: string, headers: IncomingHttpHeaders, text: string): Promise<Answer> {
    const bearer = String(headers.authorization).replace(/^bearer /i, '');
    if (path.startsWith('/3/device/')) {
      const call = { path, headers, body: JSON.parse(text) as unknown };
      services.apns.push(call);
      const claims = await jwtVerify(bearer, apnsKey, { clockTolerance: 1e10 }).catch(() => undefined);
      if (claims === undefined) return { status: 403, body: { reason: 'InvalidProviderToken' } };
      return services.answerApns(call, { ...claims.payload, ...claims.protectedHeader });
    }
    if (path === '/token') {
      services.tokens += 1;
      const form = new URLSearchParams(text);
      const assertion = form.get('assertion') ?? '';
      const audience = 'https://oauth2.googleapis.com/token';
      await jwtVerify(assertion, googleKey, { audience, clockTolerance: 1e10 });
      return { status: 200, body: { access_token: `access-${services.tokens}`, expires_in: 3599 } };
    }
    const call = { path, headers, body: JSON.parse(text) as unknown };
    services.fcm.push(call);
    const isKnown = bearer === `access-${services.tokens}`;
    if (!isKnown) return { status: 401, body: { error: { status: 'UNAUTHENTICATED' } } };
    return services.answerFcm(call);
  }

  server.on('stream', (stream, headers) => {
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => (text += chunk));
    stream.on('error', () => undefined);
    stream.on('end', () => {
      void answer(String(headers[':path']), headers, text)
        .catch(() => ({ status: 400, body: {} }))
        .then(({ status, body }) => {
          if (stream.destroyed) return;
          stream.respond({ ':status': status, 'content-type': 'application/json' });
          stream.end(JSON.stringify(body));
        });
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return Object.assign(services, { port, url: `http://127.0.0.1:${port}` });
}
