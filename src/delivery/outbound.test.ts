import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPublicAddress, openOutbound } from './outbound.ts';
import { openNames } from './names.ts';
import type { Names } from './names.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';

describe('A76: an address is public', () => {
  test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1', '::ffff:8.8.8.8'])(
    '%s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  test.each([
    ['this host', ['0.0.0.0', '0.1.2.3', '::']],
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', 'fc00::1', 'fd12:3456::1', 'fec0::1']],
    ['link-local and metadata', ['169.254.0.1', '169.254.169.254', 'fe80::1', 'fd00:ec2::254']],
    ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
    ['protocol assignments', ['192.0.0.1', '192.0.0.171', '192.88.99.1', '2001::1', '2001:10::1', '2001:20::1']],
    ['documentation', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1']],
    ['benchmarking', ['198.18.0.1', '198.19.255.255', '2001:2::1']],
    ['multicast, reserved, broadcast', ['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', 'ff02::1']],
    ['IPv4 inside IPv6', ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::127.0.0.1', '::ffff:0:127.0.0.1']],
    ['NAT64 of a private one', ['64:ff9b::127.0.0.1', '64:ff9b::a00:1', '64:ff9b:1::1']],
    ['tunnels', ['2002:7f00:1::', '2002:a00:1::1', '2001:0:7f00:1::']],
    ['no address', ['', 'localhost', '1.1.1', '0x7f.1', '127.1', '1.1.1.1.', 'fe80::1%eth0']],
  ])('and these are not: %s', (_what, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  test('a NAT64 address is as public as the address inside it', () => {
    expect(isPublicAddress('64:ff9b::8.8.8.8')).toBe(true);
  });
});

describe('A76: connections to targets that a tenant has named', () => {
  const server = createServer((socket) => socket.on('error', () => undefined));
  let port = 0;
  let connections = 0;
  beforeAll(async () => {
    server.on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => void server.close());

  /** A DNS server whose responses come in order; the last one is repeated. */
  function dns(...answers: readonly (readonly string[])[]) {
    let asked = 0;
    const names: Names = {
      async resolve() {
        const answer = answers[Math.min(asked, answers.length - 1)] ?? [];
        asked += 1;
        return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      },
    };
    return { names, asked: () => asked };
  }

  const attempt = async (allow: readonly string[], host: string, names: Names = systemNames, ports = [port]) => {
    const before = connections;
    const connection = await openOutbound(allow, names)
      .connect('a tenant', { host, port }, ports, AbortSignal.timeout(2_000))
      .catch((error: unknown) => error);
    if (connection instanceof Error) return { error: connection.name, connections: connections - before };
    const { socket, isListed } = connection as Awaited<ReturnType<ReturnType<typeof openOutbound>['connect']>>;
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    return { address: socket.remoteAddress ?? '127.0.0.1', isListed, connections: connections - before };
  };
  const systemNames = openNames(systemRuntime());
  const refused = { error: 'TargetRefused', connections: 0 };

  test.each(['127.0.0.1', 'localhost', '2130706433', '0177.0.0.1', '0x7f.0.0.1', '127.1', '0.0.0.0', '::1'])(
    'never reach this machine as %s',
    async (host) => expect(await attempt([], host)).toEqual(refused),
  );

  test('never reach it by a name, even among good addresses', async () => {
    expect(await attempt([], 'evil.example', dns(['127.0.0.1']).names)).toEqual(refused);
    expect(await attempt([], 'evil.example', dns(['::ffff:127.0.0.1', 'fe80::1']).names)).toEqual(refused);
    const mixed = await attempt([], 'evil.example', dns(['192.0.2.1', '127.0.0.1', '::1']).names);
    expect(mixed).toEqual(refused);
  });

  test('go to the address that was checked: a name is looked up once, whatever a second query would return', async () => {
    const flipping = dns(['169.254.169.254'], ['127.0.0.1']);
    expect(await attempt([], 'evil.example', flipping.names)).toEqual(refused);
    expect(flipping.asked()).toBe(1);
    // A target on the operator's list is also reached with the first response.
    const listed = dns(['127.0.0.1'], ['10.0.0.1']);
    expect(await attempt(['127.0.0.0/8'], 'hook.example', listed.names)).toMatchObject({ isListed: true });
    expect(listed.asked()).toBe(1);
  });

  test('the operator’s list permits ranges, addresses, and host with port, and nothing else', async () => {
    const { names } = dns(['127.0.0.1']);
    const reached = { isListed: true, connections: 1 };
    for (const allow of [['127.0.0.0/8'], ['127.0.0.1'], [`hook.example:${port}`], [`HOOK.example:${port}`]]) {
      expect(await attempt(allow, 'hook.example', names, []), allow[0]).toMatchObject(reached);
    }
    expect(await attempt([`127.0.0.1:${port}`], '127.0.0.1', undefined, [])).toMatchObject(reached);
    for (const allow of [['10.0.0.0/8'], ['127.0.0.2'], ['hook.example:1'], [`other.example:${port}`], ['::1']]) {
      expect(await attempt(allow, 'hook.example', names), allow[0]).toEqual(refused);
    }
  });

  test('a port that is not meant for this kind of traffic is refused on a public address', async () => {
    expect(await attempt([], 'hook.example', dns(['8.8.8.8']).names, [443])).toEqual(refused);
  });

  test('a lookup that never ends is abandoned in time', async () => {
    const startedMs = performance.now();
    const never: Names = {
      resolve: (_host, _asker, signal) =>
        new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason as Error))),
    };
    await expect(
      openOutbound([], never).connect('t', { host: 'slow.example', port: 443 }, [443], AbortSignal.timeout(100)),
    ).rejects.toThrow();
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});
