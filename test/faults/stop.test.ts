/** F37: a node that is told to stop finishes its requests and drops none. */
import { Agent, request } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, basic, eventually, promisedMs, tries } from '../rig/api.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;

let variables: Readonly<Record<string, string>>;
beforeAll(async () => {
  variables = {
    ...credentials,
    DATABASE_URL: await createPostgresDatabase(),
    SALLYPORT_LOG_LEVEL: 'warn',
    SALLYPORT_DRAIN_SECONDS: '2',
    SALLYPORT_PUBLIC_URL: 'http://localhost:4000',
  };
});

/** A connection balancer like those of clusters: a new connection goes to a node whose last /readyz was successful. */
class Front {
  readonly server: Server;
  private readonly nodes = new Set<ServerProcess>();
  private readonly ready = new Set<ServerProcess>();
  private turn = 0;
  private readonly probing: NodeJS.Timeout;

  constructor() {
    this.server = createServer((socket) => {
      const ready = [...this.ready];
      this.turn += 1;
      const node = ready[this.turn % ready.length];
      if (node === undefined) {
        socket.destroy();
        return;
      }
      const upstream = connect(Number(new URL(node.url).port), '127.0.0.1');
      for (const [from, to] of [[socket, upstream] as const, [upstream, socket] as const]) {
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => to.end());
      }
    });
    this.probing = setInterval(() => void this.probe(), 150);
  }

  async probe(): Promise<void> {
    for (const node of this.nodes) {
      const isReady = await ask(node.url, 'GET', '/readyz').then(
        ({ status }) => status === 200,
        () => false,
      );
      if (isReady) this.ready.add(node);
      else this.ready.delete(node);
    }
  }

  async add(node: ServerProcess): Promise<void> {
    this.nodes.add(node);
    await this.probe();
  }

  remove(node: ServerProcess): void {
    this.nodes.delete(node);
    this.ready.delete(node);
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    clearInterval(this.probing);
    this.server.close();
  }
}

/** Tracks over one keep-alive connection of a client that never retries. */
function track(agent: Agent, port: number, number: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: `/v1/users/u-${number % 20}/actions/a`,
        headers: { authorization: basic(key), 'content-type': 'application/json', 'content-length': 2 },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end('{}');
  });
}

describe('F37', () => {
  const restarts = tries(3, 100);
  // Nodes that the restarts leave: each of the other tests stops one.
  const left: ServerProcess[] = [];
  const aNode = async () => left.pop() ?? startServer(variables);
  afterAll(() => Promise.all(left.map((node) => node.stop())));

  test(`${restarts} rolling restarts under load fail no request, and each node exits 0`, async () => {
    const front = new Front();
    const port = await front.listen();
    let nodes = await Promise.all([startServer(variables), startServer(variables)]);
    for (const node of nodes) await front.add(node);

    const failures: string[] = [];
    let [answered, isOver] = [0, false];
    const load = Promise.all(
      Array.from({ length: 12 }, async (_, lane) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        for (let number = 0; !isOver; number += 1) {
          const outcome = await track(agent, port, lane + number).catch((error: unknown) => String(error));
          if (outcome === 200) answered += 1;
          else failures.push(`${outcome}`);
          // Idle time: this is when a connection could be closed just as a request arrives. A load without it would take
          // the processors from the nodes that start.
          await new Promise((resolve) => setTimeout(resolve, tries(50, 0) + (number % 3 === 0 ? 30 : 0)));
        }
        agent.destroy();
      }),
    );
    for (let restart = 0; restart < restarts; restart += 1) {
      const [leaving, staying] = nodes;
      if (leaving === undefined || staying === undefined) throw new Error('There are always two nodes.');
      leaving.signal('SIGTERM');
      expect(await leaving.ended).toBe(0);
      front.remove(leaving);
      expect(leaving.output()).not.toMatch(/"level":[56]0/);
      const fresh = await startServer(variables);
      await front.add(fresh);
      nodes = [staying, fresh];
    }
    isOver = true;
    await load;
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(50);
    front.close();
    left.push(...nodes);
  }, 7_200_000);

  test('a node that drains keeps serving while /readyz refuses, asks its clients to close their connections, and exits in time with 0', async () => {
    const node = await aNode();
    expect((await ask(node.url, 'GET', '/readyz')).status).toBe(200);
    const startedMs = performance.now();
    node.signal('SIGTERM');
    const ready = await eventually(
      'not ready',
      { promisedMs: 1_500 },
      () => ask(node.url, 'GET', '/readyz'),
      ({ status }) => status === 503,
    );
    expect(ready.body.missing).toEqual(['stopping']);
    const served = await ask(node.url, 'POST', '/v1/users/u/actions/a', { key, body: {} });
    expect(served.status).toBe(200);
    expect(served.headers.get('connection')).toBe('close');
    expect((await ask(node.url, 'GET', '/livez')).status).toBe(200);
    expect(await node.ended).toBe(0);
    const ms = performance.now() - startedMs;
    expect(ms).toBeGreaterThan(1_900);
    expect(ms).toBeLessThan(promisedMs(12_000));
  });

  test('a request in progress when the drain ends is finished, and its connection is closed after that', async () => {
    const node = await aNode();
    const body = '{"idempotencyKey":"late"}';
    const reply = new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(node.url).port), '127.0.0.1');
      let text = '';
      socket.setEncoding('utf8').on('data', (data: string) => (text += data));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text));
      socket.write(
        `POST /v1/users/late/actions/a HTTP/1.1\r\nHost: h\r\nAuthorization: ${basic(key)}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n{`,
      );
      setTimeout(() => node.signal('SIGTERM'), 300);
      // The drain takes two seconds.
      setTimeout(() => socket.write(body.slice(1)), 3_200);
    });
    expect(await reply).toMatch(/^HTTP\/1\.1 200 [\s\S]*"idempotencyKey":"late"/);
    const answeredMs = performance.now();
    expect(await node.ended).toBe(0);
    expect(performance.now() - answeredMs).toBeLessThan(promisedMs(10_000));
  });

  test('a second signal ends it at once', async () => {
    const node = await startServer({ ...variables, SALLYPORT_DRAIN_SECONDS: '60' });
    node.signal('SIGTERM');
    await eventually(
      'draining',
      { promisedMs: 3_000 },
      () => ask(node.url, 'GET', '/readyz'),
      ({ status }) => status === 503,
    );
    node.signal('SIGTERM');
    expect(await node.ended).toBe(1);
  });
});
