/** How much memory live connections need: those that are only open, and those that show a QR code. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase } from '../bench-case.ts';
import { residentBytesOf } from '../process-usage.ts';
import { startSallyport } from '../server-process.ts';

const sockets = 5_000;
/** What the product promises. */
const mebibytesMax = 400;
const atOnce = 50;
const idleMs = 5_000;

export const socketsCase: BenchCase = {
  name: 'sockets',
  title: 'Live connections',
  async run({ settings, postgres, say }) {
    const credentials = testCredentials();
    const server = await startSallyport({
      ...credentials,
      DATABASE_URL: await postgres.createDatabase('bench_sockets'),
      SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize),
      // Each connection has an address of its own, as visitors have.
      SALLYPORT_TRUSTED_PROXIES: '127.0.0.1',
    });
    const open: WebSocket[] = [];
    try {
      const key = Buffer.from(`${credentials.SALLYPORT_MANAGEMENT_KEY}:`).toString('base64');
      await fetch(`${server.url}/v1/management/authenticator-configurations/qr-code`, {
        method: 'POST',
        headers: { authorization: `Basic ${key}`, 'content-type': 'application/json' },
        body: '{}',
      });
      await sleep(idleMs);
      const before = mebibytes(residentBytesOf(server.pid));
      say(`sockets: opening ${sockets}`);
      await inGroups((at) =>
        connect(server.url, credentials.SALLYPORT_TENANT_ID, at).then((socket) => void open.push(socket)),
      );
      await sleep(idleMs);
      const idle = mebibytes(residentBytesOf(server.pid));
      say('sockets: a QR code on each');
      await inGroups((at) => showCode(open[at]));
      await sleep(idleMs);
      const showing = mebibytes(residentBytesOf(server.pid));
      const alive = open.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
      if (alive < sockets) throw new Error(`Only ${alive} of ${sockets} connections are open.`);
      return [
        `${sockets.toLocaleString('en')} WebSockets of one tenant on one node, opened ${atOnce} at a time. Resident memory of the server's process, ${idleMs / 1000} s after the last one was opened; promised are less than ${mebibytesMax} MiB for idle ones.`,
        '',
        '| without | idle | showing a QR code each | per idle connection |',
        '| ---: | ---: | ---: | ---: |',
        `| ${before} MiB | ${idle} MiB | ${showing} MiB | ${Math.round(((idle - before) * 1024) / sockets)} KiB |`,
      ].join('\n');
    } finally {
      for (const socket of open) socket.terminate();
      await server.stop();
    }
  },
};

async function inGroups(each: (at: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < sockets; from += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, sockets - from) }, (_, at) => each(from + at)));
  }
}

async function connect(url: string, tenantId: string, at: number): Promise<WebSocket> {
  const address = `10.0.${Math.floor(at / 250)}.${at % 250}`;
  const protocols = ['authsignal-ws', `x.authsignal.tenant.${tenantId}`];
  const headers = { 'x-forwarded-for': address };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws-v1-challenge`, protocols, { headers });
  await once(socket, 'open');
  return socket;
}

async function showCode(socket: WebSocket | undefined): Promise<void> {
  if (socket === undefined) return;
  const answered = once(socket, 'message');
  socket.send(JSON.stringify({ type: 'CREATE_CHALLENGE', data: { challengeType: 'QR_CODE', actionCode: 'sign-in' } }));
  await answered;
}

function mebibytes(bytes: number | undefined): number {
  if (bytes === undefined) throw new Error('The memory of the server cannot be read on this system.');
  return Math.round(bytes / 2 ** 20);
}
