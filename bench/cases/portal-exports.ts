/** How long a proof takes while operators export (F36): codes by e-mail, alone and beside the exports, in turn. */
import { Agent } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { BenchRun } from '../bench-case.ts';
import { caller, eachAtOnce, measure, serverKey } from '../prepared-answers.ts';
import type { PreparedRequest, Slice } from '../prepared-answers.ts';
import { actionCode } from '../seed-database.ts';
import type { Credentials } from '../seed-database.ts';
import type { BenchServer } from '../server-process.ts';
import { median } from '../statistics.ts';
import { userIdOf } from '../user-id.ts';
import type { Inbox } from './codes.ts';

const ratioMax = 1.2;
const codesAtOnce = 1_000;
/** As many as prove at the same time where a server has room: the figure is how long a proof takes, not how many there are. */
const connections = 4;
const roundsMax = 6;

export interface ExportsSite {
  readonly server: BenchServer;
  readonly credentials: Credentials;
  readonly inbox: Inbox;
  /** Exports as operators make them, each from its beginning to its end. Each resolves to the pages or lines that it had. */
  readonly exports: readonly ((isOver: () => boolean) => Promise<number>)[];
}

export async function measureExports({ settings, say }: BenchRun, site: ExportsSite): Promise<string> {
  const { server, credentials, inbox, exports } = site;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const call = caller(agent);
  const asBackend = serverKey(credentials);
  let user = 0;
  const prepare = async (): Promise<readonly PreparedRequest[]> => {
    const prepared: PreparedRequest[] = [];
    // Others each time: a person gets few codes in ten minutes.
    const numbers = Array.from({ length: codesAtOnce }, () => user++);
    await eachAtOnce(numbers, 16, async (number) => {
      const body = JSON.stringify({ idempotencyKey: randomUUID() });
      const path = `/v1/users/${userIdOf(number)}/actions/${actionCode}`;
      const { token } = JSON.parse((await call(server, path, asBackend, body)).text) as { token: string };
      await call(server, '/v1/client/challenge/email-otp', `Bearer ${token}`, '{}');
      prepared.push({
        token,
        body: JSON.stringify({ verificationCode: inbox.codeTo(`user${number}@example.com`) }),
      });
    });
    return prepared;
  };
  const slice = async () =>
    measure(call, await prepare(), connections, () => [server, '/v1/client/verify/email-otp'] as const);
  const alone: Slice[] = [];
  const beside: Slice[] = [];
  let rows = 0;
  try {
    const rounds = Math.min(settings.rounds, roundsMax);
    for (let round = 0; round <= rounds; round += 1) {
      const quiet = await slice();
      const prepared = await prepare();
      let isOver = false;
      const lanes = exports.map(async (read) => {
        while (!isOver) rows += await read(() => isOver);
      });
      const busy = await measure(call, prepared, connections, () => [server, '/v1/client/verify/email-otp'] as const);
      isOver = true;
      await Promise.all(lanes);
      // The first one is for warming up.
      if (round > 0) {
        alone.push(quiet);
        beside.push(busy);
      }
      say(
        `portal: proofs beside exports, round ${round}: p99 ${quiet.p99Ms.toFixed(1)} and ${busy.p99Ms.toFixed(1)} ms`,
      );
    }
  } finally {
    agent.destroy();
  }
  const ratios = beside.map(({ p99Ms }, round) => p99Ms / (alone[round]?.p99Ms ?? Number.NaN));
  const ratio = median(ratios);
  const row = (name: string, of: readonly Slice[]) => {
    const middle = (pick: (each: Slice) => number) => median(of.map(pick)).toFixed(1);
    return `| ${name} | ${middle(({ p50Ms }) => p50Ms)} | ${middle(({ p99Ms }) => p99Ms)} |`;
  };
  return [
    `Proofs beside exports: ${connections} connections verify codes by e-mail, ${codesAtOnce} each round, alone and while ${exports.length} operators download the activity as the portal does, and the audit log, one after another without end (${rows.toLocaleString('en')} rows in all). Medians of ${ratios.length} rounds.`,
    '',
    '| verify | p50 ms | p99 ms |',
    '| --- | --: | --: |',
    row('alone', alone),
    row('beside the exports', beside),
    '',
    `- p99 beside the exports is ${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}) of that alone. Target: at most ${ratioMax}, ${ratio <= ratioMax ? 'reached' : '**missed**'}.`,
  ].join('\n');
}
