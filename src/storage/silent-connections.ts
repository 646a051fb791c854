import { Client } from 'pg';
import type { QueryConfig } from 'pg';
import { connectTo } from './connect-to.ts';
import { pause } from './pause.ts';

/** A process of the server: its number alone is used again. */
export interface Backend {
  readonly pid: number;
  readonly started_at: string;
}

const lookMs = 1_000;
const connectMs = 2_000;
/** How long one is kept of which nobody can say whether it lives. */
const unknownMaxMs = 60_000;

// In one expression, which is not evaluated but for our own: the planner puts the conditions of a statement in any order, and
// would end everybody's sessions.
const lookText = `select s.pid from unnest($1::int[], $2::text[]) as ours (pid, started_at), pg_stat_activity s
  where case when s.pid = ours.pid and extract(epoch from s.backend_start)::text = ours.started_at
    then s.state = 'active' or not pg_terminate_backend(s.pid) else false end`;

/**
 * Connections on which nothing came for too long, while something was out. A server that waits for something (a lost
 * synchronous standby) still has the statement and will carry it out, so that opening another connection for each would take
 * all that it has. So they stay until they answer, or the server is seen to do nothing for them any more.
 */
export class SilentConnections {
  private readonly url: () => string;
  private readonly clients = new Map<Client, { readonly backend: Backend | undefined; looks: number }>();
  private isClosed = false;
  private isLooking = false;

  constructor(url: () => string) {
    this.url = url;
  }

  get size(): number {
    return this.clients.size;
  }

  has(client: Client): boolean {
    return this.clients.has(client);
  }

  /** `backend` is undefined behind a pooler that swaps sessions. */
  add(client: Client, backend: Backend | undefined): void {
    this.clients.set(client, { backend, looks: 0 });
    if (this.isClosed) client.connection.stream.destroy();
    else if (!this.isLooking) void this.look();
  }

  delete(client: Client): void {
    this.clients.delete(client);
  }

  /** Waits for none of them any more. */
  close(): void {
    this.isClosed = true;
    for (const client of this.clients.keys()) client.connection.stream.destroy();
  }

  private async look(): Promise<void> {
    this.isLooking = true;
    while (this.clients.size > 0 && !this.isClosed) {
      await pause(lookMs);
      const looked = [...this.clients];
      const backends = looked.flatMap(([, { backend }]) => backend ?? []);
      const alive = backends.length === 0 ? undefined : await this.livingOf(backends).catch(() => undefined);
      for (const [client, entry] of looked) {
        entry.looks += 1;
        const isDead =
          entry.backend === undefined ? entry.looks * lookMs >= unknownMaxMs : alive?.has(entry.backend.pid) === false;
        // It ends what is awaited there, and with that the connection.
        if (isDead) client.connection.stream.destroy();
      }
    }
    this.isLooking = false;
  }

  /**
   * Which of the server's processes are still at work on what they were asked. Those that are not, and whose answer was lost,
   * are ended: nobody reads it any more.
   */
  private async livingOf(backends: readonly Backend[]): Promise<ReadonlySet<number>> {
    const client = new Client({ ...connectTo(this.url()), connectionTimeoutMillis: connectMs });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ pid: number }>({
        text: lookText,
        values: [backends.map(({ pid }) => pid), backends.map(({ started_at }) => started_at)],
        query_timeout: connectMs,
      } as QueryConfig);
      return new Set(rows.map(({ pid }) => pid));
    } finally {
      void endSoon(client);
    }
  }
}

/** Ends a connection, also where the other side has gone without a word. */
export async function endSoon(client: Client): Promise<void> {
  const { stream } = client.connection;
  await Promise.race([client.end().catch(() => undefined), pause(lookMs)]);
  stream.destroy();
}
