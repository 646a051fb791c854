/** Worry: connections that stay open are how a server runs out of memory, or one caller keeps out all others. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Conversation, Line } from '../contract/conversation.ts';
import { Refusal } from '../contract/errors.ts';
import { live } from '../contract/route.ts';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import { createServer } from './create-server.ts';
import { limitRate } from './limit-rate.ts';
import { openLiveSockets } from './live-sockets.ts';
import { writeRefusal } from './write-refusal.ts';

const how = live('talk', z.unknown(), z.object({ say: z.string().max(100) }));

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function server(options: { socketsMax?: number; callsMax?: number } = {}) {
  const runtime = virtualRuntime();
  const lines: Line<unknown>[] = [];
  const ended: string[] = [];
  const fastify = createServer({
    ids: runtime.ids,
    logger: pino({ level: 'silent' }),
    trustedProxies: ['127.0.0.1'],
    unreadablePage: () => ({ html: '', headers: {} }),
  });
  const sockets = openLiveSockets(fastify, {
    clock: runtime.clock,
    timers: runtime.timers,
    logger: pino({ level: 'silent' }),
    socketsMax: options.socketsMax ?? 100,
    anonymous: limitRate(runtime.clock, { callsMax: options.callsMax ?? 1_000, windowMs: 60_000 }),
    isUnavailable: () => false,
    refused: () => undefined,
  });
  fastify.decorateRequest('caller', undefined);
  fastify.setErrorHandler((error, _request, reply) => writeRefusal(reply, error as Refusal));
  fastify.post('/plain', (request) => request.body);
  fastify.get<{ Querystring: { tenant?: string; endsIn?: string } }>('/live', (request, reply) => {
    const { tenant: tenantId = 'one', endsIn } = request.query;
    request.caller = { kind: 'client', tenant: { tenantId } };
    const endsAtMs = endsIn === undefined ? undefined : runtime.clock.now() + Number(endsIn);
    const converse = (line: Line<unknown>): Conversation<unknown> => {
      lines.push(line);
      return {
        endsAtMs,
        hear: (message) => {
          const { say } = message as { say: string };
          if (say === 'fail') throw new Error('broken');
          if (say === 'refuse') throw new Refusal('forbidden', 'Not here.');
          line.say({ heard: say });
          return Promise.resolve();
        },
        ended: () => void ended.push(tenantId),
      };
    };
    return sockets.open(how, converse, { request, reply, inspect: () => undefined });
  });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  closers.push(() => fastify.close());
  const { port } = fastify.server.address() as AddressInfo;
  return { runtime, sockets, lines, ended, fastify, port };
}

interface Talk {
  readonly socket: WebSocket;
  readonly heard: unknown[];
  /** How it ended: the code, or the status of the response that refused it. */
  readonly over: Promise<number>;
}

async function talk(port: number, query = '', options: ClientOptions = {}): Promise<Talk> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live?${query}`, ['talk', 'x.secret'], options);
  const heard: unknown[] = [];
  const over = new Promise<number>((resolve) => {
    socket.on('close', (code) => resolve(code));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  });
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString('utf8'))));
  await Promise.race([once(socket, 'open'), over]);
  closers.push(() => Promise.resolve(socket.terminate()));
  return { socket, heard, over };
}

test('a connection speaks the protocol that it is for, never the one that carries the credential', async () => {
  const { port, sockets, ended } = await server();
  const { socket, heard } = await talk(port);
  expect(socket.protocol).toBe('talk');
  socket.send('{"say":"hello"}');
  await once(socket, 'message');
  expect(heard).toEqual([{ heard: 'hello' }]);
  expect(sockets.count()).toBe(1);
  socket.close();
  await once(socket, 'close');
  await expect.poll(() => [sockets.count(), ended]).toEqual([0, ['one']]);
});

test('what is refused is told, and ends the connection: nonsense, refusals and our own failures', async () => {
  const { port } = await server();
  for (const [text, errorCode, code] of [
    ['nonsense', 'invalid_request', 1008],
    ['{"say":5}', 'invalid_request', 1008],
    ['{"say":"refuse"}', 'forbidden', 1008],
    ['{"say":"fail"}', 'unexpected_error', 1011],
  ] as const) {
    const { socket, heard, over } = await talk(port);
    socket.send(text);
    expect(await over).toBe(code);
    expect(heard).toMatchObject([{ type: 'ERROR', data: { errorCode } }]);
  }
});

test('F39: a message is bounded before it is kept, also in fragments', async () => {
  const { port } = await server();
  const whole = await talk(port);
  whole.socket.send('x'.repeat(17 * 1024));
  expect(await whole.over).toBe(1009);
  const parts = await talk(port);
  for (let part = 0; part < 5; part += 1) parts.socket.send('x'.repeat(4 * 1024), { fin: false });
  expect(await parts.over).toBe(1009);
});

test('F39: a frame that trickles in and never ends holds little, and ends the connection within a minute', async () => {
  const { port, runtime, sockets } = await server();
  const { socket, over } = await talk(port);
  const connection = (socket as unknown as { readonly _socket: Socket })._socket;
  // A masked text of 16 KiB (RFC 6455 §5.2), of which a byte comes now and then; a pong cannot come in the middle of it.
  connection.write(Buffer.from([0x81, 0x80 | 126, 0x40, 0x00, 1, 2, 3, 4]));
  socket.pong = () => undefined;
  for (let seconds = 0; seconds < 60; seconds += 10) {
    connection.write(Buffer.from([0x20]));
    await new Promise((resolve) => setImmediate(resolve));
    await runtime.advance(10_000);
  }
  expect(await over).toBe(1006);
  expect(sockets.count()).toBe(0);
});

test('A74: messages that come faster than they are answered end the connection', async () => {
  const { port } = await server({ callsMax: 40 });
  const flood = await talk(port);
  for (let sent = 0; sent < 200; sent += 1) flood.socket.send('{"say":"more"}');
  expect(await flood.over).toBe(1008);
  const steady = await talk(port);
  let said = 0;
  while (said < 100 && steady.socket.readyState === WebSocket.OPEN) {
    steady.socket.send('{"say":"again"}');
    await Promise.race([once(steady.socket, 'message'), steady.over]);
    said += 1;
  }
  expect(await steady.over).toBe(1008);
  expect(said).toBeLessThanOrEqual(31);
});

test('A40: a connection ends when its token does', async () => {
  const { port, runtime } = await server();
  const { heard, over } = await talk(port, 'endsIn=5000');
  await runtime.advance(4_000);
  expect(heard).toEqual([]);
  await runtime.advance(1_000);
  expect(await over).toBe(4401);
  expect(heard).toMatchObject([{ type: 'ERROR', data: { errorCode: 'expired_token' } }]);
});

test('client-api 6.4.4: an idle connection stays for more than ten minutes, not for ever, and not if nobody is there', async () => {
  const { port, runtime, sockets } = await server();
  const idle = await talk(port);
  const silent = await talk(port, '', { autoPong: false });
  for (let half = 0; half < 24; half += 1) {
    const pinged = once(idle.socket, 'ping');
    await runtime.advance(30_000);
    await pinged;
    // Its answer is there once that to a ping of its own is back.
    idle.socket.ping();
    await once(idle.socket, 'pong');
  }
  expect(await silent.over).toBe(1006);
  expect(sockets.count()).toBe(1);
  await runtime.advance(180_000);
  expect(await idle.over).toBe(1001);
});

test('F39, ruling 52: above the cap new ones are told to come later, and a tenant with many makes room for one with few', async () => {
  const { port, sockets } = await server({ socketsMax: 4 });
  const many = [];
  for (let opened = 0; opened < 4; opened += 1) many.push(await talk(port, 'tenant=large'));
  expect(await (await talk(port, 'tenant=large')).over).toBe(503);
  const few = await talk(port, 'tenant=small');
  expect(few.socket.readyState).toBe(WebSocket.OPEN);
  expect(await many[0]?.over).toBe(1013);
  expect(await (await talk(port, 'tenant=large')).over).toBe(503);
  const second = await talk(port, 'tenant=small');
  expect(second.socket.readyState).toBe(WebSocket.OPEN);
  expect(await (await talk(port, 'tenant=small')).over).toBe(503);
  expect(sockets.count()).toBe(4);
});

test('one address has a share of them', async () => {
  const { port } = await server({ socketsMax: 1_000 });
  const from = (address: string) => talk(port, '', { headers: { 'x-forwarded-for': address } });
  await Promise.all(Array.from({ length: 200 }, () => from('203.0.113.1')));
  expect(await (await from('203.0.113.1')).over).toBe(429);
  expect((await from('203.0.113.2')).socket.readyState).toBe(WebSocket.OPEN);
}, 20_000);

test('closing the server says goodbye, and waits for nobody who does not answer', async () => {
  const { port, fastify } = await server();
  const { over } = await talk(port);
  const deaf = await talk(port);
  deaf.socket.pause();
  const startedAt = performance.now();
  await fastify.close();
  expect(await over).toBe(1012);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a request that offers another upgrade is answered as any other, with its body', async () => {
  const { port } = await server();
  for (const upgrade of ['h2c', 'websocket']) {
    const reply = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(
        {
          port,
          path: '/plain',
          method: 'POST',
          headers: { connection: 'Upgrade', upgrade, 'content-type': 'application/json', 'content-length': '7' },
        },
        (response) => {
          let text = `${response.statusCode} `;
          response.on('data', (part: Buffer) => (text += part.toString('utf8')));
          response.on('end', () => resolve(text));
        },
      );
      request.on('error', reject);
      request.end('{"a":1}');
    });
    expect(reply).toBe('200 {"a":1}');
  }
});

test('a path that is no WebSocket, or is opened as none, is answered and the connection closed', async () => {
  const { port } = await server();
  const plain = await fetch(`http://127.0.0.1:${port}/live`);
  expect([plain.status, ((await plain.json()) as { errorCode: string }).errorCode]).toEqual([400, 'invalid_request']);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live`, ['other']);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(400);
});
