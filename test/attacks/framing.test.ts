/** A74: bodies and headers that are too large, too slow or malformed. All at once, against one process. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, basic, tries } from '../rig/api.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const authorization = `Authorization: ${basic(key)}`;
const json = 'Content-Type: application/json';
const post = `POST /v1/users/framed/actions/a HTTP/1.1\r\nHost: h\r\n${authorization}\r\n${json}\r\n`;

let server: ServerProcess;
let port: number;

beforeAll(async () => {
  server = await startServer({
    ...credentials,
    DATABASE_URL: await createPostgresDatabase(),
    SALLYPORT_LOG_LEVEL: 'warn',
  });
  port = Number(new URL(server.url).port);
});
afterAll(() => server.stop());

interface Exchange {
  readonly text: string;
  readonly status: number;
  readonly seconds: number;
  readonly isClosed: boolean;
}

/** Writes to a fresh connection and reads until it is closed, or for the given time. */
function exchange(write: (socket: Socket) => void, secondsMax: number): Promise<Exchange> {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    let text = '';
    const socket = connect(port, '127.0.0.1');
    const finish = (isClosed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
      resolve({ text, status, seconds: (performance.now() - startedMs) / 1000, isClosed });
    };
    const timer = setTimeout(() => finish(false), secondsMax * 1000);
    socket.setEncoding('latin1');
    socket.on('data', (data: string) => (text += data));
    // Writing after the server has closed is an error here, and the response may have arrived before it.
    socket.on('error', () => undefined);
    socket.on('close', () => finish(true));
    socket.on('connect', () => write(socket));
  });
}

/** Writes a piece again and again until the connection is closed. */
function dribble(socket: Socket, piece: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(piece), everyMs);
  socket.on('close', () => clearInterval(timer));
}

function expectRefusal(seen: Exchange, status: number, code: string): void {
  expect(seen.status, seen.text).toBe(status);
  expect(seen.text).toMatch(/\r\ncontent-type: application\/json\r\n/i);
  expect(seen.text).toContain(`"errorCode":"${code}"`);
}

function residentMegabytes(): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

describe.concurrent('A74', () => {
  test('a chunked body over the limit is refused while it is being read', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const seen = await exchange((socket) => {
      socket.write(`${post}Transfer-Encoding: chunked\r\n\r\n`);
      dribble(socket, chunk, 2);
    }, 20);
    expectRefusal(seen, 413, 'body_too_large');
    expect(seen.seconds).toBeLessThan(10);
  });

  test('a body announced as too large is refused before it arrives', async () => {
    const seen = await exchange(
      (socket) => socket.write(`${post}Content-Length: 1000000000\r\nConnection: close\r\n\r\n{`),
      5,
    );
    expectRefusal(seen, 413, 'body_too_large');
  });

  test('a request without a length has an empty body, and bytes after it are not read as one', async () => {
    const plain = await exchange((socket) => socket.write(`${post}Connection: close\r\n\r\n`), 5);
    expect(plain.status, plain.text).toBe(200);
    const followed = await exchange((socket) => socket.write(`${post}\r\n{"idempotencyKey":"smuggled"}`), 2);
    expect(followed.text).not.toContain('smuggled');
  });

  test('a length that is not a number, negative, or given twice with different values is refused', async () => {
    for (const lengths of ['x', '-1', '1e1', '5, 6', '0x10', '5\r\nContent-Length: 6']) {
      const seen = await exchange((socket) => socket.write(`${post}Content-Length: ${lengths}\r\n\r\n{"a":1}`), 5);
      expectRefusal(seen, 400, 'invalid_request');
      expect(seen.isClosed).toBe(true);
    }
  });

  test('Content-Length together with Transfer-Encoding is refused and the connection closed', async () => {
    const smuggling = `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: h\r\n\r\n`;
    for (const text of [
      smuggling,
      smuggling.replace('chunked', 'xchunked'),
      smuggling.replace(': chunked', ' : chunked'),
    ]) {
      const seen = await exchange((socket) => socket.write(text), 5);
      expectRefusal(seen, 400, 'invalid_request');
      expect(seen.isClosed).toBe(true);
      expect(seen.text).not.toContain('alive');
    }
  });

  test('a header of 100 kB, and a thousand headers of 100 bytes, are refused', async () => {
    for (const headers of [
      `X-Large: ${'x'.repeat(100_000)}`,
      Array.from({ length: 1_000 }, (_, index) => `X-${index}: ${'x'.repeat(100)}`).join('\r\n'),
    ]) {
      const seen = await exchange((socket) => socket.write(`GET /livez HTTP/1.1\r\nHost: h\r\n${headers}\r\n\r\n`), 5);
      expectRefusal(seen, 400, 'invalid_request');
      expect(seen.isClosed).toBe(true);
    }
  });

  test('a request that is not HTTP is refused', async () => {
    for (const text of [
      '\x16\x03\x01\x02\x00\x01\x00\x01',
      'GET\r\n\r\n',
      'GET /livez HTTP/9.9\r\n\r\n',
      '\0\0\0\0',
      'GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n',
    ]) {
      const seen = await exchange((socket) => socket.write(text), 5);
      expectRefusal(seen, 400, 'invalid_request');
    }
  });

  test('a compressed body is refused before it is decompressed', async () => {
    const reply = await ask(server.url, 'POST', '/v1/validate', {
      key,
      rawBody: '\x1f\x8b',
      headers: { 'content-encoding': 'gzip' },
    });
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
  });

  test('10^5 members are refused because of their size; as many as fit are parsed at once', async () => {
    const members = (count: number) =>
      JSON.stringify({ custom: Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1])) });
    expect((await ask(server.url, 'PATCH', '/v1/users/keys', { key, rawBody: members(100_000) })).status).toBe(413);
    const reply = await ask(server.url, 'PATCH', '/v1/users/keys', { key, rawBody: members(6_000) });
    expect(reply.status, reply.text.slice(0, 200)).toBe(200);
    expect(reply.ms).toBeLessThan(2_000);
  });

  test('10^4 levels of nesting are refused in a stored member and ignored in an unknown one', async () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    const stored = await ask(server.url, 'PATCH', '/v1/users/deep', { key, rawBody: `{"custom":{"a":${deep}}}` });
    expect([stored.status, stored.body.errorCode]).toEqual([400, 'invalid_request']);
    const unread = await ask(server.url, 'PATCH', '/v1/users/deep', { key, rawBody: `{"unknown":${deep}}` });
    expect(unread.status, unread.text).toBe(200);
  });

  test('a body that arrives byte by byte is given up after 15 seconds', async () => {
    const seen = await exchange((socket) => {
      socket.write(`${post}Content-Length: 60000\r\n\r\n{"a":"`);
      dribble(socket, 'x', 500);
    }, 25);
    expectRefusal(seen, 400, 'invalid_request');
    expect(seen.isClosed).toBe(true);
    expect(seen.seconds).toBeGreaterThan(14);
    expect(seen.seconds).toBeLessThan(20);
  });

  test('many connections with slow headers are given up after 10 seconds, and do not delay other requests', async () => {
    const before = residentMegabytes();
    const slow = Array.from({ length: tries(200, 1_000) }, () =>
      exchange((socket) => {
        socket.write('GET /livez HTTP/1.1\r\nHost: h\r\n');
        dribble(socket, 'X-A: b\r\n', 1_000);
      }, 25),
    );
    const waits: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const reply = await ask(server.url, 'GET', '/v1/users/x', { key });
      expect(reply.status).toBe(200);
      waits.push(reply.ms);
    }
    expect(waits.sort((left, right) => left - right)[5]).toBeLessThan(500);
    for (const seen of await Promise.all(slow)) {
      expect(seen.isClosed).toBe(true);
      expect(seen.seconds).toBeGreaterThan(9);
      expect(seen.seconds).toBeLessThan(16);
    }
    expect(residentMegabytes() - before).toBeLessThan(150);
  });
});

test('A74: a flood of bodies over the limit does not raise memory use', async () => {
  const flood = async (count: number) => {
    for (let sent = 0; sent < count; sent += 20) {
      await Promise.all(
        Array.from({ length: 20 }, () =>
          exchange((socket) => {
            socket.write(`${post}Transfer-Encoding: chunked\r\n\r\n`);
            socket.write(`20000\r\n${'x'.repeat(0x20000)}\r\n`);
          }, 10),
        ),
      );
    }
  };
  await flood(100);
  const before = residentMegabytes();
  await flood(tries(300, 3_000));
  expect(residentMegabytes() - before).toBeLessThan(60);
});
