/** A name server whose answers a test decides, over UDP and TCP on one port. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** The answer for a name: its addresses of either family, a code of RFC 1035 §4.1.1, or silence. */
export type NameAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'silent';

export interface NameServer {
  /** As `node:dns` expects it. */
  readonly address: string;
  /** Each question that arrived, as `A name`, in order. */
  readonly asked: string[];
  stop(): Promise<void>;
}

const rcodes = { NXDOMAIN: 3, SERVFAIL: 2 } as const;
const types: Readonly<Record<number, 'A' | 'AAAA'>> = { 1: 'A', 28: 'AAAA' };
const udpBytesMax = 512;

/** `answerTo` is called with name and type; undefined means that the name does not exist. `afterMs` is the delay. */
export async function startNameServer(
  answerTo: (name: string, type: 'A' | 'AAAA') => NameAnswer | undefined,
  afterMs: (name: string) => number = () => 0,
): Promise<NameServer> {
  const asked: string[] = [];
  const udp = createSocket('udp4');
  const tcp = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const reply = replyTo(bytes.subarray(2));
      if (reply === undefined) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([length, reply]));
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as AddressInfo;
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));

  /** The answer to a query (RFC 1035 §4); undefined if there is none. */
  function replyTo(query: Buffer): Buffer | undefined {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const question = query.subarray(12, at + 5);
    const type = types[query.readUInt16BE(at + 1)] ?? 'A';
    const name = labels.join('.').toLowerCase();
    asked.push(`${type} ${name}`);
    const answer = answerTo(name, type) ?? 'NXDOMAIN';
    if (answer === 'silent') return undefined;
    const own = typeof answer === 'string' ? [] : answer.filter((text) => text.includes(':') === (type === 'AAAA'));
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 | (typeof answer === 'string' ? rcodes[answer] : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(own.length, 6);
    return Buffer.concat([head, question, ...own.map((text) => record(text, type))]);
  }

  udp.on('message', (query, from) => {
    const reply = replyTo(query);
    if (reply === undefined) return;
    const name = asked.at(-1)?.split(' ')[1] ?? '';
    // Too long for UDP: the answer is marked truncated, and the client retries over TCP.
    const sent = reply.length <= udpBytesMax ? reply : truncated(reply, query);
    setTimeout(() => udp.send(sent, from.port, from.address), afterMs(name));
  });
  return {
    address: `127.0.0.1:${port}`,
    asked,
    async stop() {
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
}

function truncated(reply: Buffer, query: Buffer): Buffer {
  const short = Buffer.from(reply.subarray(0, query.length));
  short.writeUInt16BE(short.readUInt16BE(2) | 0x0200, 2);
  short.writeUInt16BE(0, 6);
  short.writeUInt16BE(0, 8);
  short.writeUInt16BE(0, 10);
  return short;
}

function record(text: string, type: 'A' | 'AAAA'): Buffer {
  const address =
    type === 'A' ? Buffer.from(text.split('.').map(Number)) : Buffer.from(fullIpv6(text).replaceAll(':', ''), 'hex');
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type === 'A' ? 1 : 28, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(address.length, 10);
  return Buffer.concat([head, address]);
}

/** Every group with four digits. */
function fullIpv6(text: string): string {
  const [start = [], end] = text.split('::').map((part) => part.split(':').filter(Boolean));
  const groups = end === undefined ? start : [...start, ...Array(8 - start.length - end.length).fill('0'), ...end];
  return (groups as string[]).map((group) => group.padStart(4, '0')).join(':');
}
